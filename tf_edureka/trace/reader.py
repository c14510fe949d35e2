"""Reads a trace, without TensorFlow."""

import functools
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.trace.content import Step, Training, Variable
from tf_edureka.trace.format import (
    ARRAYS,
    FORMAT,
    GRAPH,
    MANIFEST,
    REFERENCE,
    STEPS,
    VERSION,
    Array,
    reference,
)

LONGEST = 1 << 31  # bytes of a file of a trace


class Trace:
    """A recorded run.

    Args:
        folder: that `--record` wrote.

    Attributes:
        folder: the same.
        manifest: what `trace.json` holds.
        ended: how the run ended: `complete`, or what cut it off; None if it was killed.

    Raises:
        InputError: when there is no trace, it is damaged, or it is of another version.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.manifest = _manifest(self.folder)
        try:
            self.variables = {
                one["name"]: Variable(**{**one, "shape": tuple(one["shape"])})
                for one in self.manifest["variables"]
            }
            self.trainings = tuple(
                Training(
                    **{**one, **{key: tuple(one.get(key, ())) for key in ("weights", "tensors")}}
                )
                for one in self.manifest["trainings"]
            )
            self.ended: str | None = self.manifest["ended"]
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(self.folder / MANIFEST, error) from None

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """All training steps; a last line that a killed run left unfinished is left out."""
        path = self.folder / STEPS
        lines = _files.read(path, LONGEST, "the steps of a trace").split(b"\n")
        try:
            return tuple(Step(**_numbers(json.loads(line))) for line in lines[:-1])
        except (TypeError, ValueError) as error:
            raise _damaged(path, error) from None

    def array(self, stored: str | Mapping[str, Any]) -> Array:
        """Reads an array by what the trace has for it; a sparse gradient is made dense.

        Args:
            stored: its reference, or of a sparse gradient `indices`, `values` and `shape`.

        Returns:
            the array, dtype and shape as they were recorded.

        Raises:
            InputError: when it is missing, or is not what was stored.
        """
        if not isinstance(stored, str):
            dense = np.zeros(stored["shape"], self.array(stored["values"]).dtype)
            np.add.at(dense, self.array(stored["indices"]), self.array(stored["values"]))
            return dense
        if not REFERENCE.fullmatch(stored):
            raise _damaged(self.folder / STEPS, f"{stored!r} is no reference")
        path = self.folder / ARRAYS / f"{stored}.npy"
        try:
            content = io.BytesIO(_files.read(path, LONGEST, "an array of a trace"))
            array = np.load(content, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise _damaged(path, error) from None
        if reference(array) != stored:
            raise _damaged(path, "it holds something else than was stored")
        return array

    def arrays(self, references: Mapping[str, Any]) -> dict[str, Array]:
        """Reads several arrays.

        Args:
            references: by name, what the trace has for each, as in `array`.

        Returns:
            the arrays by name, dtype and shape as they were recorded.
        """
        return {name: self.array(stored) for name, stored in references.items()}

    def graph(self) -> bytes | None:
        """The graph, a serialised `GraphDef`; None if it was not recorded."""
        path = self.folder / GRAPH
        return _files.read(path, LONGEST, "the graph of a trace") if path.exists() else None


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        raise InputError(f"{folder}: expected the folder of a trace, got one without {MANIFEST}")
    try:
        content = json.loads(_files.read(path, LONGEST, "a trace"))
        made_by, version = content["format"], content["version"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(path, error) from None
    if (made_by, version) != (FORMAT, VERSION):
        raise InputError(
            f"{path}: expected {FORMAT!r} of version {VERSION}, got {made_by!r} of version "
            f"{version!r}; record the script anew"
        )
    return dict(content)


def _damaged(path: Path, why: object) -> InputError:
    return InputError(f"{path}: expected a trace as it was recorded, got a damaged one ({why})")


def _numbers(step: Any) -> dict[str, Any]:
    """The other way round, where a step has numbers."""
    for name in ("hyper", "scalars"):
        step[name] = {key: float(value) for key, value in step.get(name, {}).items()}
    if step.get("loss") is not None:
        step["loss"] = float(step["loss"])
    return dict(step)

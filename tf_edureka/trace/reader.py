"""Reads a trace, without TensorFlow."""

import dataclasses
import functools
import io
import json
import os
import typing
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar

import numpy as np

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.trace.content import Evaluation, Step, Training, Variable
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

LONGEST = 1 << 31  # bytes; larger files are rejected
_Content = TypeVar("_Content", Evaluation, Step, Training, Variable)
_TUPLES = ("weights", "tensors", "run")  # fields of `Training` that are lists in JSON
# Optional entries of `trace.json` and their types.
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("script", "versions", "threads"), dict),
    **dict.fromkeys(("random_ops", "inputs", "notes"), list),
    "ended": str | None,
}


class Trace:
    """A recorded run, read without TensorFlow.

    Args:
        folder: folder written by `--record`.

    Attributes:
        folder: folder of the trace.
        manifest: content of `trace.json`.
        variables: variables of the original graph, by name.
        trainings: trainings of the script; a GAN has two.
        evaluations: last evaluations of the network.
        ended: end of the run: `complete`, or the exception that ended it; None if it was killed.

    Raises:
        InputError: if the folder has no trace, or the trace is damaged or of another version.

    Example:
        >>> from tf_edureka.trace import Trace
        >>> trace = Trace("traces/old")  # python -m tf_edureka.legacy --record traces/old old.py
        >>> trace.trainings[0].optimizer
        'GradientDescent'
        >>> trace.steps[0].hyper
        {'lr': 0.125}
        >>> trace.arrays(trace.steps[0].inputs)["x"].shape
        (16, 3)
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.manifest = _manifest(self.folder)
        try:
            self.variables = {
                one["name"]: _checked(Variable(**{**one, "shape": tuple(one["shape"])}))
                for one in self.manifest["variables"]
            }
            self.trainings = tuple(
                _checked(Training(**{**one, **{k: tuple(one.get(k, ())) for k in _TUPLES}}))
                for one in self.manifest["trainings"]
            )
            self.evaluations = tuple(
                _checked(Evaluation(**_parse_numbers(dict(one), "scalars")))
                for one in self.manifest.get("evaluations", ())  # missing in older traces
            )
            self.ended: str | None = self.manifest["ended"]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _damaged(self.folder / MANIFEST, error) from None
        unknown = {name for one in self.trainings for name in one.weights} - {*self.variables}
        if unknown:
            raise _damaged(self.folder / MANIFEST, f"there is no variable {min(unknown)!r}")

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """All training steps, without an unfinished last line of a killed run."""
        path = self.folder / STEPS
        lines = _files.read(path, LONGEST, "the steps of a trace").split(b"\n")
        found = []
        try:
            for line in lines[:-1]:
                found.append(_checked(Step(**_parse_numbers(json.loads(line), "hyper", "scalars"))))
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise _damaged(path, f"line {len(found) + 1}: {error}") from None
        return tuple(found)

    def array(self, stored: str | Mapping[str, Any]) -> Array:
        """Reads an array by its reference; a sparse gradient is converted to a dense one.

        Args:
            stored: reference of the array; for a sparse gradient a dict with `indices`, `values`
                and `shape`.

        Returns:
            the array with its recorded dtype and shape.

        Raises:
            InputError: if the file is missing or damaged.
        """
        if isinstance(stored, Mapping) and {*stored} == {"indices", "values", "shape"}:
            dense = np.zeros(stored["shape"], self.array(stored["values"]).dtype)
            np.add.at(dense, self.array(stored["indices"]), self.array(stored["values"]))
            return dense
        if not isinstance(stored, str) or not REFERENCE.fullmatch(stored):
            raise _damaged(self.folder / STEPS, f"{stored!r} is not a reference")
        path = self.folder / ARRAYS / f"{stored}.npy"
        try:
            content = io.BytesIO(_files.read(path, LONGEST, "an array of a trace"))
            array = np.load(content, allow_pickle=False)
        except (
            ValueError,
            EOFError,
            MemoryError,
        ) as error:  # MemoryError: a wrong size in the header
            raise _damaged(path, error) from None
        if reference(array) != stored:
            raise _damaged(path, "its content does not match its name")
        return array

    def arrays(self, references: Mapping[str, Any]) -> dict[str, Array]:
        """Reads several arrays.

        Args:
            references: references of the arrays, by name.

        Returns:
            the arrays by name, each with its recorded dtype and shape.
        """
        return {name: self.array(stored) for name, stored in references.items()}

    def graph(self) -> bytes | None:
        """Reads the graph, a serialised `GraphDef`; None if it was not recorded."""
        path = self.folder / GRAPH
        return _files.read(path, LONGEST, "the graph of a trace") if path.exists() else None


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        raise InputError(f"{folder}: expected the folder of a trace, got one without {MANIFEST}")
    try:
        content = json.loads(_files.read(path, LONGEST, "a trace"))
        made_by, version = content["format"], content["version"]
        for name, kind in _KINDS.items():
            if name in content and not isinstance(content[name], kind):
                raise TypeError(f"{name} is {content[name]!r}")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(path, error) from None
    if (made_by, version) != (FORMAT, VERSION):
        raise InputError(
            f"{path}: expected {FORMAT!r} of version {VERSION}, got {made_by!r} of version "
            f"{version!r}; record the script again"
        )
    return dict(content)


def _damaged(path: Path, why: object) -> InputError:
    return InputError(f"{path}: the trace is damaged ({why}); record the script again")


def _checked(record: _Content) -> _Content:
    """Checks the type of each field; raises TypeError if one is wrong."""
    for name, kinds in _FIELDS[type(record)].items():
        if not isinstance(getattr(record, name), kinds):
            raise TypeError(f"{name} is {getattr(record, name)!r}")
    return record


def _kinds(content: type[Any]) -> Mapping[str, tuple[Any, ...]]:
    """The types that each field of a class may have, from its annotations."""
    found = {}
    for one in dataclasses.fields(content):
        several = typing.get_args(one.type) if isinstance(one.type, UnionType) else (one.type,)
        found[one.name] = tuple(typing.get_origin(kind) or kind for kind in several)
    return found


def _parse_numbers(step: Any, *fields: str) -> dict[str, Any]:
    """Converts texts such as `nan` back to numbers in a step or an evaluation."""
    for name in fields:
        step[name] = {key: float(value) for key, value in step.get(name, {}).items()}
    if step.get("loss") is not None:
        step["loss"] = float(step["loss"])
    return dict(step)


_FIELDS = {content: _kinds(content) for content in (Evaluation, Step, Training, Variable)}

"""Checkpoints: files from which another process resumes a training, with the same results."""

import contextlib
import dataclasses
import hashlib
import json
import math
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tf_edureka import _files
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.runs import arrays
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import Array, TrainingState, differences, joined

PATTERN = "checkpoint-*.npz"
# Complete epochs, steps of the next epoch, and the start of the file's SHA-256.
_NAME = re.compile(r"checkpoint-([0-9]+)-([0-9]+)-[0-9a-f]{16}\.npz")
_KEPT = 2
# A weight with its two moments takes 12 bytes in float32; the costs of the steps and the record of
# earlier processes take less than a megabyte.
_MAX_BYTES_PER_WEIGHT = 64
_MAX_OTHER_BYTES = 2**26
_MAX_MEMBERS = 10_000
_MAX_TEXT = 2**22  # the record grows each time a training is resumed
_MAX_DEPTH = 6
Conditions = dict[str, Any]  # as they come from JSON
_CONDITION_TYPES = {
    "config": dict,
    "data_sha256": str,
    "machine": dict,
    "command": str,
    "earlier": list,
}


class Checkpoints:
    """Writes and reads the checkpoints in a run's folder; keeps the last two.

    A checkpoint is an .npz file (`numpy.load` reads it), written atomically. Its name contains the
    start of its SHA-256, so that any change is detected. It contains no code.

    Args:
        folder: folder of the run.
        conditions: everything that the results depend on, as JSON types. A checkpoint with another
            `"config"` or `"data_sha256"` is rejected; any other difference, such as another
            machine, gives a warning.
        weights: number of weights that are trained; larger files than their state needs are not
            read.

    Attributes:
        earlier: for each earlier process, the epochs it reached, its command and its machine.
    """

    def __init__(
        self, folder: RunFolder, conditions: Mapping[str, object], *, weights: int
    ) -> None:
        self._folder = folder
        self._most_bytes = _MAX_OTHER_BYTES + _MAX_BYTES_PER_WEIGHT * weights
        self._conditions: Conditions = json.loads(json.dumps(conditions))
        self._valid: list[str] = []
        self.earlier: list[dict[str, object]] = []

    def save(self, state: TrainingState) -> None:
        """Writes `state` as a checkpoint and deletes all but this and the previous one.

        In a run that was not resumed, the first checkpoint first deletes those of an earlier run.

        Raises:
            InputError: if it cannot be written; the earlier checkpoints of this run remain.
        """
        if not self._valid:  # any checkpoint there belongs to a run that this one replaces
            self._delete_others()
        content = to_bytes(state, self._conditions | {"earlier": self.earlier})
        name = _name(state, content)
        with self._folder.write(name) as path:
            path.write_bytes(content)
        self._valid = [*self._valid, name][-_KEPT:]
        self._delete_others()

    def latest(self) -> TrainingState | None:
        """Reads the last intact checkpoint.

        Returns:
            the state; None if the folder has no checkpoint.

        Raises:
            InputError: if all checkpoints are damaged, or the last intact one is of another
                training.

        Warns:
            InputWarning: for each later, damaged checkpoint, and if the machine differs.
        """
        damaged = []
        for path in newest_first(self._folder.path):
            try:
                content = _files.read(path, self._most_bytes, "a checkpoint")
            except InputError as error:
                damaged.append(str(error).removeprefix(f"{path.parent}{os.sep}"))
                continue
            if not path.name.endswith(_hash_suffix(content)):
                damaged.append(f"{path.name} is damaged: its SHA-256 does not match its name")
                continue
            for damage in damaged:
                warnings.warn(InputWarning(f"{self._folder.path}: {damage}"), stacklevel=2)
            state, conditions = from_bytes(path, content)
            if path.name != _name(state, content):
                raise _wrong_format(path, "its name has another epoch or step than its content")
            self._expect_same(path, conditions)
            self._valid = [path.name]
            before = {name: conditions.get(name) for name in ("command", "machine")}
            self.earlier += [*conditions.get("earlier", []), {"epochs": state.epoch, **before}]
            return state
        if damaged:
            raise InputError(
                f"{self._folder.path}: expected a checkpoint to resume from, but "
                f"{', '.join(damaged)}",
                topic="no whole checkpoint",
            )
        return None

    def _delete_others(self) -> None:
        others = [path.name for path in newest_first(self._folder.path)]
        self._folder.delete(name for name in others if name not in self._valid)

    def _expect_same(self, path: Path, there: Conditions) -> None:
        here = self._conditions
        if others := sorted(there["config"].keys() ^ here["config"].keys()):
            raise InputError(
                f"{path}: expected a checkpoint of this version of tf_edureka, got one of another "
                f"version ({joined(others, ', ')})",
                topic="checkpoint of another version",
            )
        if found := differences(there["config"], here["config"]):
            raise InputError(
                f"{path}: expected a checkpoint of the same training, got one with {joined(found)}",
                topic="checkpoint of another training",
            )
        if there["data_sha256"] != here["data_sha256"]:
            raise InputError(
                f"{path}: expected a checkpoint of a training on the same data, got one with other "
                f"examples: SHA-256 {there['data_sha256'][:16]}... (here "
                f"{here['data_sha256'][:16]}...)",
                topic="checkpoint of another training",
            )
        if found := differences(there["machine"], here["machine"]):
            warnings.warn(
                InputWarning(
                    f"{path}: resuming in another environment, so the results may differ in the "
                    f"last digits from an uninterrupted run: {joined(found)}"
                ),
                stacklevel=3,
            )


def newest_first(folder: Path) -> list[Path]:
    """Lists the checkpoints in `folder`, damaged ones too; none if it cannot be read."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if name := _NAME.fullmatch(path.name):
                found.append((int(name[1]), int(name[2]), path))
    return [path for *_, path in sorted(found, reverse=True)]


def to_bytes(state: TrainingState, conditions: Mapping[str, object]) -> bytes:
    """Encodes `state` and `conditions` as an .npz file without pickles."""
    parts = {
        field.name: getattr(state, field.name)
        for field in dataclasses.fields(state)
        if field.name not in ("variables", "training")
    }
    parts |= {f"variable_{i}": value for i, value in enumerate(state.variables)}
    for name, content in (("training", state.training), ("conditions", conditions)):
        parts[name] = np.array(json.dumps(content))
    return arrays.to_bytes(parts)


def from_bytes(path: Path | str, content: bytes) -> tuple[TrainingState, Conditions]:
    """Decodes state and conditions from the `content` of the checkpoint at `path`.

    Raises:
        InputError: if it is not a checkpoint of this version.
    """
    try:
        parts = arrays.from_bytes(content, _MAX_MEMBERS)
        conditions, training = (_json(parts.pop(name)) for name in ("conditions", "training"))
        count = sum(name.startswith("variable_") for name in parts)
        variables = tuple(parts.pop(f"variable_{i}") for i in range(count))
        state = TrainingState(variables, **parts, training=training)
        for name, kind in _CONDITION_TYPES.items():
            may_lack = name in ("command", "earlier")
            if not isinstance(conditions.get(name, kind() if may_lack else None), kind):
                raise ValueError(f"it has no {name}")
        if not all(isinstance(one, dict) for one in conditions.get("earlier", [])):
            raise ValueError("its record of earlier processes is invalid")
        return state, conditions
    except Exception as error:  # a missing or surplus array, invalid JSON ...
        raise _wrong_format(path, str(error) or type(error).__name__) from None


def _json(text: Array) -> Any:
    """Parses JSON that is no longer and no deeper than a training writes it."""
    if text.nbytes > 4 * _MAX_TEXT:
        raise ValueError(f"it has a text of more than {_MAX_TEXT} characters")
    parsed = json.loads(str(text))
    _expect_plain_json(parsed, _MAX_DEPTH)
    return parsed


def _expect_plain_json(value: object, depth: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it has a number that is not finite")
    if isinstance(value, dict | list):
        if not depth:
            raise ValueError("its JSON is nested too deeply")
        for one in value.values() if isinstance(value, dict) else value:
            _expect_plain_json(one, depth - 1)


def _hash_suffix(content: bytes) -> str:
    return f"-{hashlib.sha256(content).hexdigest()[:16]}.npz"


def _name(state: TrainingState, content: bytes) -> str:
    return f"checkpoint-{state.epoch}-{state.step}{_hash_suffix(content)}"


def _wrong_format(path: Path | str, fault: str) -> InputError:
    return InputError(
        f"{path}: expected a checkpoint of this version of tf_edureka ({fault})",
        topic="checkpoint of another version",
    )

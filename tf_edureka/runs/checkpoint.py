"""Checkpoints: files from which a training goes on, in another process, to the same numbers."""

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
# Epochs, steps of the next one, and the beginning of the file's SHA-256.
_NAME = re.compile(r"checkpoint-([0-9]+)-([0-9]+)-[0-9a-f]{16}\.npz")
_KEPT = 2
_MAX_BYTES = 2**27  # of the article's network 3 million
_MAX_MEMBERS = 10_000
_MAX_TEXT = 2**22  # which has a line for each time that a training was resumed
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
    """The checkpoints in a run's folder: the last two, each of them whole or not there.

    A checkpoint is a file of NumPy arrays (`numpy.load` shows them) whose name has its SHA-256, so
    that not a byte of it can change unseen. It holds no code.

    Args:
        folder: of the run.
        conditions: what the training depends on, as JSON can hold it. With another `"config"` or
            `"data_sha256"` a checkpoint is of another training; where the rest differs, as between
            two machines, the training goes on, with a warning.

    Attributes:
        earlier: who trained before this process: to which epoch, by which command, on what machine.
    """

    def __init__(self, folder: RunFolder, conditions: Mapping[str, object]) -> None:
        self._folder = folder
        self._conditions: Conditions = json.loads(json.dumps(conditions))
        self._valid: list[str] = []
        self.earlier: list[dict[str, object]] = []

    def save(self, state: TrainingState) -> None:
        """Writes `state` as a checkpoint, and deletes all but it and the one before.

        The first one of a run that does not go on with another deletes that one's before.

        Raises:
            InputError: when it cannot be written. Those of this run stay.
        """
        if not self._valid:  # what is there is of a run that this one replaces
            self._delete_others()
        content = to_bytes(state, self._conditions | {"earlier": self.earlier})
        name = _name(state, content)
        with self._folder.write(name) as path:
            path.write_bytes(content)
        self._valid = [*self._valid, name][-_KEPT:]
        self._delete_others()

    def latest(self) -> TrainingState | None:
        """Reads the last checkpoint that is whole.

        Returns:
            the state; None if the folder has no checkpoint.

        Raises:
            InputError: when there are checkpoints, but none of them is whole, or what is trained is
                something else than what is asked for.

        Warns:
            InputWarning: of each later one that is not whole, and where the machine is another.
        """
        damaged = []
        for path in newest_first(self._folder.path):
            try:
                content = _files.read(path, _MAX_BYTES, "a checkpoint")
            except InputError as error:
                damaged.append(str(error).removeprefix(f"{path.parent}{os.sep}"))
                continue
            if not path.name.endswith(_hash_suffix(content)):
                damaged.append(f"{path.name} is damaged, its SHA-256 is not that of its name")
                continue
            for damage in damaged:
                warnings.warn(InputWarning(f"{self._folder.path}: {damage}"), stacklevel=2)
            state, conditions = from_bytes(path, content)
            if path.name != _name(state, content):
                raise _wrong_format(path, "its name says another epoch or step")
            self._expect_same(path, conditions)
            self._valid = [path.name]
            before = {name: conditions.get(name) for name in ("command", "machine")}
            self.earlier += [*conditions.get("earlier", []), {"epochs": state.epoch, **before}]
            return state
        if damaged:
            raise InputError(
                f"{self._folder.path}: expected a checkpoint to go on from, but "
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
                f"{path}: expected a checkpoint as this version of tf_edureka writes them, got one "
                f"of another version ({joined(others, ', ')})",
                topic="checkpoint of another version",
            )
        if found := differences(there["config"], here["config"]):
            raise InputError(
                f"{path}: expected a checkpoint of the training that is asked for, got one with "
                f"{joined(found)}",
                topic="checkpoint of another training",
            )
        if there["data_sha256"] != here["data_sha256"]:
            raise InputError(
                f"{path}: expected a checkpoint of a training on these examples, got one on others "
                f"(SHA-256 {there['data_sha256'][:16]}... there, {here['data_sha256'][:16]}... "
                "here)",
                topic="checkpoint of another training",
            )
        if found := differences(there["machine"], here["machine"]):
            warnings.warn(
                InputWarning(
                    f"{path}: the training goes on otherwise than it began, so its last digits "
                    f"may not be those of one that was never stopped: {joined(found)}"
                ),
                stacklevel=3,
            )


def newest_first(folder: Path) -> list[Path]:
    """The checkpoints in `folder`, whole or not; none if there is no folder or it is closed."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if name := _NAME.fullmatch(path.name):
                found.append((int(name[1]), int(name[2]), path))
    return [path for *_, path in sorted(found, reverse=True)]


def to_bytes(state: TrainingState, conditions: Mapping[str, object]) -> bytes:
    """The content of a checkpoint's file: `state` and `conditions`, an .npz without pickles."""
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
    """The state and the conditions in the `content` of the checkpoint that `path` names.

    Raises:
        InputError: when it is not one of this version.
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
            raise ValueError("it does not say who trained earlier")
        return state, conditions
    except Exception as error:  # an array that is missing or too many, a text that is not JSON ...
        raise _wrong_format(path, str(error) or type(error).__name__) from None


def _json(text: Array) -> Any:
    """What a text of JSON says, which is no deeper and no longer than a training writes it."""
    if text.nbytes > 4 * _MAX_TEXT:
        raise ValueError(f"it has a text of more than {_MAX_TEXT} characters")
    said = json.loads(str(text))
    _expect_plain_json(said, _MAX_DEPTH)
    return said


def _expect_plain_json(value: object, depth: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it has a number that is none")
    if isinstance(value, dict | list):
        if not depth:
            raise ValueError("it has lists in lists")
        for one in value.values() if isinstance(value, dict) else value:
            _expect_plain_json(one, depth - 1)


def _hash_suffix(content: bytes) -> str:
    return f"-{hashlib.sha256(content).hexdigest()[:16]}.npz"


def _name(state: TrainingState, content: bytes) -> str:
    return f"checkpoint-{state.epoch}-{state.step}{_hash_suffix(content)}"


def _wrong_format(path: Path | str, fault: str) -> InputError:
    return InputError(
        f"{path}: expected a checkpoint as this version of tf_edureka writes them ({fault})",
        topic="checkpoint of another version",
    )

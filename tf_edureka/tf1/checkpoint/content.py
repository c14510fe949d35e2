"""The content of a checkpoint: a record for each tensor, values on access, and the graph."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError

Array = npt.NDArray[Any]
OBJECT_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"  # suffix of names in a `tf.train.Checkpoint`
WEIGHT, SLOT, POWER, STEP, OTHER = "weight", "slot", "power", "step", "other"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A tensor of a checkpoint.

    Attributes:
        name: name in the file.
        shape: shape of the value.
        dtype: NumPy's name of the dtype, such as `float32`; `object` for strings.
        role: `slot` (of an optimizer, or a moving average), `power` (of Adam's betas), `step` (the
            global step), `other` (strings, settings of Keras), else `weight`.
        of: name of the variable that a slot belongs to; empty for other roles.
        slot: name of a slot, such as `Adam_1`; empty for other roles.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    role: str = WEIGHT
    of: str = ""
    slot: str = ""

    @property
    def variable(self) -> str:
        """Name without the suffix of a `tf.train.Checkpoint`."""
        return self.name.removesuffix(OBJECT_SUFFIX)

    @property
    def size(self) -> int:
        """Size of the value in bytes; 0 for strings, whose size is not known before reading."""
        return 0 if self.dtype == "object" else prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint(Mapping[str, Array]):
    """A mapping of names to values, which are read on access.

    Attributes:
        path: path that the user gave.
        format: kind of file in words, such as `checkpoint of version 2`.
        entries: a record for each tensor in the order of the graph or of the layers, if known; else
            sorted by name, with numbers compared by value.
        graph: serialised `GraphDef` that uses these values; None if there is none.
        is_ordered: True if the order is that of the graph or of the layers.
        trained: names of the variables that the graph trains; None if not known.
        reader: function that returns the value of a name, in its entry's dtype and shape; None for
            a description without values.
    """

    path: Path
    format: str
    entries: tuple[Entry, ...]
    graph: bytes | None = field(default=None, repr=False)
    is_ordered: bool = False
    trained: tuple[str, ...] | None = field(default=None, repr=False)
    reader: Callable[[str], Array] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {one.name: one for one in self.entries})

    def __getitem__(self, name: str) -> Array:
        """Returns the value of `name`, in its entry's shape and dtype; `InputError` if damaged."""
        entry = self._by_name[name]  # type: ignore[attr-defined]
        if self.reader is None:
            raise RuntimeError("expected a checkpoint with values, got a description alone")
        value = self.reader(name)
        if value.shape != entry.shape or str(value.dtype) != entry.dtype:
            raise InputError(
                f"{self.path}: expected {name} of shape {list(entry.shape)} and {entry.dtype}, got "
                f"{list(value.shape)} and {value.dtype}: it is damaged"
            )
        return value

    def __iter__(self) -> Any:
        return iter(self._by_name)  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return len(self.entries)

    def of_role(self, *roles: str) -> list[Entry]:
        """Returns the entries with one of the `roles`, in their order."""
        return [one for one in self.entries if one.role in roles]

    def verify(self) -> None:
        """Reads every value once; raises `InputError` if one is damaged or missing."""
        for name in self:
            self[name]

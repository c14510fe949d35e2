"""What is in a checkpoint: a record for each tensor, values on demand, and its graph."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError

Array = npt.NDArray[Any]
OBJECT_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"  # what `tf.train.Checkpoint` adds to names
WEIGHT, SLOT, POWER, STEP, OTHER = "weight", "slot", "power", "step", "other"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A tensor of a checkpoint.

    Attributes:
        name: in the file.
        shape: of its value.
        dtype: NumPy's name of it, such as `float32`; `object` for strings.
        role: `weight` (whatever no other word fits), `slot` of an optimizer or moving average,
            `power` (of Adam's betas), `step` (the global step), or `other` (strings, what Keras
            keeps beside its weights).
        of: name of the variable that a slot belongs to; else empty.
        slot: what a slot is called, such as `Adam_1`; else empty.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    role: str = WEIGHT
    of: str = ""
    slot: str = ""

    @property
    def variable(self) -> str:
        """The name without what checkpoints of objects add to each."""
        return self.name.removesuffix(OBJECT_SUFFIX)

    @property
    def size(self) -> int:
        """Bytes of its value; 0 where that is not known without reading it, as for strings."""
        return 0 if self.dtype == "object" else prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint(Mapping[str, Array]):
    """A checkpoint: values by name, read when they are asked for.

    Attributes:
        path: as it was given.
        format: of the file or files, in words.
        entries: a record for each tensor, in the order of the graph, or of the layers, if that is
            known; else in the order of their names, numbers in them by size.
        graph: a serialised `GraphDef` that computes with these values; None if there is none.
        is_ordered: whether the order is that of the graph or of the layers.
        trained: names of the variables that the graph trains; None if that is not known.
        reader: gives the value of a name, in its entry's dtype and shape; None where there is only
            a description.
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
        """The value of `name`, in its entry's shape and dtype; raises `InputError` if damaged."""
        entry = self._by_name[name]  # type: ignore[attr-defined]
        if self.reader is None:
            raise RuntimeError("only a description is here")
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
        """The entries of these `roles`, in their order."""
        return [one for one in self.entries if one.role in roles]

    def verify(self) -> None:
        """Reads all values once: raises `InputError` where one is damaged or missing."""
        for name in self:
            self[name]

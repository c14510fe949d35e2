"""Names of pandas 0.25 and earlier. A repository after a name is one that uses it."""

import copyreg
from typing import Any

import numpy as np

from tf_edureka.runner.removed_apis.hook import add
from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap


@after("pandas")
def _pandas(module: Any) -> None:
    """Removed in 1.0, `append` in 2.0: MorvanZhou/Reinforcement-learning-with-tensorflow."""

    def append(
        self: Any, other: Any, ignore_index: bool = False, verify_integrity: bool = False
    ) -> Any:
        frame, series = module.DataFrame, module.Series
        if isinstance(self, frame):
            if isinstance(other, series | dict):
                row = series(other)
                other = row.to_frame().T
                if list(row.index) != list(self.columns):
                    other = other.infer_objects()
            elif isinstance(other, list) and other and not isinstance(other[0], frame):
                other = frame(other)
        others = [*other] if isinstance(other, list | tuple) else [other]
        return module.concat(
            [self, *others], ignore_index=ignore_index, verify_integrity=verify_integrity
        )

    def as_matrix(self: Any, columns: Any = None) -> Any:
        return (self if columns is None else self[columns]).values

    def get_value(self: Any, *place: Any) -> Any:
        return self.at[place if len(place) > 1 else place[0]]

    def set_value(self: Any, *place: Any) -> Any:
        *labels, value = place
        self.at[tuple(labels) if len(labels) > 1 else labels[0]] = value
        return self

    def concat(original: Any, *arguments: Any, sort: bool = True, **named: Any) -> Any:
        """Sorts the columns if they differ between frames: ChenglongChen/tensorflow-DeepFM."""
        return original(*arguments, sort=sort, **named)

    wrap(module, "concat", concat)
    for kind in (module.DataFrame, module.Series):
        add(
            kind,
            append=append,
            as_matrix=as_matrix,  # liyaguang/DCRNN
            get_value=get_value,
            ix=property(_Ix),  # lehaifeng/T-GCN
            set_value=set_value,
        )
    if not hasattr(module.offsets.Tick, "delta"):  # pandas 2 has this attribute
        module.offsets.Tick.delta = property(module.Timedelta)  # zhengchuanpan/GMAN
    wrap(copyreg, "_reconstructor", _reconstruct)


def _reconstruct(original: Any, kind: Any, base: Any, state: Any) -> Any:
    """Unpickles a frequency of pandas 0.25, compiled code now: zhengchuanpan/GMAN."""
    import pandas as pd

    if base is object and issubclass(kind, pd.tseries.offsets.BaseOffset):
        return kind.__new__(kind)
    return original(kind, base, state)


class _Ix:
    """Implements `.ix`: by label, or by position for an integer key and non-integer labels."""

    def __init__(self, owner: Any) -> None:
        self._owner = owner

    def __getitem__(self, key: Any) -> Any:
        return self._owner.loc[self._labels(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._owner.loc[self._labels(key)] = value

    def _labels(self, key: Any) -> Any:
        if not isinstance(key, tuple):
            return _labels(self._owner.axes[0], key)
        return tuple(_labels(axis, part) for axis, part in zip(self._owner.axes, key, strict=False))


def _labels(axis: Any, key: Any) -> Any:
    """Returns the labels of an `axis` that a `key` of `.ix` refers to."""
    if isinstance(key, slice):
        ends = [end for end in (key.start, key.stop) if end is not None]
    else:
        ends = [key] if np.isscalar(key) else list(key)
    is_position = ends and all(isinstance(end, int | np.integer) for end in ends)
    if not is_position or axis.dtype.kind in "iu" or any(isinstance(e, bool) for e in ends):
        return key
    return axis[key]

"""Snapshots: the weights after each epoch, in one file per epoch."""

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.results import Floats
from tf_edureka.runs import arrays
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import Array

PATTERN = "snapshot-*.npz"
_MAX_BYTES = 2**27  # the article's network needs 1 million
_MAX_ARRAYS = 1000
_MAX_SHOWN = 100  # characters
Weights = tuple[npt.NDArray[np.float32], ...]


def write(folder: RunFolder, epoch: int, weights: Sequence[Floats]) -> None:
    """Writes a snapshot atomically; an existing one is not changed.

    Args:
        folder: folder of the run.
        epoch: number of completed epochs; 0 for the initial weights.
        weights: kernel and bias of each layer, shapes (inputs, units) and (units,); stored in
            float32.

    Raises:
        InputError: if it cannot be written.
    """
    name = _name(epoch)
    if (folder.path / name).exists():
        return
    kept = [np.asarray(one, np.float32) for one in weights]
    content = arrays.to_bytes(dict(zip(_parts(len(kept)), kept, strict=True)))
    with folder.write(name) as path:
        path.write_bytes(content)


def weights_of(variables: Sequence[Array], layers: int) -> tuple[Floats, ...]:
    """Extracts the weights from the variables of a state, which begin with them.

    Args:
        variables: variables of either implementation: float arrays of any shape. In modern the
            weights are ordered by layer, in legacy all kernels come before all biases.
        layers: number of layers with weights.

    Returns:
        kernel and bias of each layer in turn, shapes (inputs, units) and (units,), in the dtype of
        the state.
    """
    first = variables[: 2 * layers]
    kernels, biases = ([one for one in first if one.ndim == axes] for axes in (2, 1))
    return tuple(itertools.chain(*zip(kernels, biases, strict=True)))


def paths(folder: Path) -> dict[int, Path]:
    """Lists the snapshots in `folder` by epoch; none if it cannot be read."""
    found = {}
    with contextlib.suppress(OSError):
        for path in folder.glob(PATTERN):
            number = path.stem.removeprefix("snapshot-")
            if number.isdecimal() and path.name == _name(int(number)):
                found[int(number)] = path
    return dict(sorted(found.items()))


def read(folder: Path) -> dict[int, Weights]:
    """Reads all snapshots in a run's folder.

    Args:
        folder: folder of the run.

    Returns:
        the weights of each epoch with a snapshot, in the order of the epochs: read-only kernel and
        bias of each layer, float32, shapes (inputs, units) and (units,).

    Raises:
        InputError: if a file is not a snapshot, is damaged, or has other layer sizes than the
            first.
    """
    found: dict[int, Weights] = {}
    for epoch, path in paths(folder).items():
        content = _files.read(path, _MAX_BYTES, "a snapshot")
        try:
            found[epoch] = weights = _weights(arrays.from_bytes(content, _MAX_ARRAYS))
        except ValueError as error:
            raise _wrong_format(
                path, f"kernel and bias of each layer in float32 ({error})"
            ) from None
        first = next(iter(found))
        if (here := _sizes(weights)) != (there := _sizes(found[first])):
            raise _wrong_format(path, f"a network {there} as in {_name(first)}, got {here}")
    return found


def _weights(named: Mapping[str, Array]) -> Weights:
    """Returns the arrays of a file in order; raises ValueError if they are not a network."""
    parts = _parts(len(named))
    if not named or set(named) != set(parts):
        raise ValueError(f"it has the arrays {', '.join(sorted(named))}"[:_MAX_SHOWN])
    weights = tuple(named[part] for part in parts)
    if others := [str(one.dtype) for one in weights if one.dtype != np.float32]:
        raise ValueError(f"it has {others[0]}"[:_MAX_SHOWN])
    shapes = [one.shape for one in weights]
    units = [shape[-1:] for shape in shapes[1::2]]
    inputs = [shapes[0][:1], *units[:-1]]
    wanted = itertools.chain(*((i + o, o) for i, o in zip(inputs, units, strict=True)))
    if shapes != list(wanted):
        raise ValueError(f"it has the shapes {', '.join(map(str, shapes))}"[:_MAX_SHOWN])
    return weights


def _sizes(weights: Weights) -> str:
    """Returns the sizes of the layers, such as 784-256-256-10."""
    return "-".join(map(str, (len(weights[0]), *map(len, weights[1::2]))))[:_MAX_SHOWN]


def _parts(count: int) -> list[str]:
    return [f"{part}_{i}" for i in range(1, count // 2 + 1) for part in ("kernel", "bias")]


def _name(epoch: int) -> str:
    return f"snapshot-{epoch:04}.npz"


def _wrong_format(path: Path, expected: str) -> InputError:
    return InputError(f"{path}: expected a snapshot, {expected}", topic="no whole snapshot")

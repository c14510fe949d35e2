"""The image functions of SciPy up to 1.2, with their arguments, on top of Pillow.

They scale images that are not uint8 to the range 0 to 255 by each image's own minimum and maximum.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}
_CHANNELS = {"RGB": 3, "YCbCr": 3, "RGBA": 4, "CMYK": 4}


def to_bytes(
    data: npt.NDArray[Any],
    cmin: float | None = None,
    cmax: float | None = None,
    high: float = 255,
    low: float = 0,
) -> npt.NDArray[np.uint8]:
    """Implements `bytescale`."""
    if data.dtype == np.uint8:
        return data
    if not 0 <= low <= high <= 255:
        raise ValueError(f"expected 0 <= low <= high <= 255, got {low} and {high}")
    least = data.min() if cmin is None else cmin
    span = float((data.max() if cmax is None else cmax) - least)
    if span < 0:
        raise ValueError("`cmax` should be larger than `cmin`.")
    scaled = (data - least) * ((high - low) / (span or 1.0)) + low
    return np.asarray((scaled.clip(low, high) + 0.5).astype(np.uint8))


def to_image(
    arr: npt.ArrayLike,
    high: float = 255,
    low: float = 0,
    cmin: float | None = None,
    cmax: float | None = None,
    pal: npt.ArrayLike | None = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Any:
    """Implements `toimage`."""
    from PIL import Image

    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("Cannot convert a complex-valued array.")
    if data.ndim == 2 and mode == "F":
        return Image.fromarray(data.astype(np.float32))
    if data.ndim == 2 and mode in (None, "L", "P"):
        image = Image.fromarray(to_bytes(data, cmin, cmax, high, low))
        if pal is not None or mode == "P":
            greys = np.repeat(np.arange(256), 3)
            image.putpalette(np.asarray(greys if pal is None else pal, np.uint8).tobytes())
        return image
    counts = [count for count in (3, 4) if count in data.shape]
    if data.ndim != 3 or not counts:
        raise ValueError("'arr' does not have a suitable array shape for any mode.")
    axis = data.shape.index(counts[0]) if channel_axis is None else channel_axis
    count = data.shape[axis]
    kind = mode or ("RGB" if count == 3 else "RGBA")
    if _CHANNELS.get(kind) != count:
        raise ValueError(f"Invalid array shape for mode: {count} channels for {kind}.")
    pixels = np.moveaxis(to_bytes(data, cmin, cmax, high, low), axis, 2)
    return Image.frombytes(kind, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def from_image(im: Any, flatten: bool = False, mode: str | None = None) -> npt.NDArray[Any]:
    """Implements `fromimage`."""
    if mode is not None:
        im = im if mode == im.mode else im.convert(mode)
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    elif im.mode.startswith("I;16"):  # Pillow 6 returned such pixels as int32
        im = im.convert("I")
    return np.array(im)


def read(name: Any, flatten: bool = False, mode: str | None = None) -> npt.NDArray[Any]:
    """Implements `imread`."""
    from PIL import Image

    return from_image(Image.open(name), flatten, mode)


def save(name: Any, arr: npt.ArrayLike, format: str | None = None) -> None:
    """Implements `imsave`."""
    to_image(arr, channel_axis=2).save(name, format)


def resize(
    arr: npt.ArrayLike, size: Any, interp: str = "bilinear", mode: str | None = None
) -> npt.NDArray[Any]:
    """Implements `imresize`: `size` is a percentage (int), a factor (float), or (rows, columns)."""
    image = to_image(arr, mode=mode)
    if np.issubdtype(type(size), np.signedinteger):
        size = size / 100.0
    if np.issubdtype(type(size), np.floating):
        wanted = tuple(int(length * size) for length in image.size)
    else:
        wanted = (int(size[1]), int(size[0]))
    return from_image(image.resize(wanted, _FILTERS[interp]))


def rotate(arr: npt.ArrayLike, angle: float, interp: str = "bilinear") -> npt.NDArray[Any]:
    """Implements `imrotate`."""
    return from_image(to_image(arr).rotate(angle, _FILTERS[interp]))

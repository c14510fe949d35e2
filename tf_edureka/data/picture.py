"""Converts a picture of a digit to the form of MNIST's images."""

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from tf_edureka import _files
from tf_edureka.data import picture_file, picture_ink, picture_shapes
from tf_edureka.errors import InputError

_FORMATS = ("PNG", "JPEG")
_MAX_BYTES = 2**26
# Phone cameras have 50 million. A file of a few kilobytes can announce far more.
_MAX_PIXELS = 50_000_000
_MAX_SIDE = 65_535  # the limit of JPEG; each row takes memory, however short
_WORKING_SIDE = 800  # side to which larger pictures are reduced first
_SIDE, _BOX = 28, 20
_DRAWN = 0.3  # a pixel with more ink is part of the digit
_WIDE = 0.7  # relative to the digit's side: all strokes are narrower
_FAINTEST = 0.03  # smallest fraction of the paper's brightness that ink absorbs
_ORIENTATION = 0x0112  # EXIF tag of the camera's orientation, and the operation that corrects each:
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(path: str | os.PathLike[str]) -> npt.NDArray[np.uint8]:
    """Reads a picture of one digit and normalises it like the digits of MNIST.

    The digit may be dark on light or light on dark, of any size and colours, partly transparent,
    on ruled or squared paper, in a frame or half in a shadow. Ink is what differs from the paper
    around it, and the digit is the largest shape near the middle. It is scaled to fit into 20 x 20
    pixels, keeping its proportions, and its centre of mass is placed at the centre of 28 x 28
    pixels.

    Source: the description published with MNIST. Its digits were black and white, so that paper and
    ink did not have to be separated.

    Args:
        path: path of a PNG or JPEG file.

    Returns:
        the image: uint8, shape (28, 28); 0 is the background, 255 full ink.

    Raises:
        InputError: if the file cannot be read, is not such a picture, has too many pixels or shows
            nothing.
    """
    return read_steps(path).image


def from_grey(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8] | None:
    """Converts a grey picture to the form of MNIST's images, as `read` does with a file.

    Args:
        grey: grey values, finite, in any range: float32, shape (height, width), no side above 800.

    Returns:
        the image: uint8, shape (28, 28); 0 is the background, 255 full ink. None if the picture
        shows nothing.
    """
    made = steps(grey[..., np.newaxis])
    return None if made is None else made.image


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps from a picture to an image in the form of MNIST's.

    Attributes:
        picture: colours from 0 to 255: float32, shape (height, width, channels).
        paper: estimated shade of the paper, from 0: float32, shape (height, width).
        ink: amount of the digit's ink, from 0 to 1: float32, shape (height, width).
        image: resulting image: uint8, shape (28, 28); 0 is the background, 255 full ink.
        others: number of further shapes as large as a digit.
    """

    picture: npt.NDArray[np.float32]
    paper: npt.NDArray[np.float32]
    ink: npt.NDArray[np.float32]
    image: npt.NDArray[np.uint8]
    others: int


def steps(picture: npt.NDArray[np.float32]) -> Steps | None:
    """Converts a picture to the form of MNIST's images, and returns all steps.

    Args:
        picture: colours, finite, in any range: float32, shape (height, width, channels), no side
            above 800.

    Returns:
        the steps; None if the picture shows nothing.
    """
    low, high = float(picture.min()), float(picture.max())
    if low < 0 or high > 255:
        picture = (picture - low) * np.float32(255 / max(high - low, 1e-30))
    shades, has_light = picture_ink.shades_of(picture)
    window = max(3, round(min(shades.shape) / 2))
    for _ in range(2):  # then with a window for this digit, since the end of a shadow is narrow
        paper, ink = picture_ink.separate(shades, window, follow_light=has_light)
        noise = picture_ink.noise(ink)
        found = picture_shapes.digit(ink, max(noise, _FAINTEST))
        if found is None:
            return None
        where, others = found
        rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
        smaller = max(3, round(_WIDE * max(np.ptp(rows), np.ptp(columns))))
        if smaller > _WIDE * window:
            break
        window = smaller
    ink = np.where(where, np.maximum(ink, 0), np.float32(0))
    full = float(np.quantile(ink[ink >= _otsu(ink)], 0.9))
    floor = min(noise, full / 4)
    ink = np.clip((ink - floor) / np.float32(full - floor), 0, 1)
    box = Image.fromarray(np.uint8(ink > _DRAWN)).getbbox()
    return Steps(picture, paper, ink, _centred(Image.fromarray(ink).crop(box)), others)


def read_steps(path: str | os.PathLike[str]) -> Steps:
    """Reads a picture of one digit as `read` does, and returns all steps.

    Args:
        path: path of a PNG or JPEG file.

    Returns:
        the steps from the picture to the image.

    Raises:
        InputError: if the file cannot be read, is not such a picture, has too many pixels or shows
            nothing.
    """
    made = steps(_decoded(Path(path)))
    if made is None:
        raise InputError(f"{path}: expected a digit, but no ink stands out from the paper")
    return made


def _decoded(path: Path) -> npt.NDArray[np.float32]:
    """The picture as float32, shape (height, width, channels), no side above `_WORKING_SIDE`."""
    content = _files.read(path, _MAX_BYTES, "a PNG or JPEG file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about size and metadata; both are checked here
            file = io.BytesIO(picture_file.strip_unneeded(content))
            with Image.open(file, formats=_FORMATS) as picture:  # reads only the header
                width, height = picture.size
                if width * height > _MAX_PIXELS or max(width, height) > _MAX_SIDE:
                    raise InputError(
                        f"{path}: expected at most {_MAX_PIXELS:,} pixels and {_MAX_SIDE:,} per "
                        f"side, but its header announces {width} x {height}; make it smaller"
                    )
                return _colours(picture)
    except Image.DecompressionBombError:
        raise InputError(
            f"{path}: expected at most {_MAX_PIXELS:,} pixels, but its header announces many more; "
            "make it smaller"
        ) from None
    except UnidentifiedImageError:
        raise InputError(f"{path}: expected a PNG or JPEG picture, got something else") from None
    except InputError:
        raise
    except Exception as error:  # decoders raise many types of exceptions on damaged files
        reason = str(error) or type(error).__name__
        raise InputError(f"{path}: damaged, cannot be decoded ({reason})") from None


def _colours(picture: Image.Image) -> npt.NDArray[np.float32]:
    largest = (_WORKING_SIDE, _WORKING_SIDE)
    picture.draft("RGB", largest)  # a JPEG can be decoded at a fraction of its size
    turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    if picture.mode.startswith(("I", "F")):  # 16 bits and more
        picture = Image.fromarray(np.asarray(picture, np.float32))
    else:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail(largest, Image.Resampling.BOX)
    if turn is not None:
        picture = picture.transpose(turn)
    pixels = np.asarray(picture, np.float32)
    if pixels.ndim == 2:
        return pixels[..., np.newaxis]
    if pixels.shape[2] == 3:
        return pixels
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    drawn = np.average(colours.mean(-1, keepdims=True), weights=alpha) if alpha.any() else 0.0
    paper = 0.0 if drawn > 127 else 255.0  # transparent areas are paper, the drawn ones ink
    return np.asarray(paper + (colours - paper) * alpha / 255, np.float32)


def _otsu(values: npt.NDArray[np.float32]) -> float:
    """Returns the threshold between two groups with the least variance in each (Otsu 1979)."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * np.square(sums / below - (sums[-1] - sums) / above)
    return float(edges[1:][np.nan_to_num(between).argmax()])


def _centred(ink: Image.Image) -> npt.NDArray[np.uint8]:
    """Scales the ink to MNIST's box and centres its centre of mass."""
    scale = _BOX / max(ink.size)
    width, height = (max(1, round(scale * side)) for side in ink.size)
    small = np.asarray(ink.resize((width, height), Image.Resampling.BILINEAR))
    small = small / small.max()  # thin strokes became faint
    mass = small.sum()
    x, y = (small.sum(axis=axis) @ np.arange(small.shape[1 - axis]) / mass for axis in (0, 1))
    # In MNIST's images the centre of mass is in pixel 14, 14, counted from 0.
    corner = np.round([_SIDE // 2 - x, _SIDE // 2 - y]).astype(int)
    left, top = np.clip(corner, 0, [_SIDE - width, _SIDE - height])
    image = np.zeros((_SIDE, _SIDE), np.uint8)
    image[top : top + height, left : left + width] = np.round(255 * small)
    return image

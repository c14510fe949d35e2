"""A picture of a digit, brought into the form of MNIST's images."""

import io
import os
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, UnidentifiedImageError

from tf_edureka import _files
from tf_edureka.data import picture_file
from tf_edureka.errors import InputError

_FORMATS = ("PNG", "JPEG")
_MAX_BYTES = 2**26
# Telephones have 50 million. A file of a few kilobytes can announce far more.
_MAX_PIXELS = 50_000_000
_MAX_SIDE = 65_535  # a JPEG's; each row takes memory, however short
_WORKED_ON = 800  # side to which larger pictures are reduced first
_SIDE, _BOX = 28, 20
_DRAWN = 0.3  # so much ink makes a pixel a part of the digit
_SPECKS_FROM = 100  # side from which single pixels are noise
_ORIENTATION = 0x0112  # where EXIF says how the camera was held; what puts it upright:
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
    """Reads a picture of one digit and makes of it what MNIST's makers made of theirs.

    Dark on light or light on dark, of any size, grey, coloured or partly transparent: the paper is
    what most of the picture's rim is, the ink what differs from it. The digit is scaled to fit into
    20 x 20 pixels, keeping its proportions, and placed so that its centre of mass is the centre of
    28 x 28 pixels.

    Source: the description that MNIST was published with. Its digits were black and white, so that
    paper and ink had not to be told apart.

    Args:
        path: a PNG or JPEG file.

    Returns:
        uint8, shape (28, 28): 0 is the background, 255 full ink.

    Raises:
        InputError: when the file cannot be read, is no such picture, has too many pixels or shows
            nothing.
    """
    image = formed(_decoded(Path(path)))
    if image is None:
        raise InputError(
            f"{path}: expected a digit, got a picture in which no ink stands out from the paper"
        )
    return image


def formed(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8] | None:
    """Makes an image in MNIST's form of a picture in shades of grey, as `read` does of a file.

    Args:
        grey: float32, shape (height, width), finite, any range; no side should be above 800.

    Returns:
        uint8, shape (28, 28): 0 is the background, 255 full ink; None if the picture shows nothing.
    """
    ink = _ink(grey)
    box = _box(ink)
    return None if box is None else _placed(Image.fromarray(np.float32(ink)).crop(box))


def _decoded(path: Path) -> npt.NDArray[np.float32]:
    """The picture in shades of grey, float32, shape (height, width), no side above `_WORKED_ON`."""
    content = _files.read(path, _MAX_BYTES, "a PNG or JPEG file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes and odd metadata; ours says what matters
            file = io.BytesIO(picture_file.reduced(content))
            with Image.open(file, formats=_FORMATS) as picture:  # reads no more than the header
                width, height = picture.size
                if width * height > _MAX_PIXELS or max(width, height) > _MAX_SIDE:
                    raise InputError(
                        f"{path}: expected at most {_MAX_PIXELS:,} pixels and {_MAX_SIDE:,} a "
                        f"side, its header announces {width} x {height}; make it smaller"
                    )
                return _grey(picture)
    except Image.DecompressionBombError:
        raise InputError(
            f"{path}: expected at most {_MAX_PIXELS:,} pixels, its header announces many more; "
            "make it smaller"
        ) from None
    except UnidentifiedImageError:
        raise InputError(f"{path}: expected a PNG or JPEG picture, got something else") from None
    except InputError:
        raise
    except Exception as error:  # what the decoders raise on broken files is of many kinds
        reason = str(error) or type(error).__name__
        raise InputError(f"{path}: cannot be decoded, it is damaged ({reason})") from None


def _grey(picture: Image.Image) -> npt.NDArray[np.float32]:
    largest = (_WORKED_ON, _WORKED_ON)
    picture.draft("L", largest)  # a JPEG can be decoded at a fraction of its size
    turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    if picture.mode.startswith(("I", "F")):  # 16 bits and more
        picture = Image.fromarray(np.asarray(picture, np.float32))
    else:
        picture = picture.convert("LA" if picture.has_transparency_data else "L")
    picture.thumbnail(largest, Image.Resampling.BOX)
    if turn is not None:
        picture = picture.transpose(turn)
    grey = np.asarray(picture, np.float32)
    if grey.ndim == 2:
        return grey
    grey, alpha = np.moveaxis(grey, -1, 0)
    drawn = np.average(grey, weights=alpha) if alpha.any() else 0.0
    paper = 0.0 if drawn > 127 else 255.0  # where it is transparent, the ink is what is drawn
    return paper + (grey - paper) * alpha / 255


def _ink(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How much ink there is at each place, from 0 to 1."""
    difference = grey - _paper(grey)
    # Noise and the ringing of JPEG go to both sides of the paper, ink to one.
    sides = [np.maximum(sign * difference, 0) for sign in (-1, 1)]
    noise, ink = sorted(sides, key=lambda side: np.square(side).sum())
    threshold = _otsu(ink)
    full = np.quantile(ink[ink >= threshold], 0.9)
    floor = 3 * np.sqrt(np.mean(np.square(noise[noise > 0]))) if noise.any() else 0.0
    if full <= max(floor, 0.01 * np.abs(grey).max()):  # nothing but noise
        return np.zeros_like(ink)
    return np.clip((ink - floor) / (full - floor), 0, 1)


def _paper(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How bright the paper is at each place, as the picture's rim shows it, shading included."""
    height, width = grey.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    rim = np.ones((height, width), bool)
    rim[1:-1, 1:-1] = False
    shades, where = grey[rim], terms[rim]
    used = np.abs(shades - np.median(shades)) <= np.ptp(shades) / 2
    for _ in range(3):  # without what is not paper there, such as the end of a stroke
        fit, *_ = np.linalg.lstsq(where[used], shades[used], rcond=None)
        error = np.abs(shades - where @ fit)
        used = error <= 2 * np.median(error)
    return terms @ fit


def _otsu(values: npt.NDArray[np.float64]) -> float:
    """The threshold that parts values into two groups of the least variance within (Otsu 1979)."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * np.square(sums / below - (sums[-1] - sums) / above)
    return float(edges[1:][np.nan_to_num(between).argmax()])


def _box(ink: npt.NDArray[np.float64]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what is drawn, as Pillow has them; None if nothing is."""
    drawn = ink > _DRAWN
    if min(ink.shape) > _SPECKS_FROM:
        # How many of 5 x 5 are drawn: along a line one pixel wide 5, of a speck 1 or 2.
        around = Image.fromarray(np.uint8(255 * drawn)).filter(ImageFilter.BoxBlur(2))
        drawn &= np.asarray(around) > 4.5 / 25 * 255
    return Image.fromarray(np.uint8(drawn)).getbbox()


def _placed(ink: Image.Image) -> npt.NDArray[np.uint8]:
    """Scales what is drawn to MNIST's box and places it by its centre of mass."""
    scale = _BOX / max(ink.size)
    width, height = (max(1, round(scale * side)) for side in ink.size)
    small = np.asarray(ink.resize((width, height), Image.Resampling.BILINEAR))
    small = small / small.max()  # thin strokes have become faint
    mass = small.sum()
    x, y = (small.sum(axis=axis) @ np.arange(small.shape[1 - axis]) / mass for axis in (0, 1))
    # In MNIST's images the centre of mass is in pixel 14, 14, counted from 0.
    corner = np.round([_SIDE // 2 - x, _SIDE // 2 - y]).astype(int)
    left, top = np.clip(corner, 0, [_SIDE - width, _SIDE - height])
    image = np.zeros((_SIDE, _SIDE), np.uint8)
    image[top : top + height, left : left + width] = np.round(255 * small)
    return image

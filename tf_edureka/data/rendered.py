"""Rendered digits: a substitute for MNIST, drawn from the fonts that matplotlib ships."""

from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from tf_edureka.data import picture
from tf_edureka.data.idx import Bytes

# Fonts of different designs. All of them have the ten digits at the usual code points.
_FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"),
    *("DejaVuSansMono", "DejaVuSansMono-BoldOblique"),
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic"),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic"),
    *("cmr10", "cmss10", "cmtt10"),
)
_SIZE = 28
_GRID = 96  # side of the fields from which the digits are sampled
_REACH = 12  # largest distance from the outline, in pixels of that grid
_CHUNK = 2000  # images drawn at a time, so that the arrays fit into the cache


def digits(
    train_examples: int = 60_000, test_examples: int = 10_000, seed: int = 0
) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Draws random digits, reproducibly for each seed.

    Each is a digit of a random font, rotated by up to 20 degrees, sheared, scaled, shifted and
    bent, with a thinner or thicker stroke and a little noise.

    Args:
        train_examples: number of training images.
        test_examples: number of test images.
        seed: seed of all randomness.

    Returns:
        training images, training labels, test images and test labels, all uint8. Images have shape
        (n, 28, 28), with 0 for the background and 255 for full ink; labels, 0 to 9, shape (n,).
    """
    fields = _distance_fields()
    train, test = np.random.default_rng(seed).spawn(2)
    return *_examples(fields, train_examples, train), *_examples(fields, test_examples, test)


def clean_digits() -> tuple[Bytes, Bytes]:
    """Draws the digits of ten fonts without distortion; a network trained on MNIST reads them.

    Returns:
        images in the form of MNIST's, with 0 for the background: uint8, shape (100, 28, 28); and
        labels, 0 to 9: uint8, shape (100,).
    """
    drawn = [
        picture.from_grey(np.asarray(_glyph(font, digit), np.float32))
        for font in map(_font, _FONTS[:10])
        for digit in range(10)
    ]
    return np.array(drawn, np.uint8), np.tile(np.arange(10, dtype=np.uint8), 10)


def _examples(
    fields: npt.NDArray[np.float32], count: int, rng: np.random.Generator
) -> tuple[Bytes, Bytes]:
    labels = rng.integers(0, 10, count, dtype=np.uint8)
    images = np.empty((count, _SIZE, _SIZE), np.uint8)
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        images[part] = _draw(fields, labels[part], rng)
    return images, labels


def _distance_fields() -> npt.NDArray[np.float32]:
    """Returns signed distances to the outline of each digit in each font, positive inside.

    Float32, shape (fonts, 10, _GRID, _GRID), in pixels of the grid, clipped to +-_REACH.
    """
    fields = np.empty((len(_FONTS), 10, _GRID, _GRID), np.float32)
    for f, font in enumerate(map(_font, _FONTS)):
        for digit in range(10):
            inside = np.asarray(_glyph(font, digit)) > 127
            fields[f, digit] = _distance(inside) - _distance(~inside)
    return fields


def _font(name: str) -> ImageFont.FreeTypeFont:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / f"{name}.ttf"), size=_GRID)


def _glyph(font: ImageFont.FreeTypeFont, digit: int) -> Image.Image:
    """Draws a digit in the middle of _GRID x _GRID pixels, white on black."""
    drawn = Image.new("L", (_GRID, _GRID))
    left, top, right, bottom = font.getbbox(str(digit))
    at = ((_GRID - left - right) / 2, (_GRID - top - bottom) / 2)
    ImageDraw.Draw(drawn).text(at, str(digit), fill=255, font=font)
    return drawn


def _distance(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Returns the distance of each pixel to the nearest one outside the mask, at most _REACH."""
    squared = np.where(mask, np.float32(_REACH**2), 0)
    for _ in range(2):  # the minimum along one axis, then along the other
        padded = np.pad(squared, ((_REACH, _REACH), (0, 0)), constant_values=_REACH**2)
        moved = [padded[i : i + _GRID] + (i - _REACH) ** 2 for i in range(2 * _REACH + 1)]
        squared = np.min(moved, axis=0, initial=_REACH**2).T
    return np.sqrt(squared)


def _draw(fields: npt.NDArray[np.float32], labels: Bytes, rng: np.random.Generator) -> Bytes:
    count = len(labels)

    def uniform(low: float, high: float) -> npt.NDArray[np.float32]:
        return rng.uniform(low, high, (count, 1, 1)).astype(np.float32)

    turn, shear = np.deg2rad(uniform(-20, 20)), uniform(-0.25, 0.25)
    width, height = uniform(0.8, 1.3), uniform(0.8, 1.3)
    # Maps each pixel back to the grid of the fields, which has width 1 around 0.
    places = (np.arange(_SIZE, dtype=np.float32) - 13.5) / _SIZE
    x, y = places + uniform(-0.08, 0.08), places[:, None] + uniform(-0.08, 0.08)
    u = (np.cos(turn) * x - np.sin(turn) * y) * width
    v = (np.sin(turn) * x + np.cos(turn) * y) * height
    u = u + shear * v
    u, v = (
        u + uniform(0, 0.05) * np.sin(uniform(4, 10) * v + uniform(0, 2 * np.pi)),
        v + uniform(0, 0.05) * np.sin(uniform(4, 10) * u + uniform(0, 2 * np.pi)),
    )
    column = np.clip((u + 0.5) * _GRID, 0, _GRID - 1).astype(np.int32)
    row = np.clip((v + 0.5) * _GRID, 0, _GRID - 1).astype(np.int32)
    glyph = rng.integers(0, len(fields), count) * 10 + labels
    distance = fields.reshape(-1)[(glyph[:, None, None] * _GRID + row) * _GRID + column]
    # The soft edge of a stroke is one pixel of the image wide, _GRID / _SIZE pixels of the grid.
    ink = np.clip((distance + uniform(-2.5, 3.0)) * _SIZE / _GRID + 0.5, 0, 1)
    noise = rng.standard_normal(ink.shape, dtype=np.float32) * uniform(0, 16)
    return np.clip(ink * uniform(160, 255) + noise, 0, 255).astype(np.uint8)

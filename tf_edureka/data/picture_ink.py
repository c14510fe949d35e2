"""Finds the ink of a picture: what stands out from the paper around it, in any colours."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from tf_edureka.data.picture_lines import remove_lines
from tf_edureka.data.picture_paper import grey_closing, in_shadow

_SMOOTHED_FROM = 100  # side from which every stroke is wider than a pixel
_SMOOTHING = 1 / 500  # relative to the longer side
_NEARBY = 0.15  # relative to the shorter side: anything wider is light, not ink
_MIN_COLOUR_SHARE = 0.1  # smallest weight of a channel that counts as part of the ink's colour
_NOISE = 10  # factor on the difference in the quietest quarter of places
_NOISE_DISTANCE = 5  # pixels between the compared places
_SAMPLED = 300  # pixels per side from which the colours are estimated
_SAME_SHADE = 10  # of 255: shades that differ by less count as equal
_DARK = 25  # of 255; avoids large ratios between two dark shades


def shades_of(picture: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], bool]:
    """Projects a picture's colours to one shade, with the ink dark, and removes its lines.

    Args:
        picture: colours from 0 to 255: float32, shape (height, width, channels).

    Returns:
        the shades, below 0 if the ink is lighter than the paper: float32, shape (height, width);
        and whether they are proportional to the light. They are not if the ink makes some channels
        lighter and others darker.
    """
    picture = _smooth(picture)
    picture = remove_lines(picture, picture @ _direction(picture))
    direction = _direction(picture)
    return picture @ direction, np.ptp(
        np.sign(direction[np.abs(direction) > _MIN_COLOUR_SHARE])
    ) == 0


def separate(
    shades: npt.NDArray[np.float32], size: int, *, follow_light: bool
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Separates a picture into its paper and the ink on it.

    The paper is the picture with everything filled that is darker and narrower than a window. The
    round end of a shadow is not filled, so that the paper keeps the edges of shadows. A shadow
    darkens ink and paper by the same factor, so the ink is measured relative to the paper.

    Args:
        shades: shades returned by `shades_of`: float32, shape (height, width).
        size: size of the window in pixels; wider than any stroke.
        follow_light: whether the shades are proportional to the light.

    Returns:
        the paper's shade, from 0 to 255, and the ink, the missing fraction of the paper's
        brightness, about 0 without ink; both float32, shape (height, width).
    """
    paper = grey_closing(shades, size)
    paper = np.where(in_shadow(shades, paper, size, _SAME_SHADE), shades, paper)
    missing = paper - shades
    missing -= np.median(missing)  # the paper is the upper edge of the noise
    light = np.abs(paper) if follow_light else 255
    return np.abs(paper), (missing / (light + _DARK)).astype(np.float32)


def noise(ink: npt.NDArray[np.float32]) -> float:
    """Estimates the largest amount of ink that plain paper appears to have.

    It is derived from the differences between neighbouring places.

    Args:
        ink: amount of ink: float32, shape (height, width).

    Returns:
        the threshold, at least 0.
    """
    differences = np.abs(ink[:, _NOISE_DISTANCE:] - ink[:, :-_NOISE_DISTANCE])
    return _NOISE * float(np.quantile(differences, 0.25)) if differences.size else 0.0


def _smooth(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if min(picture.shape[:2]) < _SMOOTHED_FROM:
        return picture
    return _blurred(picture, ImageFilter.GaussianBlur(_SMOOTHING * max(picture.shape[:2])))


def _blurred(
    picture: npt.NDArray[np.float32], by: ImageFilter.MultibandFilter
) -> npt.NDArray[np.float32]:
    bands = [Image.fromarray(np.uint8(np.round(band))) for band in np.moveaxis(picture, -1, 0)]
    return np.stack([np.asarray(band.filter(by), np.float32) for band in bands], axis=-1)


def _direction(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Returns the direction in colour space in which the ink differs most, with ink darker."""
    step = 1 + min(picture.shape[:2]) // _SAMPLED
    picture = picture[::step, ::step]
    radius = max(1, round(_NEARBY * min(picture.shape[:2])))
    wide = np.pad(picture, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    blurred = _blurred(wide, ImageFilter.BoxBlur(radius))[radius:-radius, radius:-radius]
    detail = picture - blurred
    detail = detail.reshape(-1, detail.shape[-1])
    direction = np.linalg.eigh(detail.T @ detail)[1][:, -1]
    # Ink covers the smaller part of the picture, so it is farther from the mean colour than paper.
    direction /= np.abs(direction).sum()
    return direction * -np.sign(np.sum((detail @ direction) ** 3) or -1)

"""Where a picture has ink: what stands out from the paper around it, whatever the colours."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from tf_edureka.data.picture_lines import closed, without_lines

_SMOOTHED_FROM = 100  # side from which a pixel is smaller than anything drawn
_SMOOTHING = 1 / 500  # of the longer side
_NEARBY = 0.15  # of the shorter side: what is as wide belongs to the light and not to the ink
_WINDOW = 0.5  # of the shorter side: no stroke is as wide
_NOISE = 10  # times what the quietest quarter of places differs by
_APART = 5  # pixels
_SAMPLED = 300  # pixels of a side tell which colours there are
_DARK = 25  # of 255; keeps the ratio of black to black from being large


def parted(
    picture: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Parts a picture into its paper and the ink on it.

    The paper is what stays when all is filled up that is narrower than half of the picture, so that
    it keeps the edge of a shadow. Ink is measured in shares of the paper's brightness, since it is
    less bright in a shadow by the same factor.

    Args:
        picture: float32, shape (height, width, channels), finite, from 0 to 255.

    Returns:
        the paper's shade, from 0 to 255, and how much is missing from it, from 0; both float32,
        shape (height, width).
    """
    picture = _smooth(picture)
    direction = _direction(picture)
    picture = without_lines(picture, picture @ direction)
    direction = _direction(picture)
    shades = picture @ direction
    paper = closed(shades, max(3, round(_WINDOW * min(shades.shape))))
    missing = paper - shades
    missing -= np.median(missing)  # of noise, the paper is the upper edge
    # Where some colours become lighter and others darker, nothing is known of the light.
    light = np.abs(paper) if np.ptp(np.sign(direction[np.abs(direction) > 0.1])) == 0 else 255
    return np.abs(paper), (missing / (light + _DARK)).astype(np.float32)


def noise(ink: npt.NDArray[np.float32]) -> float:
    """As much ink as paper alone may seem to have, seen by how much places side by side differ.

    Args:
        ink: float32, shape (height, width).

    Returns:
        from 0.
    """
    differences = np.abs(ink[:, _APART:] - ink[:, :-_APART])
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
    """The direction of colours in which the ink is darker and differs most."""
    step = 1 + min(picture.shape[:2]) // _SAMPLED
    picture = picture[::step, ::step]
    radius = max(1, round(_NEARBY * min(picture.shape[:2])))
    wide = np.pad(picture, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    blurred = _blurred(wide, ImageFilter.BoxBlur(radius))[radius:-radius, radius:-radius]
    detail = picture - blurred
    detail = detail.reshape(-1, detail.shape[-1])
    direction = np.linalg.eigh(detail.T @ detail)[1][:, -1]
    # Ink is on the smaller part of the picture: far from the mean, where paper is near to it.
    direction /= np.abs(direction).sum()
    return direction * -np.sign(np.sum((detail @ direction) ** 3) or -1)

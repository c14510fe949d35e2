"""Where a picture has ink: what stands out from the paper around it, whatever the colours."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from tf_edureka.data.picture_lines import remove_lines
from tf_edureka.data.picture_paper import grey_closing, in_shadow

_SMOOTHED_FROM = 100  # side from which a pixel is smaller than anything drawn
_SMOOTHING = 1 / 500  # of the longer side
_NEARBY = 0.15  # of the shorter side: what is as wide belongs to the light and not to the ink
_MIN_COLOUR_SHARE = 0.1  # how much of a colour is a part of the ink's
_NOISE = 10  # times what the quietest quarter of places differs by
_NOISE_DISTANCE = 5  # pixels
_SAMPLED = 300  # pixels of a side tell which colours there are
_SAME_SHADE = 10  # of 255: two shades that differ by less may be one
_DARK = 25  # of 255; keeps the ratio of black to black from being large


def shades_of(picture: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], bool]:
    """Makes one shade of a picture's colours, in which ink is dark, and takes its lines away.

    Args:
        picture: float32, shape (height, width, channels), finite, from 0 to 255.

    Returns:
        float32, shape (height, width), below 0 if the ink is lighter than the paper; and whether it
        is proportional to the light. Where some colours become lighter by the ink and others
        darker, it is not.
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
    """Parts a picture into its paper and the ink on it.

    The paper is what stays when all is filled up that is narrower than a window, but for the round
    end of a shadow, so that it keeps the edge of a shadow. In a shadow, ink and paper are less
    bright by the same factor, so that ink is measured in shares of the paper's brightness.

    Args:
        shades: float32, shape (height, width), as of `shades_of`.
        size: of the window in pixels; wider than any stroke.
        follow_light: whether the shades are proportional to the light.

    Returns:
        the paper's shade, from 0 to 255, and the ink: the share that is missing from it, about 0
        where there is none; both float32, shape (height, width).
    """
    paper = grey_closing(shades, size)
    paper = np.where(in_shadow(shades, paper, size, _SAME_SHADE), shades, paper)
    missing = paper - shades
    missing -= np.median(missing)  # of noise, the paper is the upper edge
    light = np.abs(paper) if follow_light else 255
    return np.abs(paper), (missing / (light + _DARK)).astype(np.float32)


def noise(ink: npt.NDArray[np.float32]) -> float:
    """As much ink as paper alone may seem to have, seen by how much places side by side differ.

    Args:
        ink: float32, shape (height, width).

    Returns:
        from 0.
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

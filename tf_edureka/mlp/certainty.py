"""How sure an answer is, or whether what was shown may be no digit at all."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_edureka.results import Floats

MIN_CERTAINTY = 0.72
"""The least certainty of an answer that is to be given.

Chosen on MNIST's validation images and what is no digit: a network trained with distortions is
unsure of 4.4 % of those, and of 5.0 % of the test images; one trained without of 9 %.
"""

_SLANT = 0.25  # of the height, to the side: further back than most handwriting


def with_certainty(
    predict: Callable[[npt.NDArray[np.uint8]], Floats], images: npt.NDArray[np.uint8]
) -> tuple[Floats, Floats]:
    """What a network takes images for, and how sure that is.

    Shown slanted, a digit stays that digit, which is not so of what only happens to look like one.
    So an answer is as sure as the less probable of two: of the image, and of the image slanted.

    Args:
        predict: gives the probabilities of images, as `probabilities` does of a model.
        images: uint8, shape (n, 28, 28).

    Returns:
        the probability of each class, float, shape (n, 10); and the certainty, float, shape (n,).
    """
    shares, slanted = predict(images), predict(np.stack([_slant(image) for image in images]))
    answers = shares.argmax(axis=1)[:, np.newaxis]
    both = [np.take_along_axis(one, answers, axis=1)[:, 0] for one in (shares, slanted)]
    return shares, np.minimum(*both)


def _slant(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The top to the left and the bottom to the right."""
    height, width = image.shape
    to_x = (1, -_SLANT, _SLANT * (height - 1) / 2, 0, 1, 0)
    slanted = Image.fromarray(image).transform(
        (width, height), Image.Transform.AFFINE, to_x, Image.Resampling.BILINEAR
    )
    return np.asarray(slanted)

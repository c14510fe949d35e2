"""The certainty of a prediction; a low one suggests that the image shows no digit."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_edureka.results import Floats

MIN_CERTAINTY = 0.72
"""Certainty below which a prediction should be reported as unsure.

Chosen on MNIST's validation images and on images without a digit. A network trained with
augmentation is unsure about 4.4 % of the validation images and 5.0 % of the test images; one
trained without it about 9 %.
"""

_SLANT = 0.25  # sideways shift relative to the height, more than in most backward handwriting


def with_certainty(
    predict: Callable[[npt.NDArray[np.uint8]], Floats], images: npt.NDArray[np.uint8]
) -> tuple[Floats, Floats]:
    """Returns the class probabilities of images, and how certain the predictions are.

    A digit stays the same digit when it is slanted; shapes that only look like a digit often do
    not. The certainty is therefore the smaller of two probabilities of the predicted class: for the
    image itself and for a slanted copy.

    Args:
        predict: function from uint8 images, shape (n, 28, 28), to class probabilities, float, shape
            (n, 10), such as `probabilities` with a fixed model.
        images: uint8, shape (n, 28, 28).

    Returns:
        probability of each class, float, shape (n, 10); and the certainty, float, shape (n,).

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, mlp
        >>> model = mlp.network(MlpConfig.tuned())  # not trained, so never certain
        >>> images = np.zeros((2, 28, 28), np.uint8)
        >>> shares, certainty = mlp.with_certainty(lambda x: mlp.probabilities(model, x), images)
        >>> shares.shape, (certainty >= mlp.MIN_CERTAINTY).tolist()
        ((2, 10), [False, False])
    """
    shares, slanted = predict(images), predict(np.stack([_slant(image) for image in images]))
    answers = shares.argmax(axis=1)[:, np.newaxis]
    both = [np.take_along_axis(one, answers, axis=1)[:, 0] for one in (shares, slanted)]
    return shares, np.minimum(*both)


def _slant(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Moves the top of the image to the left and the bottom to the right."""
    height, width = image.shape
    to_x = (1, -_SLANT, _SLANT * (height - 1) / 2, 0, 1, 0)
    slanted = Image.fromarray(image).transform(
        (width, height), Image.Transform.AFFINE, to_x, Image.Resampling.BILINEAR
    )
    return np.asarray(slanted)

"""Which of the test images the page shows, and what a network takes them for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.config import CLASSES
from tf_edureka.data.examples import Split
from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError
from tf_edureka.mlp.certainty import SURE, with_certainty
from tf_edureka.page import encoding
from tf_edureka.results import Floats

SAMPLE = 200
_MISTAKES = 150  # of each network; the tuned one makes 120 or so
# Characters for each network. A page with one network is to have at most 1,000,000: its weights
# take 718,192, and all else but the images 150,000.
_MAX_CHARACTERS = 126_000
_SEED = 1
_EXAMPLE_CANDIDATES = 1000  # images to find examples in
Numbers = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]


def logits(weights: Sequence[npt.NDArray[np.floating[Any]]], images: Bytes) -> Logits:
    """What a network computes.

    Args:
        weights: float, kernel and bias of each layer, shapes (inputs, units) and (units,).
        images: uint8, shape (n, 28, 28).

    Returns:
        float32, shape (n, 10).

    Raises:
        InputError: when it comes to what is no number.
    """
    values = images.reshape(len(images), -1) * np.float32(1 / 255)
    *hidden, last = zip(weights[::2], weights[1::2], strict=True)
    with np.errstate(over="ignore", invalid="ignore"):
        for kernel, bias in hidden:
            values = np.maximum(values @ kernel.astype(np.float32) + bias.astype(np.float32), 0)
        kernel, bias = last
        values = values @ kernel.astype(np.float32) + bias.astype(np.float32)
    if not np.isfinite(values).all():
        raise InputError("its answers are no numbers; its training went wrong")
    return values


def softmax(answer_logits: Logits) -> Logits:
    """How probable each digit is.

    Args:
        answer_logits: float32, shape (n, 10): logits.

    Returns:
        float32, shape (n, 10).
    """
    powers = np.exp(answer_logits - answer_logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def judge(weights: Sequence[npt.NDArray[np.floating[Any]]], images: Bytes) -> tuple[Floats, Floats]:
    """What a network takes images for, and how sure that is.

    Args:
        weights: float, kernel and bias of each layer, shapes (inputs, units) and (units,).
        images: uint8, shape (n, 28, 28).

    Returns:
        as `mlp.with_certainty`: float, shapes (n, 10) and (n,), in [0, 1].

    Raises:
        InputError: when it comes to what is no number.
    """
    return with_certainty(lambda given: softmax(logits(weights, given)), images)


def select(answers: Sequence[Logits], certainty: Floats, test: Split) -> dict[str, Any]:
    """Chooses images: a sample, an example of each digit, and what the networks get wrong.

    The examples are such as the first network is right and sure of, if there are, and of the sample
    if it has such. Of the mistakes those come first that a network is furthest from getting right.

    Args:
        answers: float32, shape (n, 10): the logits of each network.
        certainty: float, shape (n,), in [0, 1]: how sure the first network is.
        test: the n test images.

    Returns:
        `"images"`, and `"examples"`, `"sample"`, `"mistakes"` and `"mistakes_in_all"` of the page's
        data, in which an image is named by its place among `"images"`.
    """
    rng = np.random.default_rng(_SEED)
    sample = rng.permutation(len(test.labels))[:SAMPLE]
    sure = (answers[0].argmax(axis=1) == test.labels) & (certainty >= SURE)
    examples = _examples(sure, test.labels, sample)
    wrong = [_wrong(answer_logits, test.labels) for answer_logits in answers]
    most = _MISTAKES
    while True:
        lists = [sample, examples, *(mistakes[:most] for mistakes in wrong)]
        numbers = np.unique(np.concatenate(lists))
        pixels = encoding.packed(test.images[numbers])
        if len(pixels) <= _MAX_CHARACTERS * len(answers) or not most:
            break
        most //= 2  # noise takes room
    places = [np.searchsorted(numbers, one).tolist() for one in lists]
    return {
        "images": _images(numbers, pixels, test),
        "sample": places[0],
        "examples": places[1],
        "mistakes": places[2:],
        "mistakes_in_all": [len(mistakes) for mistakes in wrong],
    }


def select_examples(
    weights: Sequence[npt.NDArray[np.floating[Any]]], test: Split
) -> dict[str, Any]:
    """Chooses an example of each digit that there is, one that the network is right and sure of.

    Args:
        weights: float, kernel and bias of each layer, shapes (inputs, units) and (units,).
        test: one or more images, of which the first 1,000 are enough to choose from.

    Returns:
        `"images"` and `"examples"` of the page's data.

    Raises:
        InputError: when the network's answers are no numbers.
    """
    test = test.first(_EXAMPLE_CANDIDATES)
    shares, certainty = judge(weights, test.images)
    sure = (shares.argmax(axis=1) == test.labels) & (certainty >= SURE)
    there = np.unique(test.labels)
    numbers = _examples(sure, test.labels, np.array([], int))[there]
    images = _images(numbers, encoding.packed(test.images[numbers]), test)
    return {"images": images, "examples": list(range(len(numbers)))}


def _images(numbers: Numbers, pixels: str, test: Split) -> dict[str, Any]:
    return {
        "count": len(numbers),
        "pixels": pixels,
        "labels": test.labels[numbers].tolist(),
        "numbers": numbers.tolist(),
    }


def _examples(sure: npt.NDArray[np.bool_], labels: Bytes, sample: Numbers) -> Numbers:
    """The number of an image of each digit; of another digit, if there is none of one."""
    rank = 1 + 2 * sure
    rank[sample] += 1
    return np.array([np.argmax(rank * (labels == digit)) for digit in range(CLASSES)])


def _wrong(answer_logits: Logits, labels: Bytes) -> Numbers:
    """Numbers of the images that a network gets wrong, the furthest from right first."""
    right = np.take_along_axis(answer_logits, labels[:, np.newaxis].astype(int), axis=1)[:, 0]
    behind = answer_logits.max(axis=1) - right
    wrong = np.flatnonzero(answer_logits.argmax(axis=1) != labels)
    return wrong[np.argsort(-behind[wrong], kind="stable")]

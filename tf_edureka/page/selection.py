"""Selects the test images for the page, by what the networks answer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.config import CLASSES
from tf_edureka.data.examples import Split
from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError
from tf_edureka.mlp.certainty import MIN_CERTAINTY, with_certainty
from tf_edureka.page import encoding
from tf_edureka.results import Floats

SAMPLE = 200
_MISTAKES = 150  # per network; the tuned recipe makes about 120
# Characters of images per network. A page with one network may have 1,000,000: its weights take
# 718,192, everything else but the images 150,000.
_MAX_CHARACTERS = 126_000
_SEED = 1
_EXAMPLE_CANDIDATES = 1000  # images considered as examples
Numbers = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]


def logits(weights: Sequence[npt.NDArray[np.floating[Any]]], images: Bytes) -> Logits:
    """Computes the logits of a network.

    Args:
        weights: float, kernel and bias of each layer, shapes (inputs, units) and (units,).
        images: uint8, shape (n, 28, 28).

    Returns:
        the logits: float32, shape (n, 10).

    Raises:
        InputError: if a logit is NaN or infinite.
    """
    values = images.reshape(len(images), -1) * np.float32(1 / 255)
    *hidden, last = zip(weights[::2], weights[1::2], strict=True)
    with np.errstate(over="ignore", invalid="ignore"):
        for kernel, bias in hidden:
            values = np.maximum(values @ kernel.astype(np.float32) + bias.astype(np.float32), 0)
        kernel, bias = last
        values = values @ kernel.astype(np.float32) + bias.astype(np.float32)
    if not np.isfinite(values).all():
        raise InputError("its outputs contain NaN or infinity, so its training failed")
    return values


def softmax(answer_logits: Logits) -> Logits:
    """Converts logits to probabilities.

    Args:
        answer_logits: logits: float32, shape (n, 10).

    Returns:
        the probabilities: float32, shape (n, 10).
    """
    powers = np.exp(answer_logits - answer_logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def judge(weights: Sequence[npt.NDArray[np.floating[Any]]], images: Bytes) -> tuple[Floats, Floats]:
    """Classifies images by `mlp.with_certainty`.

    Args:
        weights: float, kernel and bias of each layer, shapes (inputs, units) and (units,).
        images: uint8, shape (n, 28, 28).

    Returns:
        probabilities and certainty: float, shapes (n, 10) and (n,), in [0, 1].

    Raises:
        InputError: if a logit is NaN or infinite.
    """
    return with_certainty(lambda given: softmax(logits(weights, given)), images)


def select(answers: Sequence[Logits], certainty: Floats, test: Split) -> dict[str, Any]:
    """Selects a sample, an example of each digit, and the mistakes of the networks.

    Examples are images that the first network is right and sure of, if possible from the sample.
    Mistakes are sorted by how far the logit of the right digit is behind, the furthest first.

    Args:
        answers: logits of each network: float32, shape (n, 10).
        certainty: certainty of the first network: float, shape (n,), in [0, 1].
        test: the n test images.

    Returns:
        `"images"`, `"examples"`, `"sample"`, `"mistakes"` and `"mistakes_in_all"` of the page's
        data; images are named by their index in `"images"`.
    """
    rng = np.random.default_rng(_SEED)
    sample = rng.permutation(len(test.labels))[:SAMPLE]
    sure = (answers[0].argmax(axis=1) == test.labels) & (certainty >= MIN_CERTAINTY)
    examples = _examples(sure, test.labels, sample)
    wrong = [_wrong(answer_logits, test.labels) for answer_logits in answers]
    most = _MISTAKES
    while True:
        lists = [sample, examples, *(mistakes[:most] for mistakes in wrong)]
        numbers = np.unique(np.concatenate(lists))
        pixels = encoding.packed(test.images[numbers])
        if len(pixels) <= _MAX_CHARACTERS * len(answers) or not most:
            break
        most //= 2  # noisy images compress badly
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
    """Selects an example of each digit, if possible one that the network is right and sure of.

    Args:
        weights: float, kernel and bias of each layer, shapes (inputs, units) and (units,).
        test: one or more images; only the first 1,000 are considered.

    Returns:
        `"images"` and `"examples"` of the page's data, without digits that `test` lacks.

    Raises:
        InputError: if a logit is NaN or infinite.
    """
    test = test.first(_EXAMPLE_CANDIDATES)
    shares, certainty = judge(weights, test.images)
    sure = (shares.argmax(axis=1) == test.labels) & (certainty >= MIN_CERTAINTY)
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
    """Returns the index of an image of each digit; 0 for a digit that is missing."""
    rank = 1 + 2 * sure
    rank[sample] += 1
    return np.array([np.argmax(rank * (labels == digit)) for digit in range(CLASSES)])


def _wrong(answer_logits: Logits, labels: Bytes) -> Numbers:
    """Returns the indices of misread images, the furthest from right first."""
    right = np.take_along_axis(answer_logits, labels[:, np.newaxis].astype(int), axis=1)[:, 0]
    behind = answer_logits.max(axis=1) - right
    wrong = np.flatnonzero(answer_logits.argmax(axis=1) != labels)
    return wrong[np.argsort(-behind[wrong], kind="stable")]

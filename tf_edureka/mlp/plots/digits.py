"""Digits, and what a network makes of them."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tf_edureka.config import CLASSES
from tf_edureka.data.mnist import Split
from tf_edureka.results import Floats

_WRONG_SHOWN, _TILES, _TILES_WIDE = 20, 50, 10
# The hue tells the sign, blue for and red against as on the page; the lightness falls from end to
# end, so that grey tells it as well.
_AGAINST_TO_FOR = LinearSegmentedColormap.from_list(
    "against to for", ["#ffe6d6", "#f2ad8c", "#8e8e8e", "#2f5fa3", "#08204f"]
)


def predictions(test: Split, probabilities: Floats, title: str) -> Figure:
    """Shows test digits with what the network takes them for, wrong ones first.

    Args:
        test: the test images with their labels.
        probabilities: float, shape (n, 10), of each class for each image.
        title: what the digits are.

    Returns:
        the figure; under each digit the prediction and its probability, in red with the truth
        where it is wrong.
    """
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != test.labels)
    right = np.flatnonzero(answers == test.labels)
    shown_wrong = wrong[: max(_WRONG_SHOWN, _TILES - len(right))]
    shown = np.concatenate([shown_wrong, right])[:_TILES]
    side = 38  # of a tile, with room for the text
    figure, axes = _mosaic(test.images[shown], side, "gray_r", limits=(0, 255))
    for tile, index in enumerate(shown):
        row, column = divmod(tile, _TILES_WIDE)
        answer, truth = answers[index], test.labels[index]
        colour, besides = ("black", "") if answer == truth else ("tab:red", f", is {truth}")
        text = f"{answer}  {probabilities[index, answer]:.0%}{besides}"
        x, y = column * side + 13.5, row * side + 29
        axes.text(x, y, text, ha="center", va="top", fontsize=8, color=colour)
    axes.set_title(
        f"Test digits, and what the network takes them for: {len(wrong)} of {len(answers)} wrong, "
        f"{len(shown_wrong)} of them here\n{title}",
        parse_math=False,
    )
    return figure


def confusion_matrix(labels: npt.NDArray[np.uint8], probabilities: Floats, title: str) -> Figure:
    """Counts what the network takes each digit for.

    Args:
        labels: uint8, shape (n,), 0 to 9.
        probabilities: float, shape (n, 10), of each class for each image.
        title: what the digits are.

    Returns:
        the figure: a row for each digit, a column for each answer; only what is wrong is shaded.
    """
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (labels, probabilities.argmax(axis=1)), 1)
    wrong = counts * (1 - np.eye(CLASSES, dtype=int))
    axes = figure.add_subplot()
    axes.imshow(wrong, cmap="Reds", vmax=max(1, 2 * wrong.max()))
    for row, column in np.argwhere(counts):
        axes.text(column, row, counts[row, column], ha="center", va="center", fontsize=9)
    digits = range(CLASSES)
    axes.set(xlabel="the network's answer", ylabel="the digit", xticks=digits, yticks=digits)
    axes.set_title(f"{wrong.sum()} of {counts.sum()} wrong\n{title}", parse_math=False)
    return figure


def prediction(image: npt.NDArray[np.uint8], probabilities: Floats) -> Figure:
    """Shows one image beside what the network takes it for.

    Args:
        image: uint8, shape (28, 28).
        probabilities: float, shape (10,), of each class.

    Returns:
        the figure; on the left the image, on the right a bar for each class.
    """
    figure = Figure(figsize=(6.4, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2))
    left.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    left.set_title("what the network gets", fontsize=10)
    left.axis("off")
    most = int(probabilities.argmax())
    colours = ["tab:red" if digit == most else "0.6" for digit in range(CLASSES)]
    right.bar(range(CLASSES), probabilities, color=colours)
    right.set(xticks=range(CLASSES), ylim=(0, 1))
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    right.set_title(f"what it takes it for: {most}, {probabilities[most]:.0%}", fontsize=10)
    return figure


def first_layer_weights(kernel: Floats, title: str) -> Figure:
    """Shows what the first hidden units look for: each one's weights as a picture.

    Args:
        kernel: float, shape (784, units), of the first layer.
        title: what the network was trained on.

    Returns:
        the figure with the 50 units of the largest weights: ink where it is dark (blue) speaks for
        the unit, ink where it is light (red) against it, the grey between is 0.
    """
    # A training that went wrong has numbers that are none, or whose square is none in float32.
    kernel = np.nan_to_num(kernel.astype(np.float64), posinf=0, neginf=0)
    shown = np.argsort(-np.linalg.norm(kernel, axis=0), kind="stable")[:_TILES]
    limit = float(np.quantile(np.abs(kernel[:, shown]), 0.995)) or 1.0
    pictures = kernel.T[shown].reshape(-1, 28, 28)
    figure, axes = _mosaic(pictures, 30, _AGAINST_TO_FOR, limits=(-limit, limit), room=0.65)
    figure.colorbar(
        axes.images[0],
        ax=axes,
        orientation="horizontal",
        shrink=0.5,
        aspect=40,
        pad=0.02,
        label="weight: ink on light speaks against the neuron, ink on dark for it",
    )
    axes.set_title(
        f"First hidden layer: the {len(shown)} of {kernel.shape[1]} neurons with the largest "
        f"weights\n{title}",
        parse_math=False,
    )
    return figure


def _mosaic(
    pictures: npt.NDArray[np.number[Any]],
    side: int,
    colours: str | Colormap,
    limits: tuple[float, float],
    room: float = 0,
) -> tuple[Figure, Axes]:
    """Draws all pictures as one image, which is far quicker than an axes for each.

    The figure is as high as their rows and the title, and `room` inches below them.
    """
    rows = -(-len(pictures) // _TILES_WIDE)
    canvas = np.full((rows * side, _TILES_WIDE * side), np.nan, np.float32)
    row, column = np.divmod(np.arange(len(pictures)), _TILES_WIDE)
    canvas.reshape(rows, side, _TILES_WIDE, side)[row, :28, column, :28] = pictures
    figure = Figure(figsize=(10, 9.9 / _TILES_WIDE * rows + 0.55 + room), layout="constrained")
    axes = figure.add_subplot()
    least, most = limits
    axes.imshow(canvas, interpolation="nearest", cmap=colours, vmin=least, vmax=most)
    axes.axis("off")
    return figure, axes

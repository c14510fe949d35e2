"""Images of digits with a network's predictions, and its first-layer weights."""

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
# Blue is positive and red negative, as on the page; the lightness decreases from end to end, so the
# sign is visible in greyscale too.
_AGAINST_TO_FOR = LinearSegmentedColormap.from_list(
    "against to for", ["#ffe6d6", "#f2ad8c", "#8e8e8e", "#2f5fa3", "#08204f"]
)


def predictions(test: Split, probabilities: Floats, title: str) -> Figure:
    """Draws test digits with the network's predictions, wrong ones first.

    Args:
        test: test images with their labels.
        probabilities: probability of each class for each image: float, shape (n, 10).
        title: second line of the title, such as the name of the data.

    Returns:
        the figure. Below each digit are the prediction and its probability; wrong ones are red and
        followed by the label.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import Split
        >>> from tf_edureka.mlp import plots
        >>> images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)
        >>> test = Split(images, np.full(30, 7, np.uint8))
        >>> always_7 = np.tile(np.eye(10)[7], (30, 1))
        >>> figure = plots.predictions(test, always_7, "noise")
        >>> print(figure.axes[0].get_title())
        Test digits and the network's predictions: 0 of 30 wrong, 0 of them shown
        noise
        >>> figure.savefig("predictions.png")
    """
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != test.labels)
    right = np.flatnonzero(answers == test.labels)
    shown_wrong = wrong[: max(_WRONG_SHOWN, _TILES - len(right))]
    shown = np.concatenate([shown_wrong, right])[:_TILES]
    side = 38  # of a tile, with space for the text
    figure, axes = _mosaic(test.images[shown], side, "gray_r", limits=(0, 255))
    for tile, index in enumerate(shown):
        row, column = divmod(tile, _TILES_WIDE)
        answer, truth = answers[index], test.labels[index]
        colour, besides = ("black", "") if answer == truth else ("tab:red", f", is {truth}")
        text = f"{answer}  {probabilities[index, answer]:.0%}{besides}"
        x, y = column * side + 13.5, row * side + 29
        axes.text(x, y, text, ha="center", va="top", fontsize=8, color=colour)
    axes.set_title(
        f"Test digits and the network's predictions: {len(wrong)} of {len(answers)} wrong, "
        f"{len(shown_wrong)} of them shown\n{title}",
        parse_math=False,
    )
    return figure


def confusion_matrix(labels: npt.NDArray[np.uint8], probabilities: Floats, title: str) -> Figure:
    r"""Draws a matrix of the network's predictions for each digit.

    Args:
        labels: true digits, 0 to 9: uint8, shape (n,).
        probabilities: probability of each class for each image: float, shape (n, 10).
        title: second line of the title, such as the name of the data.

    Returns:
        the figure: one row per digit, one column per prediction; only errors are shaded.

    Example:
        >>> import numpy as np
        >>> from tf_edureka.mlp import plots
        >>> labels, predicted = np.array([4, 4, 9], np.uint8), np.eye(10)[[4, 9, 9]]
        >>> figure = plots.confusion_matrix(labels, predicted, "three digits")
        >>> figure.axes[0].get_title()
        '1 of 3 wrong\nthree digits'
        >>> figure.savefig("confusions.png")
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
    axes.set(xlabel="predicted digit", ylabel="true digit", xticks=digits, yticks=digits)
    axes.set_title(f"{wrong.sum()} of {counts.sum()} wrong\n{title}", parse_math=False)
    return figure


def prediction(image: npt.NDArray[np.uint8], probabilities: Floats) -> Figure:
    """Draws one image next to the probabilities that the network predicts for it.

    Args:
        image: uint8, shape (28, 28).
        probabilities: probability of each class: float, shape (10,).

    Returns:
        the figure: the image on the left, a bar for each class on the right.

    Example:
        >>> import numpy as np
        >>> from tf_edureka.mlp import plots
        >>> image = np.zeros((28, 28), np.uint8)
        >>> figure = plots.prediction(image, np.eye(10)[4])
        >>> figure.axes[1].get_title()
        'prediction: 4, 100%'
        >>> figure.savefig("prediction.png")
    """
    figure = Figure(figsize=(6.4, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2))
    left.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    left.set_title("network input", fontsize=10)
    left.axis("off")
    most = int(probabilities.argmax())
    colours = ["tab:red" if digit == most else "0.6" for digit in range(CLASSES)]
    right.bar(range(CLASSES), probabilities, color=colours)
    right.set(xticks=range(CLASSES), ylim=(0, 1))
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    right.set_title(f"prediction: {most}, {probabilities[most]:.0%}", fontsize=10)
    return figure


def first_layer_weights(kernel: Floats, title: str) -> Figure:
    """Draws the weights of the first hidden layer, one image per neuron.

    Args:
        kernel: kernel of the first layer: float, shape (784, units).
        title: second line of the title, such as the name of the data.

    Returns:
        the figure with the 50 neurons that have the largest weights. Dark (blue) is positive: ink
        there raises the neuron's output. Light (red) is negative: ink there lowers it. Grey is 0.

    Example:
        >>> from tf_edureka import MlpConfig, mlp
        >>> from tf_edureka.mlp import plots
        >>> kernel = mlp.network(MlpConfig.tuned()).get_weights()[0]
        >>> figure = plots.first_layer_weights(kernel, "before the training")
        >>> figure.axes[0].get_title().startswith("First hidden layer: the 50 of 256 neurons")
        True
        >>> figure.savefig("weights.png")
    """
    # A diverged training has NaN, inf, or weights whose squares overflow float32.
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
        label="weight: ink on dark raises the neuron's output, ink on light lowers it",
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
    """Draws all images as one image, which is much faster than one axes for each.

    The figure is as high as the rows of images, the title and `room` inches below them.
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

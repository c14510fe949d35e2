"""Every picture, drawn with matplotlib's objects: nothing global, a window only if asked for."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tf_edureka.config import CLASSES
from tf_edureka.mnist import Split
from tf_edureka.result import MlpResult

_WRONG_SHOWN, _TILES_WIDE, _TILES_HIGH = 20, 10, 5


def cost_curve(cost: Sequence[float], title: str, figure: Figure | None = None) -> Figure:
    """Draws the cost of each epoch, on a logarithmic scale where it spans more than tenfold.

    Source: the article's `plt.plot(cost_history)`.

    Args:
        cost: average cross-entropy of each epoch.
        title: what the network was trained on.
        figure: to draw into, for example one of a window; a new one if None.

    Returns:
        the figure.
    """
    figure = figure or Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = _epoch_axes(figure, cost, f"Cost while training\n{title}", "cross-entropy (nats)")
    known = np.asarray(cost)[np.isfinite(cost)]
    if len(known) and known.min() > 0 and known.max() > 10 * known.min():
        axes.set_yscale("log")
    return figure


def loss_curve(loss: Sequence[float], title: str, figure: Figure | None = None) -> Figure:
    """Draws a perceptron's loss after each epoch, on a logarithmic scale if it explodes.

    Args:
        loss: summed squared error after each epoch.
        title: what the perceptron learned.
        figure: to draw into; a new one if None.

    Returns:
        the figure.
    """
    figure = figure or Figure(figsize=(6.4, 4.2), layout="constrained")
    heading = f"Loss while training: {loss[0]:.4g} to {loss[-1]:.4g}\n{title}"
    axes = _epoch_axes(figure, loss, heading, "summed squared error")
    known = np.asarray(loss)[np.isfinite(loss)]
    if len(known) and known[-1] > 10 * known[0]:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    return figure


def comparison(
    legacy: MlpResult, modern: MlpResult, title: str, figure: Figure | None = None
) -> Figure:
    """Draws the costs of two trainings over each other, and below them how far they are apart.

    Args:
        legacy: the one, drawn wide.
        modern: the other, drawn over it.
        title: what both were trained on.
        figure: to draw into; a new one if None.

    Returns:
        the figure; on the left the steps of the first epoch, on the right the epochs.
    """
    figure = figure or Figure(figsize=(10, 6), layout="constrained")
    above, below = figure.subplots(2, 2, sharex="col", height_ratios=(2, 1))
    columns = (
        ("step of epoch 1", legacy.step_cost, modern.step_cost),
        ("epoch", legacy.cost, modern.cost),
    )
    for upper, lower, (label, one, other) in zip(above, below, columns, strict=True):
        both = min(len(one), len(other))
        places = np.arange(1, both + 1)
        one, other = one[:both].astype(np.float64), other[:both].astype(np.float64)
        upper.plot(places, one, linewidth=4, alpha=0.4, label="legacy: tf.compat.v1")
        upper.plot(places, other, linewidth=1, color="black", label="modern: Keras, compiled")
        upper.set(yscale="log", ylabel="cost (nats)")
        upper.legend()
        lower.plot(places, np.abs(one - other) / one, linewidth=1, color="tab:red")
        lower.set(yscale="log", xlabel=label, ylabel="relative difference")
        for axes in (upper, lower):
            axes.grid(alpha=0.3)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.suptitle(f"The article's network, legacy and modern\n{title}", parse_math=False)
    return figure


def courses(results: Mapping[str, MlpResult], title: str, figure: Figure | None = None) -> Figure:
    """Draws cost and accuracy of several trainings over each other, the first of them the widest.

    Where trainings agree, each is seen around the one that is drawn upon it.

    Args:
        results: by what is said of each in the legend; only `cost` and `accuracy` are used.
        title: what all were trained and tested on.
        figure: to draw into; a new one if None.

    Returns:
        the figure; on the left the costs, on a logarithmic scale, on the right the accuracies.
    """
    figure = figure or Figure(figsize=(10, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for depth, (name, result) in enumerate(results.items()):
        width = 2 + 3 * (len(results) - 1 - depth)
        style = {"linewidth": width, "color": f"C{depth}", "solid_capstyle": "round"}
        places = range(1, len(result.cost) + 1)
        left.plot(places, result.cost, **style)
        right.plot(places, result.accuracy, label=f"{name}: {result.accuracy[-1]:.2%}", **style)
    left.set(yscale="log", ylabel="cost while training (nats)")
    right.set(ylabel="test images classified correctly")
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
    legend = figure.legend(loc="outside lower center", ncols=2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    figure.suptitle(title, parse_math=False)
    return figure


def accuracy_curve(accuracy: Sequence[float], title: str, figure: Figure | None = None) -> Figure:
    """Draws the share of test images classified correctly after each epoch.

    Source: the article's `plt.plot(accuracy_history)`.

    Args:
        accuracy: after each epoch, in [0, 1].
        title: what the network was tested on.
        figure: to draw into; a new one if None.

    Returns:
        the figure.
    """
    figure = figure or Figure(figsize=(6.4, 4.2), layout="constrained")
    heading = f"Accuracy on the test images: {accuracy[-1]:.2%}\n{title}"
    axes = _epoch_axes(figure, accuracy, heading, "correctly classified")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def seed_curves(results: Sequence[MlpResult], title: str, figure: Figure | None = None) -> Figure:
    """Draws cost and accuracy of networks that differ in their seeds, and the mean of them.

    Args:
        results: one for each network, of equally many epochs.
        title: what they were trained and tested on.
        figure: to draw into; a new one if None.

    Returns:
        the figure; on the left the costs, on the right the accuracies.
    """
    figure = figure or Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, name, label in (
        (left, "cost", "cross-entropy while training (nats)"),
        (right, "accuracy", "test images classified correctly"),
    ):
        each = np.array([getattr(result, name) for result in results]).T
        places = range(1, len(each) + 1)
        axes.plot(places, each, linewidth=1, alpha=0.5)
        axes.plot(places, each.mean(axis=1), marker="o", markersize=4, color="black", label="mean")
        axes.set(xlabel="epoch", ylabel=label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
        axes.legend()
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    last = np.array([result.accuracy[-1] for result in results])
    spread = f", standard deviation {last.std(ddof=1):.2%}" if len(last) > 1 else ""
    figure.suptitle(
        f"The network from {len(results)} seeds: mean accuracy {last.mean():.2%}{spread}\n{title}",
        parse_math=False,
    )
    return figure


def predictions(
    test: Split, probabilities: np.ndarray, title: str, figure: Figure | None = None
) -> Figure:
    """Shows test digits with what the network takes them for, wrong ones first.

    Args:
        test: the test images with their labels.
        probabilities: float, shape (n, 10), of each class for each image.
        title: what the digits are.
        figure: to draw into; a new one if None.

    Returns:
        the figure; under each digit the prediction and its probability, in red with the truth
        where it is wrong.
    """
    figure = figure or Figure(figsize=(10, 6.0), layout="constrained")
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != test.labels)
    right = np.flatnonzero(answers == test.labels)
    tiles = _TILES_WIDE * _TILES_HIGH
    shown_wrong = wrong[: max(_WRONG_SHOWN, tiles - len(right))]
    shown = np.concatenate([shown_wrong, right])[:tiles]
    axes = _mosaic(figure, test.images[shown], gap=10, cmap="gray_r", vmin=0, vmax=255)
    for (x, y), index in zip(_places(len(shown), gap=10), shown, strict=True):
        answer, truth = answers[index], test.labels[index]
        text = f"{answer}  {probabilities[index, answer]:.0%}"
        colour = "black" if answer == truth else "tab:red"
        if answer != truth:
            text += f", is {truth}"
        axes.text(x + 13.5, y + 29, text, ha="center", va="top", fontsize=8, color=colour)
    _set_title(
        axes,
        f"Test digits, and what the network takes them for: {len(wrong)} of {len(answers)} wrong, "
        f"{len(shown_wrong)} of them here\n{title}",
    )
    return figure


def confusions(
    labels: np.ndarray, probabilities: np.ndarray, title: str, figure: Figure | None = None
) -> Figure:
    """Counts what the network takes each digit for.

    Args:
        labels: uint8, shape (n,), 0 to 9.
        probabilities: float, shape (n, 10), of each class for each image.
        title: what the digits are.
        figure: to draw into; a new one if None.

    Returns:
        the figure: a row for each digit, a column for each answer; only what is wrong is shaded.
    """
    figure = figure or Figure(figsize=(6.4, 5.6), layout="constrained")
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (labels, probabilities.argmax(axis=1)), 1)
    wrong = counts * (1 - np.eye(CLASSES, dtype=int))
    axes = figure.add_subplot()
    axes.imshow(wrong, cmap="Reds", vmax=max(1, 2 * wrong.max()))
    for row, column in np.argwhere(counts):
        axes.text(column, row, counts[row, column], ha="center", va="center", fontsize=9)
    digits = range(CLASSES)
    axes.set(xlabel="the network's answer", ylabel="the digit", xticks=digits, yticks=digits)
    _set_title(axes, f"{wrong.sum()} of {counts.sum()} wrong\n{title}")
    return figure


def answer(image: np.ndarray, probabilities: np.ndarray, figure: Figure | None = None) -> Figure:
    """Shows one image beside what the network takes it for.

    Args:
        image: uint8, shape (28, 28).
        probabilities: float, shape (10,), of each class.
        figure: to draw into; a new one if None.

    Returns:
        the figure; on the left the image, on the right a bar for each class.
    """
    figure = figure or Figure(figsize=(6.4, 2.8), layout="constrained")
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


def first_layer(kernel: np.ndarray, title: str, figure: Figure | None = None) -> Figure:
    """Shows what the first hidden units look for: each one's weights as a picture.

    Args:
        kernel: float, shape (784, units), of the first layer.
        title: what the network was trained on.
        figure: to draw into; a new one if None.

    Returns:
        the figure with the 50 units of the largest weights; ink where it is red speaks for the
        unit, where it is blue against it.
    """
    figure = figure or Figure(figsize=(10, 5.0), layout="constrained")
    # A training that went wrong has numbers that are none, or whose square is none in float32.
    kernel = np.nan_to_num(kernel.astype(np.float64), posinf=0, neginf=0)
    largest = np.argsort(-np.linalg.norm(kernel, axis=0), kind="stable")
    shown = largest[: _TILES_WIDE * _TILES_HIGH]
    limit = float(np.quantile(np.abs(kernel[:, shown]), 0.995)) or 1.0
    pictures = kernel.T[shown].reshape(-1, 28, 28)
    axes = _mosaic(figure, pictures, gap=2, cmap="RdBu_r", vmin=-limit, vmax=limit)
    figure.colorbar(axes.images[0], ax=axes, shrink=0.8, label="weight")
    _set_title(
        axes,
        f"First hidden layer: the {len(shown)} of {kernel.shape[1]} units with the largest "
        f"weights\n{title}",
    )
    return figure


def of_run(result: MlpResult, test: Split, probabilities: np.ndarray, title: str):
    """Draws the pictures of a run.

    Args:
        result: what the training gave.
        test: the images that it was tested on.
        probabilities: float, shape (n, 10), what the trained network takes each of them for.
        title: what the data is.

    Returns:
        the figures by file name.
    """
    return {
        "cost.png": cost_curve(result.cost, title),
        "accuracy.png": accuracy_curve(result.accuracy, title),
        "predictions.png": predictions(test, probabilities, title),
        "weights.png": first_layer(result.weights[0], title),
    }


def show_curves(result: MlpResult, title: str) -> bool:
    """Opens the two curves in windows, one after the other, as the article's program did.

    Args:
        result: what the training gave.
        title: what the data is.

    Returns:
        whether there is a screen to open windows on.
    """
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() == "agg":
        return False
    cost_curve(result.cost, title, plt.figure(layout="constrained"))
    plt.show()
    accuracy_curve(result.accuracy, title, plt.figure(layout="constrained"))
    plt.show()
    return True


def _set_title(axes, text: str) -> None:
    axes.set_title(text, parse_math=False)  # a folder's name may have a dollar sign


def _epoch_axes(figure: Figure, values: Sequence[float], title: str, label: str):
    axes = figure.add_subplot()
    axes.plot(range(1, len(values) + 1), values, marker="o", markersize=4)
    axes.set(xlabel="epoch", ylabel=label)
    _set_title(axes, title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    return axes


def _places(count: int, gap: int):
    """Left upper corner of each tile."""
    side = 28 + gap
    return [(i % _TILES_WIDE * side, i // _TILES_WIDE * side) for i in range(count)]


def _mosaic(figure: Figure, pictures: np.ndarray, gap: int, **colours):
    """Draws all pictures as one image, which is far quicker than an axes for each."""
    side = 28 + gap
    rows = -(-len(pictures) // _TILES_WIDE)
    canvas = np.full((rows * side, _TILES_WIDE * side), np.nan, np.float32)
    for (x, y), picture in zip(_places(len(pictures), gap), pictures, strict=True):
        canvas[y : y + 28, x : x + 28] = picture
    axes = figure.add_subplot()
    axes.imshow(canvas, interpolation="nearest", **colours)
    axes.axis("off")
    return axes

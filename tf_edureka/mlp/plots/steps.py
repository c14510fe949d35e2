"""The steps from a picture to the network's input."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from tf_edureka.data.picture import Steps

_TITLES = ("picture", "paper without ink", "the digit's ink", "network input (28 x 28)")
_MOST = 50  # rows; a higher figure would be too large for many programs


def picture_steps(steps: Sequence[Steps], titles: Sequence[str]) -> Figure:
    """Draws the preprocessing steps of pictures, one row per picture.

    Args:
        steps: steps of each picture; only the first 50 are drawn.
        titles: title of each row, such as the picture's name and the prediction.

    Returns:
        the figure: the picture, its estimated paper without ink, the digit's ink, and the image of
        28 x 28 pixels.

    Example:
        A picture of a 1, black on white:

        >>> from PIL import Image, ImageDraw
        >>> from tf_edureka.data import picture
        >>> from tf_edureka.mlp import plots
        >>> paper = Image.new("L", (60, 60), "white")
        >>> ImageDraw.Draw(paper).rectangle((28, 12, 32, 48), fill="black")
        >>> paper.save("one.png")
        >>> figure = plots.picture_steps([picture.read_steps("one.png")], ["one.png"])
        >>> [axes.get_xlabel() for axes in figure.axes]
        ['picture', 'paper without ink', "the digit's ink", 'network input (28 x 28)']
        >>> figure.savefig("steps.png")
    """
    steps = steps[:_MOST]
    figure = Figure(figsize=(8, 2.3 * len(steps)), layout="constrained")
    rows = figure.subplots(len(steps), len(_TITLES), squeeze=False)
    for row, made, title in zip(rows, steps, titles, strict=False):
        shown = (_colours(made.picture), made.paper, 255 - 255 * made.ink, 255 - made.image)
        for axes, values in zip(row, shown, strict=True):
            axes.imshow(values, cmap="gray", vmin=0, vmax=255)
            axes.set(xticks=[], yticks=[])
        row[0].set_title(title, fontsize=9, loc="left", parse_math=False)
    for axes, text in zip(rows[-1], _TITLES, strict=True):
        axes.set_xlabel(text)
    return figure


def _colours(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return (picture if picture.shape[2] == 3 else picture[..., 0]).astype(np.uint8)

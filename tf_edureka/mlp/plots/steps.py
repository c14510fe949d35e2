"""How a picture becomes what a network gets."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from tf_edureka.data.picture import Steps

_TITLES = ("the picture", "its paper", "the digit's ink", "what the network gets")
_MOST = 50  # rows, beyond which a figure is too high for many programs


def picture_steps(steps: Sequence[Steps], titles: Sequence[str]) -> Figure:
    """Shows what was made of pictures, each in a row.

    Args:
        steps: of the pictures; of more than 50 the first are shown.
        titles: of each row, such as the picture's name and the answer.

    Returns:
        the figure: the picture, the paper without ink, the digit's ink, the image of 28 x 28.
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

"""The outputs of every layer of the network for one image."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tf_edureka._tensorflow import tf
from tf_edureka.mlp.model import pixels
from tf_edureka.results import Floats


def network(
    model_weights: Sequence[npt.NDArray[np.float32]], image: npt.NDArray[np.uint8], title: str
) -> Figure:
    """Draws the network's computation for one image, layer by layer.

    Args:
        model_weights: weights from `model.get_weights()`, with relu between the layers: for each
            layer a float32 kernel of shape (inputs, units) and a bias of shape (units,).
        image: uint8, shape (28, 28).
        title: start of the title; the number of weights is added.

    Returns:
        the figure: the image; a square for each hidden neuron, in rows, darker for higher outputs;
        a bar for each digit's probability, with its logit; and between them the numbers of weights.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, mlp
        >>> from tf_edureka.mlp import plots
        >>> weights = mlp.network(MlpConfig.tuned()).get_weights()
        >>> figure = plots.network(weights, np.full((28, 28), 255, np.uint8), "784-256-256-10")
        >>> figure.get_suptitle()
        '784-256-256-10: 269,322 weights and biases'
        >>> figure.savefig("network.png")
    """
    kernels, biases = model_weights[::2], model_weights[1::2]
    outputs, logits = _forward(kernels, biases, image)
    figure = Figure(figsize=(2.5 * (len(kernels) + 1), 3.2), layout="constrained")
    widths = [1, *[0.62, 1] * len(kernels)]
    panels = figure.subplots(1, len(widths), width_ratios=widths)
    _draw_squares(panels[0], image, 255)
    panels[0].set_title("the image", fontsize=10)
    panels[0].set_xlabel(f"{image.size} pixels", fontsize=9)
    for axes, output in zip(panels[2:-1:2], outputs, strict=True):
        _draw_squares(axes, _as_square(output), output.max())
        axes.set_title(f"{len(output)} hidden neurons", fontsize=10)
        axes.set_xlabel(f"{(output > 0).sum()} above 0, up to {output.max():.3g}", fontsize=9)
    for axes, kernel, bias in zip(panels[1::2], kernels, biases, strict=True):
        _draw_arrow(axes, kernel, bias)
    _draw_digits(panels[-1], logits)
    count = sum(one.size for one in model_weights)
    figure.suptitle(f"{title}: {count:,} weights and biases", parse_math=False)
    return figure


def _forward(
    kernels: Sequence[npt.NDArray[np.float32]],
    biases: Sequence[npt.NDArray[np.float32]],
    image: npt.NDArray[np.uint8],
) -> tuple[list[Floats], Floats]:
    """Returns the outputs of each hidden layer, and the logits."""
    values: Floats = pixels(image[np.newaxis]).numpy()[0]
    outputs: list[Floats] = []
    for kernel, bias in zip(kernels, biases, strict=True):
        sums = values @ kernel + bias
        values = np.maximum(sums, 0)
        outputs.append(values)
    return outputs[:-1], sums


def _as_square(output: Floats) -> Floats:
    """Arranges the values in the rows of a square, padded with NaN at the end."""
    side = int(np.ceil(np.sqrt(len(output))))
    rows = -(-len(output) // side)
    filled = np.full(rows * side, np.nan, np.float32)
    filled[: len(output)] = output
    return filled.reshape(rows, side)


def _draw_squares(axes: Axes, values: npt.NDArray[np.number], darkest: float) -> None:
    axes.imshow(values, cmap="gray_r", vmin=0, vmax=darkest if 0 < darkest < np.inf else 1)
    axes.patch.set(hatch="xxxx", edgecolor="0.5")  # visible where there is no neuron
    axes.set(xticks=[], yticks=[])


def _draw_arrow(axes: Axes, kernel: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> None:
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    look = {"arrowstyle": "-|>", "linewidth": 1.5, "color": "black", "mutation_scale": 16}
    axes.annotate("", (1, 0.5), (0, 0.5), arrowprops=look)
    inputs, units = kernel.shape
    axes.text(0.5, 0.54, f"{inputs} x {units}\nweights", ha="center", va="bottom", fontsize=9)
    axes.text(0.5, 0.46, f"+ {len(bias)}\nbiases", ha="center", va="top", fontsize=9)


def _draw_digits(axes: Axes, logits: Floats) -> None:
    """Draws a bar for each digit's probability, the largest one black, and its logit as text."""
    shares = tf.nn.softmax(logits).numpy()
    most = int(shares.argmax())
    digits = range(len(logits))
    axes.barh(digits, shares, color=["black" if one == most else "0.6" for one in digits])
    for digit, logit in zip(digits, logits, strict=True):
        text = f"{round(float(logit), 1) + 0.0:.1f}"  # avoids -0
        axes.text(1.58, digit, text, ha="right", va="center", fontsize=8)
    axes.text(1.58, -1, "logit", ha="right", va="center", fontsize=8)
    axes.set(xlim=(0, 1.64), ylim=(-1.6, 9.6), xticks=[0, 1], yticks=digits)
    axes.set_xticklabels(["0", "100%"], fontsize=8)
    axes.set_xlabel("probability", fontsize=9)
    axes.invert_yaxis()
    axes.set_title(f"prediction {most}: {shares[most]:.1%}", fontsize=10)

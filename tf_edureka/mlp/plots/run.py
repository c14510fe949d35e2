"""The figures of a training run, and the article's windows."""

from matplotlib.figure import Figure

from tf_edureka.data.mnist import Split
from tf_edureka.mlp.plots.curves import accuracy_curve, cost_curve
from tf_edureka.mlp.plots.digits import first_layer_weights, predictions
from tf_edureka.results import Floats, MlpResult


def run_figures(
    result: MlpResult, test: Split, probabilities: Floats, title: str
) -> dict[str, Figure]:
    """Draws the figures of a training run.

    Args:
        result: result of the training.
        test: images it was tested on.
        probabilities: probability of each class for each test image: float, shape (n, 10).
        title: name of the data, for the titles.

    Returns:
        the figures by file name.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import Split
        >>> from tf_edureka.mlp import plots
        >>> images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)
        >>> from tf_edureka import MlpConfig, Mnist, mlp
        >>> split = Split(images, np.arange(30, dtype=np.uint8) % 10)
        >>> data = Mnist(split, split, test=split, source="NumPy", title="noise")
        >>> config = MlpConfig.article(epochs=1, batch_size=10)
        >>> result = mlp.train(config, data, jit_compile=False)
        >>> probabilities = mlp.probabilities(mlp.from_weights(config, result.weights), images)
        >>> figures = plots.run_figures(result, split, probabilities, "noise")
        >>> for name, figure in figures.items():
        ...     figure.savefig(name)
        >>> list(figures)
        ['cost.png', 'accuracy.png', 'predictions.png', 'weights.png']
    """
    return {
        "cost.png": cost_curve(result.cost, title),
        "accuracy.png": accuracy_curve(result.accuracy, title),
        "predictions.png": predictions(test, probabilities, title),
        "weights.png": first_layer_weights(result.weights[0], title),
    }


def show_curves(result: MlpResult, title: str) -> bool:
    """Shows the cost and accuracy curves, one window after the other, as the article does.

    Args:
        result: result of the training.
        title: second line of both titles, such as the name of the data.

    Returns:
        True if windows were opened; False without a screen (matplotlib's Agg backend).

    Example:
        >>> from tf_edureka.mlp import plots
        >>> plots.show_curves(result, "MNIST")  # doctest: +SKIP
        True
    """
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() == "agg":
        return False
    for draw, values in ((cost_curve, result.cost), (accuracy_curve, result.accuracy)):
        draw(values, title, plt.figure(layout="constrained"))
        plt.show()
    return True

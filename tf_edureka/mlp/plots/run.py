"""What a run of the network shows: its pictures, and the article's windows."""

from matplotlib.figure import Figure

from tf_edureka.data.mnist import Split
from tf_edureka.mlp.plots.curves import accuracy_curve, cost_curve
from tf_edureka.mlp.plots.digits import first_layer_weights, predictions
from tf_edureka.results import Floats, MlpResult


def run_figures(
    result: MlpResult, test: Split, probabilities: Floats, title: str
) -> dict[str, Figure]:
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
        "weights.png": first_layer_weights(result.weights[0], title),
    }


def show_curves(result: MlpResult, title: str) -> bool:
    """Opens the curves of a `result` below a `title`, one window after the other, as the article.

    Returns:
        whether there is a screen to open windows on.
    """
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() == "agg":
        return False
    for draw, values in ((cost_curve, result.cost), (accuracy_curve, result.accuracy)):
        draw(values, title, plt.figure(layout="constrained"))
        plt.show()
    return True

"""Pictures of the network for MNIST, as matplotlib's objects: nothing global is set."""

from tf_edureka.mlp.plots.curves import accuracy_curve, cost_curve, courses, seed_curves
from tf_edureka.mlp.plots.digits import answer, confusions, first_layer, predictions
from tf_edureka.mlp.plots.network import network
from tf_edureka.mlp.plots.run import of_run, show_curves
from tf_edureka.mlp.plots.steps import picture_steps

__all__ = [
    "accuracy_curve",
    "answer",
    "confusions",
    "cost_curve",
    "courses",
    "first_layer",
    "network",
    "of_run",
    "picture_steps",
    "predictions",
    "seed_curves",
    "show_curves",
]

"""Plots of the network for MNIST, as matplotlib figures; no global state of matplotlib changes."""

from tf_edureka.mlp.plots.curves import accuracy_curve, cost_curve, seed_curves, training_curves
from tf_edureka.mlp.plots.digits import (
    confusion_matrix,
    first_layer_weights,
    prediction,
    predictions,
)
from tf_edureka.mlp.plots.network import network
from tf_edureka.mlp.plots.run import run_figures, show_curves
from tf_edureka.mlp.plots.steps import picture_steps

__all__ = [
    "accuracy_curve",
    "prediction",
    "confusion_matrix",
    "cost_curve",
    "training_curves",
    "first_layer_weights",
    "network",
    "run_figures",
    "picture_steps",
    "predictions",
    "seed_curves",
    "show_curves",
]

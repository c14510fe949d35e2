"""Plots of perceptrons, as matplotlib figures.

All are readable without colour: targets differ in their markers, curves in their dashes, outcomes
in their hatching, and shading gets darker with the output.
"""

from tf_edureka.perceptron.plots.curves import activation_functions, loss_curve, sweep_histogram
from tf_edureka.perceptron.plots.neuron import neuron
from tf_edureka.perceptron.plots.plane import animate_decision_line, decision_line, hidden_space

__all__ = [
    "activation_functions",
    "animate_decision_line",
    "decision_line",
    "hidden_space",
    "loss_curve",
    "neuron",
    "sweep_histogram",
]

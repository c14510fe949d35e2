"""Compares optimizers alone: the original's update rule, and how a port's differs from it."""

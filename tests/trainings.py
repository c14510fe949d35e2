"""Trainings without XLA, for tests that are not about XLA."""

import functools

import pytest

from tf_edureka import mlp
from tf_edureka.config import MlpConfig

# Compiling with XLA takes longer than the few epochs of a test.
without_xla = functools.partial(mlp.train, jit_compile=False)

# The fast tests use only the augmented recipe, which includes the tuned one.
each_recipe = pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(MlpConfig.article, marks=pytest.mark.slow),
        pytest.param(MlpConfig.tuned, marks=pytest.mark.slow),
        MlpConfig.augmented,
    ],
    ids=lambda recipe: recipe.__name__,
)

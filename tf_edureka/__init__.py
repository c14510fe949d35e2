"""A TensorFlow 1 tutorial, made to run today: MNIST and a perceptron in TensorFlow 2 and Keras 3.

Importing the package imports neither TensorFlow nor Keras; the first use of a name that needs them
does.
"""

from importlib import import_module

_HOMES = {
    "GATES": ("gates", "GATES"),
    "InputError": ("errors", "InputError"),
    "MlpConfig": ("config", "MlpConfig"),
    "MlpResult": ("result", "MlpResult"),
    "PerceptronConfig": ("config", "PerceptronConfig"),
    "PerceptronResult": ("result", "PerceptronResult"),
    "load_mnist": ("mnist", "load"),
    "train_mlp": ("mlp", "train"),
    "train_perceptron": ("perceptron", "train"),
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """Imports a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)


def __dir__() -> list[str]:
    """The public names."""
    return __all__

"""A TensorFlow 1 tutorial, made to run today: MNIST and a perceptron in TensorFlow 2 and Keras 3.

Importing the package imports neither TensorFlow nor Keras; the first use of a name that needs them
does.
"""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tf_edureka import (
        data as data,
        legacy as legacy,
        mlp as mlp,
        notebook as notebook,
        parity as parity,
        perceptron as perceptron,
        runs as runs,
        runtime as runtime,
        tf1 as tf1,
    )
    from tf_edureka.config import (
        Distortion as Distortion,
        MlpConfig as MlpConfig,
        PerceptronConfig as PerceptronConfig,
    )
    from tf_edureka.data.mnist import Mnist as Mnist, Split as Split, load as load_mnist
    from tf_edureka.errors import InputError as InputError, InputWarning as InputWarning
    from tf_edureka.mlp.training import train as train_mlp
    from tf_edureka.perceptron.gates import GATES as GATES
    from tf_edureka.perceptron.training import train as train_perceptron
    from tf_edureka.results import MlpResult as MlpResult, PerceptronResult as PerceptronResult

    __all__ = [
        "GATES",
        "Distortion",
        "InputError",
        "InputWarning",
        "MlpConfig",
        "MlpResult",
        "Mnist",
        "PerceptronConfig",
        "PerceptronResult",
        "Split",
        "load_mnist",
        "train_mlp",
        "train_perceptron",
    ]
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "config": "Distortion MlpConfig PerceptronConfig",
            "data.mnist": "Mnist Split load_mnist=load",
            "errors": "InputError InputWarning",
            "mlp.training": "train_mlp=train",
            "perceptron.gates": "GATES",
            "perceptron.training": "train_perceptron=train",
            "results": "MlpResult PerceptronResult",
        },
    )

"""The article's first program in TensorFlow 2: a perceptron learns a logic gate; and its limits."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.perceptron import (
        diagnosis as diagnosis,
        plots as plots,
        xor_network as xor_network,
    )
    from tf_edureka.perceptron.diagnosis import diagnose as diagnose
    from tf_edureka.perceptron.gates import GATES as GATES, Gate as Gate
    from tf_edureka.perceptron.training import outputs as outputs, sweep as sweep, train as train
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "diagnosis": "diagnose",
            "gates": "GATES Gate",
            "training": "outputs sweep train",
        },
    )

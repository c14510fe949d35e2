"""TensorFlow 1's arithmetic in plain TensorFlow 2: no graph, no session."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.tf1.initializers import (
        RandomNormal as RandomNormal,
        RandomUniform as RandomUniform,
        TruncatedNormal as TruncatedNormal,
    )
    from tf_edureka.tf1.layers import Dense as Dense
    from tf_edureka.tf1.optimizers import (
        Adadelta as Adadelta,
        Adagrad as Adagrad,
        Adam as Adam,
        Ftrl as Ftrl,
        Momentum as Momentum,
        RMSProp as RMSProp,
    )
    from tf_edureka.tf1.seeds import (
        batch_order as batch_order,
        default_op_seed as default_op_seed,
        variable_op_seeds as variable_op_seeds,
    )
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "initializers": "RandomNormal RandomUniform TruncatedNormal",
            "layers": "Dense",
            "optimizers": "Adadelta Adagrad Adam Ftrl Momentum RMSProp",
            "seeds": "batch_order default_op_seed variable_op_seeds",
        },
    )

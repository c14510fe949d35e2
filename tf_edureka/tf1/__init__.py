"""TensorFlow 1's arithmetic and file formats in plain TensorFlow 2."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.tf1 import checkpoint as checkpoint
    from tf_edureka.tf1.cells import BasicRNNCell as BasicRNNCell, GRUCell as GRUCell
    from tf_edureka.tf1.contrib_initializers import (
        ContribVarianceScaling as ContribVarianceScaling,
        Xavier as Xavier,
    )
    from tf_edureka.tf1.initializers import (
        RandomNormal as RandomNormal,
        RandomUniform as RandomUniform,
        TruncatedNormal as TruncatedNormal,
    )
    from tf_edureka.tf1.layers import Dense as Dense
    from tf_edureka.tf1.lstm_cell import LSTMCell as LSTMCell
    from tf_edureka.tf1.normalization import BatchNormalization as BatchNormalization
    from tf_edureka.tf1.optimizers import (
        Adadelta as Adadelta,
        Adagrad as Adagrad,
        Adam as Adam,
        Ftrl as Ftrl,
        Momentum as Momentum,
        RMSProp as RMSProp,
    )
    from tf_edureka.tf1.orthogonal import Orthogonal as Orthogonal
    from tf_edureka.tf1.regularizers import L1 as L1, L2 as L2
    from tf_edureka.tf1.scaled_initializers import (
        GlorotNormal as GlorotNormal,
        GlorotUniform as GlorotUniform,
        HeNormal as HeNormal,
        HeUniform as HeUniform,
        VarianceScaling as VarianceScaling,
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
            "cells": "BasicRNNCell GRUCell",
            "contrib_initializers": "ContribVarianceScaling Xavier",
            "initializers": "RandomNormal RandomUniform TruncatedNormal",
            "layers": "Dense",
            "lstm_cell": "LSTMCell",
            "normalization": "BatchNormalization",
            "optimizers": "Adadelta Adagrad Adam Ftrl Momentum RMSProp",
            "orthogonal": "Orthogonal",
            "regularizers": "L1 L2",
            "scaled_initializers": "GlorotNormal GlorotUniform HeNormal HeUniform VarianceScaling",
            "seeds": "batch_order default_op_seed variable_op_seeds",
        },
    )

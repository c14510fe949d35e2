"""The article's second program in Keras 3: a network that classifies MNIST's digits."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.mlp import distribution as distribution, ensemble as ensemble, plots as plots
    from tf_edureka.mlp.batches import epoch_orders as epoch_orders
    from tf_edureka.mlp.certainty import (
        MIN_CERTAINTY as MIN_CERTAINTY,
        with_certainty as with_certainty,
    )
    from tf_edureka.mlp.epoch import CompiledEpoch as CompiledEpoch
    from tf_edureka.mlp.model import (
        build as build,
        from_weights as from_weights,
        network as network,
        probabilities as probabilities,
        without_batch_norm as without_batch_norm,
    )
    from tf_edureka.mlp.model_file import load_model as load_model, save_model as save_model
    from tf_edureka.mlp.training import train as train
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "batches": "epoch_orders",
            "certainty": "MIN_CERTAINTY with_certainty",
            "epoch": "CompiledEpoch",
            "model": "build from_weights network probabilities without_batch_norm",
            "model_file": "load_model save_model",
            "training": "train",
        },
    )

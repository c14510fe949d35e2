"""Training of the network on several devices and in several processes, with `tf.distribute`."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.mlp.distribution.cluster import Cluster as Cluster
    from tf_edureka.mlp.distribution.epoch import DistributedEpoch as DistributedEpoch
    from tf_edureka.mlp.distribution.strategies import mirrored as mirrored
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "cluster": "Cluster",
            "epoch": "DistributedEpoch",
            "strategies": "mirrored",
        },
    )

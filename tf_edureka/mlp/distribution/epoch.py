"""The epoch of several replicas: each computes its share of every batch."""

import numpy as np
import numpy.typing as npt

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, Distortion
from tf_edureka.data.mnist import Split
from tf_edureka.mlp.augmentation import augment
from tf_edureka.mlp.distribution import strategies
from tf_edureka.mlp.epoch import CompiledEpoch, cross_entropy, logits_and_gradients
from tf_edureka.mlp.model import pixels
from tf_edureka.results import Floats
from tf_edureka.runs.state import Array


class DistributedEpoch(CompiledEpoch):
    """A `CompiledEpoch` by a `tf.distribute` strategy.

    `gradient = sum over replicas of (gradient of the replica's examples) / batch_size`

    Each replica has all examples and a copy of the network on its device, and takes an even share
    of each batch. What is summed over the batch is summed by shares, in another order than one
    device does; else nothing differs. All processes of a strategy have to make the same calls.

    Keras' own `fit` crashes here with several processes, and so does XLA with several devices of a
    CPU (Keras 3.15, TensorFlow 2.21): this is one loop in TensorFlow's own kernels. Metrics of
    `compile()` are left out.

    Args:
        model: built and compiled in the strategy's scope.
        train: the examples to train on.
        test: the examples to test on; every process tests on all of them.
        validation: as in a `CompiledEpoch`; every process looks at all of them.
        strategy: by which to train.
        distortion: how the images of each batch are distorted; None for not at all.
        tf32: as in a `CompiledEpoch`.
    """

    def __init__(
        self,
        model: keras.Model,
        train: Split,
        *,
        test: Split,
        validation: Split | None = None,
        strategy: tf.distribute.Strategy,
        distortion: Distortion | None = None,
        tf32: bool = False,
    ) -> None:
        with strategy.scope():
            model.optimizer.build(model.trainable_variables)
        super().__init__(
            model,
            train,
            test=test,
            validation=validation,
            distortion=distortion,
            jit_compile=False,
            tf32=tf32,
        )
        self._strategy, self._total = strategy, strategies.adder(strategy)
        copy = strategy.experimental_distribute_values_from_function
        images, labels = self.train_data
        self.train_data = copy(lambda _: tf.identity(images)), copy(lambda _: tf.identity(labels))
        metrics = [variable for metric in model.metrics for variable in metric.variables]
        self._left_out = {id(variable) for variable in metrics}

    def train(self, order: npt.NDArray[np.int32], seed: tuple[int, int]) -> Floats:
        """Takes steps.

        Args:
            order: as of a `CompiledEpoch`, the same in each process.
            seed: as of a `CompiledEpoch`.

        Returns:
            the costs as of a `CompiledEpoch`, averaged over all replicas.
        """
        costs = super().train(order, seed)  # averaged over the replicas of this process
        average = self._total(costs) / self._strategy.num_replicas_in_sync
        averages: Floats = average.numpy().astype(costs.dtype)
        return averages

    def state(self) -> list[Array]:
        """All that steps change, but for the metrics, which are of all processes.

        Returns:
            arrays as of a `CompiledEpoch`, with zeros for the metrics.
        """
        return [
            np.zeros(variable.shape, variable.dtype)
            if id(variable) in self._left_out
            else variable.value.numpy()
            for variable in self._variables()
        ]

    def reset_metrics(self) -> None:
        """Leaves the metrics alone: no step of a replica updates them."""

    def metrics(self) -> dict[str, float]:
        """None."""
        return {}

    def any_stops(self, stop: bool) -> bool:
        """Whether any process would end the training; `stop` says whether this one would."""
        return bool(self._total(stop))

    def _step(
        self, images: tf.Tensor, labels: tf.Tensor, batch: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        costs = self._strategy.run(self._replica_step, (images, labels, batch, seed))
        return tf.reduce_mean(tf.stack(self._strategy.experimental_local_results(costs)))

    def _replica_step(
        self, images: tf.Tensor, labels: tf.Tensor, batch: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        replica = tf.distribute.get_replica_context()
        share = batch.shape[0] // replica.num_replicas_in_sync
        first = replica.replica_id_in_sync_group * share
        mine = tf.slice(batch, [first], [share])
        images, labels = tf.gather(images, mine), tf.gather(labels, mine)
        if self._distortion is not None:
            images = augment(images, self._distortion, seed, batch.shape[0], first)
        inputs, one_hot = pixels(images), tf.one_hot(labels, CLASSES)
        logits, gradients = logits_and_gradients(self.model, inputs, one_hot)
        # Keras has divided the loss by the replicas, and adds the gradients of all up here.
        self.model.optimizer.apply(gradients, self.model.trainable_variables)
        return cross_entropy(one_hot, logits)

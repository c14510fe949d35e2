"""An epoch on several replicas, each of which computes its share of every batch."""

import numpy as np
import numpy.typing as npt

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, Distortion
from tf_edureka.data.mnist import Split
from tf_edureka.mlp.augmentation import augment
from tf_edureka.mlp.distribution import strategies
from tf_edureka.mlp.epoch import CompiledEpoch
from tf_edureka.mlp.model import pixels
from tf_edureka.mlp.step import cross_entropy, logits_and_gradients
from tf_edureka.results import Floats
from tf_edureka.runs.state import Array


class DistributedEpoch(CompiledEpoch):
    """A `CompiledEpoch` that runs under a `tf.distribute` strategy.

    `gradient = sum over replicas of (gradient of the replica's examples) / batch_size`

    Each replica has all examples and a copy of the network on its device, and computes an equal
    share of each batch. Only the order of float sums differs from training on one device. All
    processes of a strategy must make the same calls.

    Keras' own `fit` crashes here with several processes, and so does XLA with several CPU devices
    (Keras 3.15, TensorFlow 2.21). This class therefore runs its own loop with TensorFlow's kernels.
    Metrics of `compile()` are not updated.

    Args:
        model: model built and compiled in the strategy's scope.
        train: examples to train on.
        test: examples to test on; every process tests on all of them.
        validation: examples for the metrics of `validate`, all of them in every process; None for
            no metrics.
        strategy: strategy to train with.
        distortion: augmentation of the images of each batch; None for none.
        total_steps: number of steps of the whole training, in which the distortions shrink; None
            if they do not.
        tf32: whether a GPU may multiply in TF32.
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
        total_steps: int | None = None,
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
            total_steps=total_steps,
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
        """Takes steps on all replicas.

        Args:
            order: examples of each batch, the same in each process: int32, shape (steps,
                batch_size).
            seed: seed of the distortions, two int32: any number, and the number of the first step
                in the whole training.

        Returns:
            cross-entropy of each step, averaged over all replicas, in the variables' dtype, shape
            (steps,).
        """
        costs = super().train(order, seed)  # mean over the replicas of this process
        average = self._total(costs) / self._strategy.num_replicas_in_sync
        averages: Floats = average.numpy().astype(costs.dtype)
        return averages

    def state(self) -> list[Array]:
        """Returns all state that steps change, except metrics.

        Returns:
            one array per variable, in its shape and dtype, with zeros for the metrics.
        """
        return [
            np.zeros(variable.shape, variable.dtype)
            if id(variable) in self._left_out
            else variable.value.numpy()
            for variable in self._variables()
        ]

    def reset_metrics(self) -> None:
        """Does nothing: no replica updates metrics."""

    def metrics(self) -> dict[str, float]:
        """Returns no metrics."""
        return {}

    def any_stops(self, stop: bool) -> bool:
        """True if any process ends the training; `stop` is the decision of this process."""
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
            split = {"batch_size": batch.shape[0], "first": first}
            images = augment(images, self._distortion, seed, self._done(seed), **split)
        inputs, one_hot = pixels(images), tf.one_hot(labels, CLASSES)
        logits, gradients = logits_and_gradients(self.model, inputs, one_hot)
        # Keras has divided the loss by the number of replicas; here it sums their gradients.
        self.model.optimizer.apply(gradients, self.model.trainable_variables)
        return cross_entropy(one_hot, logits)

"""TimeGAN in Keras 3: learns to generate time series.

The model of Jinsung Yoon, Daniel Jarrett and Mihaela van der Schaar, "Time-series Generative
Adversarial Networks", NeurIPS 2019. This port was compared with their TensorFlow 1 code
(https://github.com/jsyoon0823/TimeGAN, Apache License 2.0), but has none of it.

    python timegan.py stock_data.csv --iterations 1000 --out generated.npy

In Python:

    gan = TimeGAN(features=6)
    gan.train(data, iterations=1000)  # data: float, shape (n, steps, features)
    gan.generate(100)                 # float, shape (100, steps, features)
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from tf_edureka import tf1

Array = npt.NDArray[np.floating[Any]]
Random = np.random.Generator | np.random.RandomState


# The losses. `x` are the inputs of a model, `y` its outputs.
def reconstruction_loss(x: Any, y: Any) -> Any:
    """Ten times the root of the mean squared difference of series and recovered series."""
    return 10 * ops.sqrt(ops.mean(ops.square(x["x"] - y["recovered"])))


def supervised_loss(x: Any, y: Any) -> Any:
    """Mean squared difference of the latent series and their predictions one step before."""
    return ops.mean(ops.square(y["latent"][:, 1:] - y["predicted"][:, :-1]))


def embedding_loss(x: Any, y: Any) -> Any:
    """The reconstruction's loss, and a tenth of the prediction's."""
    return reconstruction_loss(x, y) + 0.1 * supervised_loss(x, y)


def discriminator_loss(x: Any, y: Any) -> Any:
    """Cross-entropies of latent series of data, which are real, and of noise, which are not."""
    return entropy(y["real"], 1) + entropy(y["made"], 0) + entropy(y["unsupervised"], 0)


def generator_loss(x: Any, y: Any) -> Any:
    """Cross-entropies of a deceived discriminator; prediction; moments of the generated series."""
    deceived = entropy(y["made"], 1) + entropy(y["unsupervised"], 1)
    pairs = zip(moments(y["generated"]), moments(x["x"]), strict=True)
    apart = sum(ops.mean(ops.abs(ours - theirs)) for ours, theirs in pairs)
    return deceived + 100 * ops.sqrt(supervised_loss(x, y)) + 100 * apart


def entropy(logits: Any, label: int) -> Any:
    """Mean cross-entropy of logits that should all say `label`."""
    return ops.mean(ops.softplus(-logits if label else logits))


def moments(series: Any) -> tuple[Any, Any]:
    """Mean and standard deviation over the examples, for each time step and feature."""
    return ops.mean(series, axis=0), ops.sqrt(ops.var(series, axis=0) + 1e-6)


class Objective(keras.Model):
    """A model of several networks with a loss, which trains some of the networks.

    Args:
        loss: function of the model's inputs and outputs.
        trains: networks whose weights are trained; the other weights stay as they are.
        inputs: inputs of the model, by name.
        outputs: outputs of the model, by name.
    """

    def __init__(
        self, loss: Callable, trains: Sequence[keras.Model], inputs: dict, outputs: dict
    ) -> None:
        super().__init__(inputs, outputs)
        self._loss_of, self._trains = loss, trains
        self.compile(tf1.Adam(0.001), jit_compile=False)  # XLA takes long to compile the GRUs
        self.optimizer.build(self.trainable_variables)  # else the first step is traced twice

    @property
    def trainable_variables(self) -> list[Any]:
        """The weights of the networks that are trained."""
        return [weight for network in self._trains for weight in network.trainable_variables]

    trainable_weights = trainable_variables

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """The loss of a batch; there are no labels `y`."""
        return self._loss_of(x, y_pred)


class TimeGAN:
    """Five networks that learn together to generate time series.

    The embedder maps series into a latent space, and the recovery maps them back. The generator
    makes latent series of noise, and the supervisor predicts the next step of a latent series. The
    discriminator tells latent series of data from those of noise.

    Args:
        features: number of values at each time step.
        units: size of each GRU and of the latent space.
        depth: number of GRUs in a network; the supervisor has one less.
    """

    def __init__(self, features: int, *, units: int = 24, depth: int = 3) -> None:
        def network(name: str, inputs: int, outputs: int, **options: Any) -> keras.Sequential:
            grus = [
                layers.RNN(tf1.GRUCell(units), return_sequences=True)
                for _ in range(options.get("depth", depth))
            ]
            dense = layers.Dense(outputs, options.get("activation", "sigmoid"))
            return keras.Sequential([keras.Input((None, inputs)), *grus, dense], name=name)

        self.features = features
        self.embedder = network("embedder", features, units)
        self.recovery = network("recovery", units, features)
        self.generator = network("generator", features, units)
        self.supervisor = network("supervisor", units, units, depth=depth - 1)
        self.discriminator = network("discriminator", units, 1, activation=None)
        self._connect()

    def _connect(self) -> None:
        """Makes the five objectives, which share the networks."""
        x = keras.Input((None, self.features), name="x")
        z = keras.Input((None, self.features), name="z")
        latent, unsupervised = self.embedder(x), self.generator(z)
        made = self.supervisor(unsupervised)
        recovered = {"recovered": self.recovery(latent)}
        predicted = {"predicted": self.supervisor(latent), "latent": latent}
        generated = {"generated": self.recovery(made)}
        judge = self.discriminator
        judged = {"made": judge(made), "unsupervised": judge(unsupervised)}

        data, both = {"x": x}, {"x": x, "z": z}
        autoencoder, makers = [self.embedder, self.recovery], [self.generator, self.supervisor]
        self.reconstruction = Objective(reconstruction_loss, autoencoder, data, recovered)
        # The original lists the generator's weights here, too, but they have no gradient.
        self.supervision = Objective(supervised_loss, [self.supervisor], data, predicted)
        self.embedding = Objective(embedding_loss, autoencoder, data, {**recovered, **predicted})
        outputs = {**generated, **predicted, **judged}
        self.generation = Objective(generator_loss, makers, both, outputs)
        outputs = {"real": judge(latent), **judged}
        self.discrimination = Objective(discriminator_loss, [judge], both, outputs)
        self._series = keras.Model(z, generated["generated"])

    def train(
        self, data: Array, *, iterations: int, batch_size: int = 128, rng: Random | None = None
    ) -> dict[str, list[float]]:
        """Trains the networks in three phases: reconstruction, supervision, and all together.

        Args:
            data: series, float, shape (n, steps, features), any range.
            iterations: number of iterations of each phase.
            batch_size: number of examples in a batch.
            rng: source of the batches and the noise; None for a new one.

        Returns:
            the losses of all steps, by the name of the objective.
        """
        rng = rng or np.random.default_rng()
        self._steps = data.shape[1]
        self._least = data.min(axis=(0, 1))
        self._range = (data - self._least).max(axis=(0, 1))
        scaled = ((data - self._least) / (self._range + 1e-7)).astype(np.float32)
        losses: dict[str, list[float]] = {}

        def batch() -> dict[str, Array]:
            return {"x": scaled[rng.permutation(len(scaled))[:batch_size]]}

        def with_noise(batch: dict[str, Array]) -> dict[str, Array]:
            return {**batch, "z": self._noise(len(batch["x"]), rng)}

        def step(name: str, batch: dict[str, Array]) -> None:
            objective = getattr(self, name)
            needed = {key: batch[key] for key in objective.input}
            losses.setdefault(name, []).append(float(objective.train_on_batch(needed)))

        for _ in range(iterations):
            step("reconstruction", batch())
        for _ in range(iterations):
            step("supervision", with_noise(batch()))  # unused noise, drawn as in the original
        for _ in range(iterations):
            for _ in range(2):
                both = with_noise(batch())
                step("generation", both)
                step("embedding", both)
            both = with_noise(batch())
            if self.discrimination.test_on_batch(both) > 0.15:  # else it is good enough
                step("discrimination", both)
        return losses

    def generate(self, count: int, *, rng: Random | None = None) -> Array:
        """Makes new series of noise; the networks have to be trained.

        Args:
            count: number of series.
            rng: source of the noise; None for a new one.

        Returns:
            float, shape (count, steps, features), in the range of the data.
        """
        noise = self._noise(count, rng or np.random.default_rng())
        return self._series.predict(noise, verbose=0) * self._range + self._least

    def _noise(self, count: int, rng: Random) -> Array:
        return rng.uniform(size=(count, self._steps, self.features)).astype(np.float32)


def _objective(name: str) -> keras.Model:
    return getattr(TimeGAN(features=6), name)


# For the proof: a model for each of the original's five trainings.
reconstruction = partial(_objective, "reconstruction")
supervision = partial(_objective, "supervision")
generation = partial(_objective, "generation")
embedding = partial(_objective, "embedding")
discrimination = partial(_objective, "discrimination")


def main() -> None:
    """Learns from windows of a CSV file, and writes generated ones."""
    parser = argparse.ArgumentParser(description="Generates time series like those of a CSV file.")
    parser.add_argument("csv", help="a header, then a line of numbers for each time step")
    parser.add_argument("--steps", type=int, default=24, help="length of a series (24)")
    parser.add_argument("--iterations", type=int, default=50000, help="of each phase (50000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="generated.npy")
    args = parser.parse_args()
    table = np.loadtxt(args.csv, delimiter=",", skiprows=1)
    data = np.lib.stride_tricks.sliding_window_view(table, args.steps, axis=0).swapaxes(1, 2)
    keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    gan = TimeGAN(features=table.shape[1])
    for name, losses in gan.train(data, iterations=args.iterations, rng=rng).items():
        print(f"{name}: loss {losses[0]:.4f} in the first step, {losses[-1]:.4f} in the last")
    np.save(args.out, gan.generate(len(data), rng=rng))


if __name__ == "__main__":
    main()

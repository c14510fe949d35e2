"""Recorded results of TensorFlow 1.15.5, the reference for both paths."""

import json
from dataclasses import KW_ONLY, dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from tf_edureka.config import MlpConfig

FILE = "tf1_15_5.json"


@dataclass(frozen=True, eq=False)
class Reference:
    """Results of TensorFlow 1.15.5 with one graph seed.

    Attributes:
        name: name of the TensorFlow version, `TF 1.15.5`.
        initial_values: SHA-256 of the three kernels, then of the three biases.
        first_epoch_batches: SHA-256 of images (float32) and labels (uint8), batch by batch.
        step_cost: cost of each step of the first epoch, in nats: float32, shape (550,).
        cost: average cost of each epoch, in nats: float64, shape (15,).
        accuracy: test accuracy after each epoch, in [0, 1]: float64, shape (15,).
        seconds_per_epoch: median duration of an epoch in seconds, on the machine named in
            `tests/goldens/README.md`.
    """

    name: str
    initial_values: tuple[str, ...]
    _: KW_ONLY
    first_epoch_batches: str
    step_cost: npt.NDArray[np.float32]
    cost: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    seconds_per_epoch: float

    @classmethod
    def read(cls, config: MlpConfig) -> "Reference | None":
        """Reads the recorded results for a training on MNIST.

        Args:
            config: configuration of the training to compare.

        Returns:
            the results; None if the configuration is not the article's or its seed was not
            recorded.
        """
        if config != MlpConfig.article(seed=config.seed, epochs=config.epochs):
            return None
        content = json.loads(resources.files(__package__).joinpath(FILE).read_text())
        numbers = content["graph_seeds"].get(str(config.seed))
        if numbers is None:
            return None
        return cls(
            f"TF {content['made_by']['tensorflow']}",
            tuple(numbers["initial_values"]),
            first_epoch_batches=numbers["first_epoch_batches"],
            step_cost=np.array(numbers["step_cost"], np.float32),
            cost=np.array(numbers["cost"]),
            accuracy=np.array(numbers["accuracy"]),
            seconds_per_epoch=numbers["seconds_per_epoch"],
        )

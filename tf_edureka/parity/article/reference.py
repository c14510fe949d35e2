"""The numbers of real TensorFlow 1.15.5, which both paths are compared with."""

import json
from dataclasses import KW_ONLY, dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from tf_edureka.config import MlpConfig

FILE = "tf1_15_5.json"


@dataclass(frozen=True, eq=False)
class Reference:
    """What TensorFlow 1.15.5 computed under one graph seed.

    Attributes:
        name: of the TensorFlow that did, for example `TF 1.15.5`.
        initial_values: SHA-256 of the three kernels, then of the three biases.
        first_epoch_batches: SHA-256 of images (float32) and labels (uint8), batch by batch.
        step_cost: float32, shape (550,): as in `MlpResult`.
        cost: float64, shape (15,).
        accuracy: float64, shape (15,).
        seconds_per_epoch: median of what an epoch took there, on the machine that
            `tests/goldens/README.md` names.
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
        """Reads what was recorded for a training on MNIST.

        Args:
            config: of the training to compare.

        Returns:
            its numbers, or None if there are none for this configuration: another than the
            article's, or a seed that was not run.
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

"""The numbers of the article and of its modern recipe, each written once."""

import math
from dataclasses import dataclass

from tf_edureka.errors import InputError

RECIPES = ("modern", "article")
DATA_SOURCES = ("auto", "tfds", "idx", "rendered")
DEVICES = ("auto", "cpu", "gpu")
# Where the four MNIST files are, if no folder is named.
MNIST_FOLDER_VARIABLE = "TF_EDUREKA_MNIST_DIR"


@dataclass(frozen=True)
class Distortion:
    """How far a training image is distorted at most; each amount is drawn evenly up to it.

    Attributes:
        turn: degrees, to either side.
        scaling: share of the size, each axis on its own.
        shear: share of the height, to either side.
        shift: pixels, in each direction.
    """

    turn: float = 15.0
    scaling: float = 0.15
    shear: float = 0.1
    shift: float = 2.0


@dataclass(frozen=True)
class MlpConfig:
    """How the network for MNIST is built and trained.

    Make one with `MlpConfig.modern(...)` or `MlpConfig.article(...)`, which differ in their
    defaults only: the same network, the same batches per epoch, the same number of steps.

    Source: the article's "Parameters" and "Network Parameters". The modern values were chosen on
    the validation images; `scripts/choose_recipe.py` prints the comparison.

    Attributes:
        recipe: `"modern"` or `"article"`: initial values, schedule and kind of Adam.
        learning_rate: Adam's; in the modern recipe the highest of its schedule.
        adam_epsilon: added to the root of Adam's second moment. TensorFlow 1 had 1e-8, Keras 1e-7.
        warmup: share of all steps over which the modern learning rate rises from 0, in [0, 1).
        weight_decay: of the kernels, decoupled from the gradient, times the learning rate.
        label_smoothing: share of the label spread evenly over all classes, in [0, 1).
        distortion: how each training image is changed anew in every epoch; None for not at all.
        hidden_units: units of each hidden layer; the article's `n_hidden_1` and `n_hidden_2`.
        epochs: full passes over the training images.
        batch_size: examples per step. What does not fill a batch is left out of that epoch.
        seed: decides initial values, the order of the batches and the distortions.

    Raises:
        InputError: when a value is out of its range.
    """

    recipe: str
    learning_rate: float
    adam_epsilon: float
    warmup: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    distortion: Distortion | None = None
    hidden_units: tuple[int, ...] = (256, 256)
    epochs: int = 15
    batch_size: int = 100
    seed: int = 1

    @classmethod
    def modern(cls, **changes) -> "MlpConfig":
        """What one would do today with the same network and the same number of steps."""
        defaults = {
            "learning_rate": 0.003,
            "adam_epsilon": 1e-7,
            "warmup": 1 / 15,
            "weight_decay": 0.5,
            "label_smoothing": 0.1,
        }
        return cls(**{"recipe": "modern", **defaults, **changes})

    @classmethod
    def augmented(cls, **changes) -> "MlpConfig":
        """The modern recipe on distorted images: they never repeat, so less decay is enough."""
        return cls.modern(**{"weight_decay": 0.05, "distortion": Distortion(), **changes})

    @classmethod
    def article(cls, **changes) -> "MlpConfig":
        """The article's numbers, with the epsilon that TensorFlow 1's Adam had."""
        return cls(**{"recipe": "article", "learning_rate": 0.001, "adam_epsilon": 1e-8, **changes})

    def __post_init__(self) -> None:
        """Refuses what cannot be trained."""
        for name, in_range, expected in (
            ("recipe", lambda v: v in RECIPES, f"one of {', '.join(RECIPES)}"),
            ("hidden_units", lambda v: v and all(map(_is_count, v)), "whole numbers from 1"),
            ("epochs", _is_count, "a whole number from 1"),
            ("batch_size", _is_count, "a whole number from 1"),
            ("learning_rate", lambda v: 0 < v < math.inf, "a finite number over 0"),
            ("adam_epsilon", lambda v: 0 < v < math.inf, "a finite number over 0"),
            ("warmup", lambda v: 0 <= v < 1, "a number from 0 and under 1"),
            ("weight_decay", lambda v: 0 <= v < math.inf, "a finite number from 0"),
            ("label_smoothing", lambda v: 0 <= v < 1, "a number from 0 and under 1"),
            ("seed", lambda v: 0 <= v < 2**31, "a whole number from 0 to 2147483647"),
        ):
            value = getattr(self, name)
            if not in_range(value):
                raise InputError(f"{name}: expected {expected}, got {value!r}")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value >= 1

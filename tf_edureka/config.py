"""The numbers of the article's recipe and of the tuned one, each written once."""

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, get_args

from tf_edureka._numbers import (
    LARGEST_SEED,
    expect_choice,
    validate_numbers,
    validate_whole,
    whole_number,
    whole_numbers,
)
from tf_edureka.errors import InputError

Recipe = Literal["tuned", "article"]
Schedule = Literal["cosine", "constant"]
Dtype = Literal["float32", "float64"]
Precision = Literal["float32", "tf32", "mixed_bfloat16"]
# The article's six; `perceptron/activations.py` has the functions.
ActivationName = Literal["identity", "step", "sigmoid", "tanh", "relu", "softmax"]
RECIPES: tuple[Recipe, ...] = get_args(Recipe)
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
DTYPES: tuple[Dtype, ...] = get_args(Dtype)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
ACTIVATIONS: tuple[ActivationName, ...] = get_args(ActivationName)
# The article's `n_input` and `n_classes`.
PIXELS = 28 * 28
CLASSES = 10
MOST_LAYERS = 64  # hidden ones
MOST_WEIGHTS = 10**8  # which take 1.6 GB, with gradient and moments; the article has 270,000
# Beyond it a number is 0 or infinite when it comes to computing with it.
_FLOAT32 = (1e-37, 1e37)


@dataclass(frozen=True)
class Distortion:
    """How far a training image is distorted at most; each amount is drawn evenly up to it.

    Attributes:
        turn: degrees, to either side.
        scaling: share of the size, each axis on its own.
        shear: share of the height, to either side.
        shift: pixels, in each direction.

    Raises:
        InputError: when an amount is negative or beyond reason.
    """

    turn: float = 15.0
    scaling: float = 0.15
    _: KW_ONLY
    shear: float = 0.1
    shift: float = 2.0

    def __post_init__(self) -> None:
        """Refuses amounts that are none."""
        validate_numbers(self, turn=(0, 180), scaling=(0, 0.9), shear=(0, 10), shift=(0, 1000))


@dataclass(frozen=True)
class MlpConfig:
    """How the network for MNIST is built and trained.

    Make one with `MlpConfig.tuned(...)`, `.augmented(...)` or `.article(...)`, which differ in
    their defaults only: the same network, the same batches per epoch, the same number of steps.

    Source: the article's "Parameters" and "Network Parameters". The tuned values were chosen on
    the validation images; `docs/training.md` has the comparison.

    Attributes:
        recipe: `"tuned"` or `"article"`: initial values, order of the batches and kind of Adam.
        learning_rate: Adam's; the highest of its schedule.
        adam_epsilon: added to the root of Adam's second moment. TensorFlow 1 had 1e-8, Keras 1e-7.
        schedule: how the learning rate goes. `"cosine"`: it rises from 0 and falls back to it
            along a cosine, as the tuned recipe has it. `"constant"`: it stays, as in the article's,
            and Keras' callbacks may set it.
        warmup: share of all steps over which a scheduled learning rate rises from 0, in [0, 0.99].
        weight_decay: of the kernels, decoupled from the gradient, times the learning rate.
        label_smoothing: share of the label spread evenly over all classes, in [0, 0.99].
        distortion: how each training image is changed anew in every epoch; None for not at all.
        hidden_units: units of each hidden layer, a tuple, list or array; the article's `n_hidden_1`
            and `n_hidden_2`. Up to 64 layers, and 100 million weights in all.
        epochs: full passes over the training images.
        batch_size: examples per step. What does not fill a batch is left out of that epoch.
        seed: decides initial values, the order of the batches and the distortions. In the article's
            recipe it is what `tf.set_random_seed` was given in TensorFlow 1.
        dtype: what is computed in, `"float32"` as in the article, or `"float64"`, which shows how
            much of a difference is rounding.
        precision: how exactly the tuned recipe multiplies matrices. `"float32"` as `dtype` has it;
            `"tf32"` with 10 of float32's 23 bits, on GPUs from Ampere on; `"mixed_bfloat16"` with
            hidden layers of 7 bits, everywhere. The weights are kept in float32.

    Raises:
        InputError: when a value is out of its range.
    """

    recipe: Recipe
    learning_rate: float
    _: KW_ONLY
    adam_epsilon: float
    schedule: Schedule
    warmup: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    distortion: Distortion | None = None
    hidden_units: Sequence[int] = (256, 256)
    epochs: int = 15
    batch_size: int = 100
    seed: int = 1
    dtype: Dtype = "float32"
    precision: Precision = "float32"

    @classmethod
    def tuned(cls, **changes: Any) -> "MlpConfig":
        """What one would do today with the same network and the same number of steps."""
        defaults = {
            "learning_rate": 0.003,
            "adam_epsilon": 1e-7,
            "schedule": "cosine",
            "warmup": 0.0 if changes.get("schedule") == "constant" else 1 / 15,
            "weight_decay": 0.5,
            "label_smoothing": 0.1,
        }
        return cls(**{"recipe": "tuned", **defaults, **changes})

    @classmethod
    def modern(cls, **changes: Any) -> "MlpConfig":
        """The old name of `tuned`, which takes the same `changes`."""
        message = "MlpConfig.modern(...): expected its new name, MlpConfig.tuned(...)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return cls.tuned(**changes)

    @classmethod
    def augmented(cls, **changes: Any) -> "MlpConfig":
        """The tuned recipe on distorted images: they never repeat, so less decay is enough."""
        return cls.tuned(**{"weight_decay": 0.05, "distortion": Distortion(), **changes})

    @classmethod
    def article(cls, **changes: Any) -> "MlpConfig":
        """The article's numbers, with the epsilon that TensorFlow 1's Adam had."""
        defaults = {"learning_rate": 0.001, "adam_epsilon": 1e-8, "schedule": "constant"}
        return cls(**{"recipe": "article", **defaults, **changes})

    def __post_init__(self) -> None:
        """Refuses what cannot be trained."""
        expect_choice("recipe", self.recipe, RECIPES)
        expect_choice("schedule", self.schedule, SCHEDULES)
        expect_choice("dtype", self.dtype, DTYPES)
        expect_choice("precision", self.precision, PRECISIONS)
        validate_whole(self, epochs=(1, 10**6), batch_size=(1, 2**31 - 1), seed=(0, LARGEST_SEED))
        object.__setattr__(self, "hidden_units", _hidden_units(self.hidden_units))
        validate_numbers(
            self,
            learning_rate=_FLOAT32,
            adam_epsilon=_FLOAT32,
            warmup=(0, 0.99),
            weight_decay=(0, 1e37),
            label_smoothing=(0, 0.99),
        )
        if not isinstance(self.distortion, Distortion | None):
            raise InputError(f"distortion: expected a Distortion or None, got {self.distortion!r}")
        for name in ("warmup", "weight_decay", "label_smoothing", "distortion"):
            value = getattr(self, name)
            if self.recipe == "article" and value:
                raise InputError(f"{name}: expected none in the article's recipe, got {value!r}")
        if self.recipe == "article" and self.schedule != "constant":
            raise InputError(f"schedule: expected constant as the article's, got {self.schedule}")
        if self.schedule == "constant" and self.warmup:
            raise InputError(f"warmup: expected 0 with a constant rate, got {self.warmup}")
        if self.precision != "float32" and (self.recipe, self.dtype) != ("tuned", "float32"):
            raise InputError(
                "precision: expected float32, as the article's recipe and dtype float64 have no "
                f"other, got {self.precision}"
            )

    def steps_per_epoch(self, examples: int) -> int:
        """How many whole batches so many training `examples` make.

        Raises:
            InputError: when they do not make one.
        """
        examples = whole_number("examples", examples, 0, 2**31 - 1)
        if self.batch_size > examples:
            raise InputError(
                f"batch_size: expected at most the {examples} training examples, got "
                f"{self.batch_size}"
            )
        return examples // self.batch_size


def _hidden_units(given: Sequence[int]) -> tuple[int, ...]:
    units = whole_numbers("hidden_units", given, 1, 10**6)
    if not 1 <= len(units) <= MOST_LAYERS:
        raise InputError(f"hidden_units: expected 1 to {MOST_LAYERS} layers, got {len(units)}")
    layers = itertools.pairwise((PIXELS, *units, CLASSES))
    weights = sum((inputs + 1) * outputs for inputs, outputs in layers)
    if weights > MOST_WEIGHTS:
        raise InputError(
            f"hidden_units: expected at most {MOST_WEIGHTS:,} weights, got {weights:,}; take fewer "
            "units"
        )
    return units


@dataclass(frozen=True)
class PerceptronConfig:
    """How the perceptron is trained: the article's numbers.

    Source: the article's first program.

    Attributes:
        learning_rate: of gradient descent.
        epochs: steps, since each is taken on all four rows of the truth table.
        seed: the op seed of the initial weights; the article's 15 is a lucky one.
        activation: of the one output; the article's is `"relu"`, and "you are free to use any".

    Raises:
        InputError: when a value is out of its range.
    """

    learning_rate: float = 0.01
    epochs: int = 100
    _: KW_ONLY
    seed: int = 15
    activation: ActivationName = "relu"

    def __post_init__(self) -> None:
        """Refuses what cannot be trained."""
        expect_choice("activation", self.activation, ACTIVATIONS)
        validate_whole(self, epochs=(1, 10**6), seed=(0, LARGEST_SEED))
        validate_numbers(self, learning_rate=_FLOAT32)

    def expect_gradient(self) -> None:
        """Refuses the activation that gradient descent, and so the article's way, cannot train.

        Raises:
            InputError: when it is the step function.
        """
        if self.activation == "step":
            raise InputError(
                "activation step: it has no place in the legacy implementation, which trains by "
                "gradient descent: the step function has no gradient; the modern implementation "
                "trains it by Rosenblatt's rule",
                topic="no gradient",
            )

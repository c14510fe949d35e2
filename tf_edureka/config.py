"""Configurations with the hyperparameters of the article and of the tuned recipe."""

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
MOST_LAYERS = 64  # hidden layers
MOST_WEIGHTS = 10**8  # 1.6 GB with gradient and moments; the article's network has 270,000
# Outside this range a number becomes 0 or infinite in float32.
_FLOAT32 = (1e-37, 1e37)


@dataclass(frozen=True)
class Distortion:
    """Limits of the random distortions with which training images are augmented.

    They are sampled for each image and epoch, all but the elastic one uniformly up to their limits.
    0 disables a distortion. With `at_end` below 1, all of them shrink linearly during the training.

    Attributes:
        turn: largest rotation in degrees, to either side; 0 to 180.
        scaling: largest relative change of the size, each axis independently; 0 to 0.9.
        shear: largest shear relative to the height, to either side; 0 to 10.
        shift: largest shift in pixels along each axis, in either direction; 0 to 1000.
        elastic: standard deviation of the elastic distortion, a smooth random displacement of the
            pixels along each axis, in pixels; 0 to 10.
        at_end: fraction of each distortion that is left at the end of the training; 0 to 1.

    Raises:
        InputError: if a limit is out of range.

    Example:
        >>> from tf_edureka import Distortion, MlpConfig
        >>> only_shifted = Distortion(turn=0, scaling=0, shear=0, shift=3)
        >>> MlpConfig.augmented(distortion=only_shifted).distortion.shift
        3.0
    """

    turn: float = 15.0
    scaling: float = 0.15
    _: KW_ONLY
    shear: float = 0.1
    shift: float = 2.0
    elastic: float = 0.0
    at_end: float = 1.0

    def __post_init__(self) -> None:
        """Validates the ranges."""
        validate_numbers(self, turn=(0, 180), scaling=(0, 0.9), shear=(0, 10), shift=(0, 1000))
        validate_numbers(self, elastic=(0, 10), at_end=(0, 1))


@dataclass(frozen=True)
class MlpConfig:
    """Hyperparameters of the network for MNIST and of its training.

    Create one with `MlpConfig.tuned(...)`, `.augmented(...)` or `.article(...)`. These differ only
    in their defaults: the same network, the same batches per epoch, the same number of steps.

    Source: the article's "Parameters" and "Network Parameters". The tuned values were chosen on
    the validation images; `docs/training.md` has the comparison.

    Attributes:
        recipe: `"tuned"` or `"article"`; determines the initial values, the order of the batches
            and the variant of Adam.
        learning_rate: Adam's learning rate; the highest value of the schedule.
        adam_epsilon: Adam's epsilon, added to the root of the second moment; TensorFlow 1 has 1e-8,
            Keras 1e-7.
        schedule: schedule of the learning rate. `"cosine"`, in the tuned recipe: linear warmup from
            0, then cosine decay to 0. `"constant"`, in the article recipe: fixed, unless a Keras
            callback sets it.
        warmup: fraction of all steps in which a scheduled learning rate rises from 0, in [0, 0.99].
        weight_decay: weight decay of the kernels, decoupled from the gradient (AdamW) and scaled by
            the learning rate.
        label_smoothing: fraction of the label spread evenly over all classes, in [0, 0.99].
        batch_norm: whether batch normalization precedes each relu during the training. The trained
            network has none: its kernels and biases absorb it.
        distortion: limits of the augmentation, sampled again for each image in each epoch; None
            for no augmentation.
        hidden_units: number of units in each hidden layer, a tuple, list or array; the article's
            `n_hidden_1` and `n_hidden_2`. At most 64 layers and 100 million weights in total.
        epochs: number of passes over the training images.
        batch_size: examples per step; an epoch leaves out the remainder that fills no batch.
        seed: seed of the initial values, the order of the batches and the augmentation. In the
            article recipe it is the argument of TensorFlow 1's `tf.set_random_seed`.
        dtype: dtype of the computation, `"float32"` as in the article, or `"float64"`, which shows
            how much of a difference is rounding.
        precision: precision of the matrix products in the tuned recipe. `"float32"`: that of
            `dtype`. `"tf32"`: 10 of float32's 23 mantissa bits, on GPUs from Ampere on.
            `"mixed_bfloat16"`: 7 bits in the hidden layers, on any device. Weights stay float32.

    Raises:
        InputError: if a value is out of range or does not fit the recipe.

    Example:
        >>> from tf_edureka import MlpConfig
        >>> config = MlpConfig.tuned(hidden_units=(128, 64), epochs=3)
        >>> config.recipe, config.learning_rate, config.schedule
        ('tuned', 0.003, 'cosine')
        >>> MlpConfig.article().adam_epsilon  # TensorFlow 1's
        1e-08
        >>> config.steps_per_epoch(55_000)  # of 100 images each
        550
    """

    recipe: Recipe
    learning_rate: float
    _: KW_ONLY
    adam_epsilon: float
    schedule: Schedule
    warmup: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    batch_norm: bool = False
    distortion: Distortion | None = None
    hidden_units: Sequence[int] = (256, 256)
    epochs: int = 15
    batch_size: int = 100
    seed: int = 1
    dtype: Dtype = "float32"
    precision: Precision = "float32"

    @classmethod
    def tuned(cls, **changes: Any) -> "MlpConfig":
        """Returns current practice for the same network and number of steps, with `changes`."""
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
        """Deprecated name of `tuned`; accepts the same `changes`."""
        message = "MlpConfig.modern(...) is deprecated; use MlpConfig.tuned(...)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return cls.tuned(**changes)

    @classmethod
    def augmented(cls, **changes: Any) -> "MlpConfig":
        """Returns the tuned recipe with augmentation, which needs less weight decay."""
        return cls.tuned(**{"weight_decay": 0.05, "distortion": Distortion(), **changes})

    @classmethod
    def article(cls, **changes: Any) -> "MlpConfig":
        """Returns the article's hyperparameters, with the epsilon of TensorFlow 1's Adam."""
        defaults = {"learning_rate": 0.001, "adam_epsilon": 1e-8, "schedule": "constant"}
        return cls(**{"recipe": "article", **defaults, **changes})

    def __post_init__(self) -> None:
        """Validates the values and their combination."""
        expect_choice("recipe", self.recipe, RECIPES)
        expect_choice("schedule", self.schedule, SCHEDULES)
        expect_choice("dtype", self.dtype, DTYPES)
        expect_choice("precision", self.precision, PRECISIONS)
        validate_whole(self, epochs=(1, 10**6), batch_size=(1, 2**31 - 1), seed=(0, LARGEST_SEED))
        object.__setattr__(self, "hidden_units", _hidden_units(self.hidden_units))
        if self.weight_count > MOST_WEIGHTS:
            raise InputError(
                f"hidden_units: expected at most {MOST_WEIGHTS:,} weights, got "
                f"{self.weight_count:,}; use fewer units"
            )
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
        if not isinstance(self.batch_norm, bool):
            raise InputError(f"batch_norm: expected True or False, got {self.batch_norm!r}")
        for name in ("warmup", "weight_decay", "label_smoothing", "batch_norm", "distortion"):
            value = getattr(self, name)
            if self.recipe == "article" and value:
                raise InputError(f"{name}: not available in the article recipe, got {value!r}")
        if self.recipe == "article" and self.schedule != "constant":
            raise InputError(
                f"schedule: expected constant in the article recipe, got {self.schedule}"
            )
        if self.schedule == "constant" and self.warmup:
            raise InputError(f"warmup: expected 0 with schedule constant, got {self.warmup}")
        if self.precision != "float32" and (self.recipe, self.dtype) != ("tuned", "float32"):
            raise InputError(
                "precision: expected float32 with the article recipe or dtype float64, got "
                f"{self.precision}"
            )

    @property
    def weight_count(self) -> int:
        """Number of weights of the network, biases included."""
        layers = itertools.pairwise((PIXELS, *self.hidden_units, CLASSES))
        return sum((inputs + 1) * outputs for inputs, outputs in layers)

    def steps_per_epoch(self, examples: int) -> int:
        """Returns the number of complete batches in `examples` training examples.

        Raises:
            InputError: if they do not fill one batch.
        """
        examples = whole_number("examples", examples, 0, 2**31 - 1)
        if self.batch_size > examples:
            raise InputError(
                f"batch_size: expected at most {examples}, the number of training examples, got "
                f"{self.batch_size}"
            )
        return examples // self.batch_size


def _hidden_units(given: Sequence[int]) -> tuple[int, ...]:
    units = whole_numbers("hidden_units", given, 1, 10**6)
    if not 1 <= len(units) <= MOST_LAYERS:
        raise InputError(f"hidden_units: expected 1 to {MOST_LAYERS} layers, got {len(units)}")
    return units


@dataclass(frozen=True)
class PerceptronConfig:
    """Hyperparameters of the perceptron; the defaults are the article's.

    Source: the article's first program.

    Attributes:
        learning_rate: learning rate of gradient descent.
        epochs: number of epochs; each is one step on all four rows of the truth table.
        seed: op seed of the initial weights; the article's 15 is a lucky one.
        activation: activation of the output; the article uses `"relu"`, and "you are free to use
            any": identity, step, sigmoid, tanh, relu or softmax.

    Raises:
        InputError: if a value is out of range.

    Example:
        >>> from tf_edureka import PerceptronConfig
        >>> PerceptronConfig()
        PerceptronConfig(learning_rate=0.01, epochs=100, seed=15, activation='relu')
        >>> PerceptronConfig(0.1, epochs=1000, activation="sigmoid").learning_rate
        0.1
    """

    learning_rate: float = 0.01
    epochs: int = 100
    _: KW_ONLY
    seed: int = 15
    activation: ActivationName = "relu"

    def __post_init__(self) -> None:
        """Validates the values."""
        expect_choice("activation", self.activation, ACTIVATIONS)
        validate_whole(self, epochs=(1, 10**6), seed=(0, LARGEST_SEED))
        validate_numbers(self, learning_rate=_FLOAT32)

    def expect_gradient(self) -> None:
        """Checks that the activation has a gradient, which the article's gradient descent needs.

        Raises:
            InputError: if it is the step function.
        """
        if self.activation == "step":
            raise InputError(
                "activation step: not available in the legacy implementation, since the step "
                "function has no gradient to descend; the modern implementation trains it by "
                "Rosenblatt's rule",
                topic="no gradient",
            )

"""The training of the article's network, with one compiled call per epoch."""

import itertools
from collections.abc import Callable, Iterable

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist, Split
from tf_edureka.errors import InputError
from tf_edureka.mlp.batches import epoch_orders
from tf_edureka.mlp.distribution import strategies
from tf_edureka.mlp.distribution.epoch import DistributedEpoch
from tf_edureka.mlp.epoch import CompiledEpoch
from tf_edureka.mlp.loop import run_epochs
from tf_edureka.mlp.model import build
from tf_edureka.results import MlpResult, asks_to_stop
from tf_edureka.runs.progress import Numbers, TrainingProgress
from tf_edureka.runs.state import TrainingState, identity

# Number of steps from which the search for faster programs, which takes many seconds on a GPU, pays
# off: on an H100 it saves 0.024 s per epoch of 550 steps.
_MIN_STEPS_TO_SEARCH = 500_000


def train(
    config: MlpConfig,
    data: Mnist,
    *,
    on_epoch: Callable[[int, float, float], object] | None = None,
    start: TrainingState | None = None,
    save: Callable[[TrainingState], object] | None = None,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    jit_compile: bool = True,
    strategy: tf.distribute.Strategy | None = None,
) -> MlpResult:
    """Trains the network and tests it after each epoch.

    Stops early when the cost is NaN or infinite.

    Source: the article's "Training cycle".

    Args:
        config: configuration of the training.
        data: training images in `data.train`, test images in `data.test`; `data.validation` is used
            only for `callbacks`.
        on_epoch: called after each epoch with the epoch number (from 0), cost and accuracy. The
            training stops if it returns True; any other return value is ignored.
        start: state from an earlier call's `save`, to resume from. On the same kind of machine the
            result is bit-identical to an uninterrupted training. Callbacks start from scratch.
        save: called with the state after each epoch, and every ten seconds within long epochs. The
            training stops if it returns True.
        callbacks: Keras callbacks. They see each epoch as one batch, with these logs: `loss`, the
            cost; `accuracy` on the training batches, measured during training; `val_loss` and
            `val_accuracy` on the validation images; `test_accuracy`, the article's accuracy on the
            test images. No loss includes label smoothing.
        jit_compile: whether to compile the epoch with XLA, which is faster and rounds differently.
            With False the article recipe is bit-identical to the legacy path. Ignored when
            `strategy` is given.
        strategy: strategy for several devices or processes, such as from `distribution.mirrored`;
            None for one device. Results equal those of one device without XLA up to the order of
            float sums. Callbacks then get no `accuracy`. All processes must call this function with
            the same `config`, `data` and `start`.

    Returns:
        cost and accuracy of all epochs, including those before `start`, and the final weights.

    Raises:
        InputError: if the batch size exceeds the number of training examples or is no multiple of
            the number of replicas, or `start` belongs to another training. Also if a callback is
            not a Keras callback, sets the learning rate although a schedule does, or resumes by
            itself (`BackupAndRestore`).

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, Mnist, Split, train_mlp
        >>> images = np.zeros((100, 28, 28), np.uint8)
        >>> labels = np.arange(100, dtype=np.uint8) % 10
        >>> images[range(100), 2 * labels] = 255  # a line whose height tells the digit
        >>> split = Split(images, labels)
        >>> data = Mnist(split, split, test=split, source="NumPy", title="lines")
        >>> config = MlpConfig.tuned(epochs=8, batch_size=10)
        >>> result = train_mlp(config, data, jit_compile=False)
        >>> print(f"{result.accuracy[-1]:.0%} of the lines are read correctly")
        100% of the lines are read correctly
    """
    callbacks = _validate_callbacks(callbacks, config)
    examples = len(data.train.labels)
    steps, training = config.steps_per_epoch(examples), identity("modern", config, data)
    progress = TrainingProgress(start, save, training=training, steps=steps)
    compiled = _compile_epoch(
        config,
        data,
        validation=data.validation if callbacks else None,
        jit_compile=jit_compile,
        strategy=strategy,
    )
    if start is not None:
        compiled.restore(start.variables)
    listeners = _Listeners(callbacks, compiled, config.epochs)

    def on_end(epoch: int, cost: Numbers, accuracy: Numbers) -> bool:
        cost, accuracy = float(cost), float(accuracy)
        listeners.end_epoch(epoch, cost, accuracy)
        stop = asks_to_stop(on_epoch and on_epoch(epoch, cost, accuracy))
        return stop or bool(compiled.model.stop_training)

    run_epochs(
        compiled,
        progress,
        itertools.islice(epoch_orders(config, examples), progress.epoch, None),
        seed=config.seed,
        test_images=len(data.test.labels),
        on_start=listeners.begin_epoch,
        on_end=on_end,
    )
    listeners.end_training()
    return progress.result(compiled.model.get_weights())


class _Listeners:
    """Keras callbacks, which see each epoch as one batch."""

    def __init__(
        self, callbacks: list[keras.callbacks.Callback], compiled: CompiledEpoch, epochs: int
    ) -> None:
        self._compiled, self._any = compiled, bool(callbacks)
        self._logs: dict[str, float] = {}
        self._list = keras.callbacks.CallbackList(
            callbacks, model=compiled.model, epochs=epochs, steps=1, verbose=1
        )
        compiled.model.stop_training = False
        self._list.on_train_begin()

    def begin_epoch(self, epoch: int) -> None:
        self._list.on_epoch_begin(epoch)
        self._list.on_train_batch_begin(0)

    def end_epoch(self, epoch: int, cost: float, accuracy: float) -> None:
        """Calls the hooks for the end of the batch, the validation and the epoch."""
        if not self._any:
            return
        trained = {"loss": cost, **self._compiled.metrics()}
        self._list.on_train_batch_end(0, trained)
        self._list.on_test_begin()
        self._list.on_test_batch_begin(0)
        validated = self._compiled.validate()
        self._list.on_test_batch_end(0, validated)
        self._list.on_test_end(validated)
        of_validation = {f"val_{name}": value for name, value in validated.items()}
        self._logs = {**trained, **of_validation, "test_accuracy": accuracy}
        self._list.on_epoch_end(epoch, self._logs)

    def end_training(self) -> None:
        self._list.on_train_end(self._logs)


def _validate_callbacks(
    callbacks: Iterable[keras.callbacks.Callback], config: MlpConfig
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks as a list; rejects those that would fail or mislead here."""
    is_list = isinstance(callbacks, Iterable)
    given = list(callbacks) if is_list else []
    if not is_list or not all(isinstance(one, keras.callbacks.Callback) for one in given):
        raise InputError(f"callbacks: expected a list of Keras' callbacks, got {callbacks!r}")
    setters = keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler
    for callback in given:
        name = type(callback).__name__
        if isinstance(callback, setters) and config.schedule != "constant":
            raise InputError(
                f"callbacks: expected none that sets the learning rate, since the schedule "
                f'{config.schedule} sets it, got {name}; configure schedule="constant"'
            )
        if isinstance(callback, keras.callbacks.BackupAndRestore):
            raise InputError(
                f"callbacks: expected none that resumes a training, got {name}; get states with "
                "save=... and resume with start=... instead"
            )
    return given


def _compile_epoch(
    config: MlpConfig,
    data: Mnist,
    *,
    validation: Split | None,
    jit_compile: bool,
    strategy: tf.distribute.Strategy | None,
) -> CompiledEpoch:
    """Builds the network and its compiled epoch, for one device or a strategy."""
    total_steps = config.steps_per_epoch(len(data.train.labels)) * config.epochs
    tf32 = config.precision == "tf32"
    if strategy is None:
        return CompiledEpoch(
            build(config, total_steps),
            data.train,
            test=data.test,
            validation=validation,
            distortion=config.distortion,
            jit_compile=jit_compile,
            tf32=tf32,
            search=total_steps >= _MIN_STEPS_TO_SEARCH,
        )
    strategies.expect_divisible(config.batch_size, strategy.num_replicas_in_sync)
    with strategy.scope():
        model = build(config, total_steps)
    return DistributedEpoch(
        model,
        data.train,
        test=data.test,
        validation=validation,
        strategy=strategy,
        distortion=config.distortion,
        tf32=tf32,
    )

"""Keras' own callbacks, in a training of this package's own loop."""

import csv
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.mlp.epoch import CompiledEpoch
from tf_edureka.mlp.model import pixels

CONSTANT = MlpConfig.tuned(epochs=4, schedule="constant")


def metrics_of(weights, split) -> tuple[float, float]:
    """Cross-entropy and accuracy, computed in NumPy and in double precision."""
    values = split.images.reshape(len(split.images), -1) / 255
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        values = np.maximum(values, 0) if kernel is not weights[0] else values
        values = values @ kernel.astype(np.float64) + bias
    of_label = values[np.arange(len(values)), split.labels]
    losses = np.log(np.exp(values).sum(axis=1)) - of_label
    return losses.mean(), np.mean(values.argmax(axis=1) == split.labels)


def test_callbacks_see_training_validation_and_test_metrics(data):
    history = keras.callbacks.History()
    result = without_xla(MlpConfig.tuned(epochs=2), data, callbacks=[history])
    seen = history.history
    assert sorted(seen) == ["accuracy", "loss", "test_accuracy", "val_accuracy", "val_loss"]
    assert seen["loss"] == result.cost.tolist()
    assert seen["test_accuracy"] == result.accuracy.tolist()
    assert seen["accuracy"][0] < seen["accuracy"][1]
    loss, accuracy = metrics_of(result.weights, data.validation)
    # A sum of 784 float32 terms is off by some 1e-6.
    assert seen["val_loss"][-1] == pytest.approx(loss, rel=1e-5)
    assert seen["val_accuracy"][-1] == accuracy


def test_callbacks_see_the_validation_on_several_devices_too(data):
    strategy = mlp.distribution.mirrored(replicas=1)
    history = keras.callbacks.History()
    result = mlp.train(MlpConfig.tuned(epochs=1), data, strategy=strategy, callbacks=[history])
    seen = history.history
    loss, accuracy = metrics_of(result.weights, data.validation)
    assert seen["val_loss"] == [pytest.approx(loss, rel=1e-5)]
    assert seen["val_accuracy"] == [accuracy]


def test_without_callbacks_the_validation_images_are_not_evaluated(data, monkeypatch):
    monkeypatch.setattr(CompiledEpoch, "validate", None)  # a call would fail
    assert len(without_xla(MlpConfig.tuned(epochs=1), data).cost) == 1


def test_callbacks_see_an_epoch_as_one_batch(data):
    seen = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: seen.append(b))
    without_xla(MlpConfig.tuned(epochs=3), data, callbacks=[watch])
    assert seen == [0, 0, 0]


def test_early_stopping_ends_the_training_and_gives_the_best_weights(data):
    history = keras.callbacks.History()
    stop = keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    # At this rate the validation loss first falls and then rises.
    config = MlpConfig.tuned(epochs=40, schedule="constant", learning_rate=0.01, weight_decay=0)
    result = without_xla(config, data, callbacks=[history, stop])
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 40
    assert metrics_of(result.weights, data.validation)[0] == pytest.approx(losses[best], rel=1e-5)


def test_learning_rate_reduced_on_a_plateau_is_used_by_the_steps(data):
    rates = []
    # No epoch gains as much as 10, so after the first one each divides the rate by 1,000.
    reduce = keras.callbacks.ReduceLROnPlateau("val_loss", 1e-3, 0, min_delta=10)
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: rates.append(float(reduce.model.optimizer.learning_rate))
    )
    states = []
    without_xla(CONSTANT, data, callbacks=[reduce, watch], save=states.append)
    assert rates == pytest.approx([3e-3, 3e-6, 3e-9, 3e-12])
    moves = [
        np.abs(after.variables[0] - before.variables[0]).max()
        for before, after in zip(states, states[1:], strict=False)
    ]
    # Ten steps of Adam, each about as long as the rate, which was divided by a thousand.
    assert moves[1] < 2e-3 * moves[0]


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.ReduceLROnPlateau(),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.1),
    ],
    ids=lambda callback: type(callback).__name__,
)
def test_callback_that_sets_the_learning_rate_is_rejected_with_a_schedule(data, callback):
    with pytest.raises(InputError, match=f'got {type(callback).__name__}; .*schedule="constant"'):
        without_xla(MlpConfig.tuned(), data, callbacks=[callback])


def test_a_model_checkpoint_keeps_the_best_network(data, tmp_path):
    path = tmp_path / "best.keras"
    history = keras.callbacks.History()
    best = keras.callbacks.ModelCheckpoint(path, "val_accuracy", save_best_only=True)
    without_xla(MlpConfig.tuned(epochs=3), data, callbacks=[history, best])
    weights = mlp.load_model(path).get_weights()
    _, accuracy = metrics_of(weights, data.validation)
    assert accuracy == max(history.history["val_accuracy"])


def test_csv_logger_writes_one_line_per_epoch(data, tmp_path):
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    result = without_xla(MlpConfig.tuned(epochs=2), data, callbacks=[logger])
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == result.cost.tolist()
    assert all(0 < float(row["val_accuracy"]) <= 1 for row in rows)


def test_tensorboard_gets_training_and_validation(data, tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    result = without_xla(
        MlpConfig.tuned(epochs=2), data, callbacks=[keras.callbacks.TensorBoard(tmp_path)]
    )
    seen = {}
    for path in tmp_path.rglob("events.*"):
        for event in loader.EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.tag.startswith("epoch_"):
                    name = f"{path.parent.name}/{value.tag}"
                    seen.setdefault(name, []).append(float(tf.make_ndarray(value.tensor)))
    assert seen["train/epoch_loss"] == pytest.approx(result.cost.tolist())
    assert len(seen["validation/epoch_loss"]) == len(seen["validation/epoch_accuracy"]) == 2


def test_a_batch_of_callbacks_may_be_any_iterable(data):
    history = keras.callbacks.History()
    without_xla(MlpConfig.tuned(epochs=1), data, callbacks=iter([history]))
    assert len(history.history["val_loss"]) == 1


def test_no_validation_without_validation_images(data):
    history = keras.callbacks.History()
    without = replace(data, validation=data.validation.first(0))
    without_xla(MlpConfig.tuned(epochs=1), without, callbacks=[history])
    assert sorted(history.history) == ["accuracy", "loss", "test_accuracy"]


@pytest.mark.parametrize("given", [keras.callbacks.History, [keras.callbacks.History], 5, ["x"]])
def test_invalid_callbacks_are_rejected(data, given):
    with pytest.raises(InputError, match="callbacks: expected a list of Keras' callbacks"):
        without_xla(MlpConfig.tuned(), data, callbacks=given)


def test_callback_that_resumes_by_itself_is_rejected(data, tmp_path):
    # Keras' own fit() asks it for the epoch to resume at.
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(InputError, match=r"got BackupAndRestore; .*save=.* start="):
        without_xla(MlpConfig.tuned(), data, callbacks=[backup])


@pytest.mark.slow
def test_callback_hooks_are_called_as_by_keras(data):
    """With one batch, since batch hooks are called once per epoch; `test_accuracy` is ignored."""

    def called(train) -> list[tuple[str, set[str]]]:
        seen = []

        def noting(name):
            return lambda self, *args, **logs: seen.append(
                (name, set((args[-1] if args else logs.get("logs")) or ()))
            )

        hooks = ("begin", "end")
        names = [f"on_{of}_{hook}" for of in ("train", "test", "epoch") for hook in hooks]
        names += [f"on_{of}_batch_{hook}" for of in ("train", "test") for hook in hooks]
        members = {name: noting(name) for name in names}
        train(type("Spy", (keras.callbacks.Callback,), members)())
        return [(name, logs - {"test_accuracy"}) for name, logs in seen]

    def by_keras(spy):
        model = mlp.build(MlpConfig.tuned(), 1)
        arrays = [(pixels(split.images), np.eye(10)[split.labels]) for split in (data.train,) * 2]
        model.fit(
            *arrays[0],
            1000,
            1,
            verbose=0,
            callbacks=[spy],
            validation_data=arrays[1],
            validation_batch_size=1000,
        )

    ours = called(lambda spy: without_xla(MlpConfig.tuned(epochs=1), data, callbacks=[spy]))
    assert [name for name, _ in ours] == [name for name, _ in called(by_keras)]
    assert (
        dict(ours)["on_epoch_end"]
        == dict(ours)["on_train_end"]
        == {*("loss", "accuracy", "val_loss", "val_accuracy")}
    )

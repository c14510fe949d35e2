"""Builds and trains a port in float64."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest import mock

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.parity.model import inputs
from tf_edureka.parity.model.evaluation import Arrays, Batch
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.noise.run_in_float64 import NotInFloat64
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer

FLOAT64 = "float64"


def losses(
    port: KerasPort, build: Callable[[], Any], start: Arrays, batches: Iterable[Batch]
) -> list[float]:
    """Trains a port in float64 on consecutive batches.

    Args:
        port: the port in float32, for which `choose_feeding` has been called.
        build: returns the compiled model.
        start: the original's variables before the first step, by name, float64, any shape.
        batches: the recorded batch of each step.

    Returns:
        the loss of each batch.

    Raises:
        NotInFloat64: if the port cannot be built in float64, raises, or casts to float32 itself.
    """
    found: list[float] = []
    with _float64() as downcast:
        try:
            double = None
            for batch in batches:
                if double is None:
                    double = _built(port, build, batch)
                    double.load(start)
                    double.reset_optimizer(0)
                    downcast.clear()
                found.append(double.train(batch))
                if downcast:
                    raise NotInFloat64("the port itself casts to float32")
        except NotInFloat64:
            raise
        except (Exception, SystemExit) as error:  # the user's code may raise anything
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise NotInFloat64(f"the port cannot be trained in float64 ({reason})") from None
    return found


def _built(port: KerasPort, build: Callable[[], Any], batch: Batch) -> KerasPort:
    model = build()
    if not model.built or not model.variables:
        inputs.build(model, batch.examples)
    shapes = [[one.shape for one in each.variables] for each in (model, port.model)]
    if shapes[0] != shapes[1]:
        raise NotInFloat64("the port has other variables when it is built a second time")
    single = [one.path for one in model.variables if one.dtype == "float32"]
    if single:
        raise NotInFloat64(f"the port itself makes {single[0]} in float32")
    return port.with_model(model)


@contextlib.contextmanager
def _float64() -> Iterator[list[Any]]:
    """Makes float64 the default of Keras and TensorFlow inside the block.

    Python's floats keep their value: Keras converts many of them to float32 first, and so do the
    optimizers of `tf1`, as TensorFlow 1 did.

    Yields:
        a list that collects the float64 tensors that are cast to float32.
    """
    downcast: list[Any] = []
    cast, convert, make = tf.cast, tf.convert_to_tensor, RawOpOptimizer.__init__
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()

    def casting(x: Any, dtype: Any, name: str | None = None) -> Any:
        if getattr(x, "dtype", None) == tf.float64 and tf.as_dtype(dtype) == tf.float32:
            downcast.append(x)
        return cast(converting(x), dtype, name)

    def converting(value: Any, dtype: Any = None, *rest: Any, **named: Any) -> Any:
        if dtype is None and isinstance(value, float):
            dtype = tf.float64
        return convert(value, dtype, *rest, **named)

    def leaking(x: Any, alpha: float = 0.2, name: str | None = None) -> Any:
        return tf.where(x > 0, x, alpha * x)

    def making(optimizer: RawOpOptimizer, rate: Any, *, dtype: str, **named: Any) -> None:
        make(optimizer, rate, dtype=FLOAT64, **named)

    keras.config.set_floatx(FLOAT64)
    keras.config.set_dtype_policy(FLOAT64)
    try:
        with (
            mock.patch.multiple(tf, cast=casting, convert_to_tensor=converting),
            mock.patch.object(tf.nn, "leaky_relu", leaking),
            mock.patch.object(RawOpOptimizer, "__init__", making),
        ):
            yield downcast
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)

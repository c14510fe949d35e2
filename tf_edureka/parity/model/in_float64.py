"""A port built and trained in float64."""

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
from tf_edureka.tf1.optimizers.by_op import ByOp

FLOAT64 = "float64"


def losses(
    port: KerasPort, build: Callable[[], Any], start: Arrays, batches: Iterable[Batch]
) -> list[float]:
    """The losses of a port that trains in float64, from one batch to the next.

    Args:
        port: the same in float32, of which it is known how it is fed.
        build: makes the compiled model.
        start: the original's variables before the first step, by name, float64.
        batches: what each step is given.

    Returns:
        a loss for each of the batches.

    Raises:
        NotInFloat64: when it cannot be built so, raises, or computes in float32 by itself.
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
                    raise NotInFloat64("the port casts to float32 by itself")
        except NotInFloat64:
            raise
        except (Exception, SystemExit) as error:  # a port may raise anything
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise NotInFloat64(f"the port cannot be trained in float64 ({reason})") from None
    return found


def _built(port: KerasPort, build: Callable[[], Any], batch: Batch) -> KerasPort:
    model = build()
    if not model.built or not model.variables:
        inputs.build(model, batch.examples)
    shapes = [[one.shape for one in each.variables] for each in (model, port.model)]
    if shapes[0] != shapes[1]:
        raise NotInFloat64("the port has other variables when it is built again")
    single = [one.path for one in model.variables if one.dtype == "float32"]
    if single:
        raise NotInFloat64(f"the port has {single[0]} in float32 by itself")
    return port.with_model(model)


@contextlib.contextmanager
def _float64() -> Iterator[list[Any]]:
    """Has what is made in the block be float64, and Python's numbers keep the value that they have.

    Keras makes float32 of many of them before it makes float64 of that, and so do the optimizers of
    `tf1`, since TensorFlow 1 did.

    Yields:
        the float64 tensors that are cast to float32.
    """
    downcast: list[Any] = []
    cast, convert, make = tf.cast, tf.convert_to_tensor, ByOp.__init__
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

    def making(optimizer: ByOp, rate: Any, *, dtype: str, **named: Any) -> None:
        make(optimizer, rate, dtype=FLOAT64, **named)

    keras.config.set_floatx(FLOAT64)
    keras.config.set_dtype_policy(FLOAT64)
    try:
        with (
            mock.patch.multiple(tf, cast=casting, convert_to_tensor=converting),
            mock.patch.object(tf.nn, "leaky_relu", leaking),
            mock.patch.object(ByOp, "__init__", making),
        ):
            yield downcast
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)

"""The free run in float64, where rounding starts at 1e-16."""

from collections.abc import Callable
from typing import Any

from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.model import in_float64
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.noise import run_in_float64
from tf_edureka.parity.noise.run_in_float64 import NotInFloat64
from tf_edureka.parity.rungs.items import run_of
from tf_edureka.trace import Trace


def climb(
    trace: Trace, training: int, port: KerasPort, build: Callable[[], Any] | None
) -> PortRung:
    """The losses of original and port, both from the recorded start in float64.

    Args:
        trace: of the original.
        training: place of its training.
        port: in float32.
        build: makes its model again; None if that is not known.

    Raises:
        NotInFloat64: when one of them cannot be computed so.
    """
    if build is None:
        raise NotInFloat64("the port was given as a model, not as a function that makes it")
    original = run_in_float64.run_training(trace, training)
    batches = (run_in_float64.batch(trace, one) for one in original.steps)
    losses = in_float64.losses(port, build, original.start, batches)
    return run_of(
        original.losses, losses, original.limits, how="in a row, in float64", why=original.why
    )

"""The free run in float64, where rounding starts at 1e-16."""

from collections.abc import Callable
from typing import Any

from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.model import in_float64
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.noise import run_in_float64
from tf_edureka.parity.noise.run_in_float64 import NotInFloat64
from tf_edureka.parity.rungs.items import free_run_rung
from tf_edureka.trace import Trace


def climb(
    trace: Trace, training: int, port: KerasPort, build: Callable[[], Any] | None
) -> PortRung:
    """Compares the losses of original and port in float64, both from the recorded start.

    Args:
        trace: recorded run.
        training: index of the training in the trace.
        port: the port in float32.
        build: function that builds the model again; None if the port was given as a model.

    Raises:
        NotInFloat64: if one of them cannot be computed in float64.
    """
    if build is None:
        raise NotInFloat64("the port was given as a model, not as a function that builds one")
    original = run_in_float64.run_training(trace, training)
    batches = (run_in_float64.batch(trace, one) for one in original.steps)
    losses = in_float64.losses(port, build, original.start, batches)
    return free_run_rung(
        original.losses, losses, original.limits, how=" in float64", why=original.why
    )

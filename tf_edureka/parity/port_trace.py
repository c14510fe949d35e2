"""A recorded run with which ports are compared."""

import importlib.util
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from tf_edureka import trace
from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.parity.certificate.port_ladder import (
    PortLadder,
    PortRung,
    run_facts,
    training_name,
)
from tf_edureka.parity.functions import Functions
from tf_edureka.parity.rungs.items import skipped

# Rungs that depend on the random numbers of a step.
_USE_RANDOM_NUMBERS = ("forward pass", "loss", "gradients", "re-anchored steps", "free run")
_VERSION_LABELS = {
    **{"python": "Python", "numpy": "NumPy", "tensorflow": "TensorFlow"},
    "names": "names of TensorFlow",
}


class Trace(trace.Trace):
    """A recorded run of a TensorFlow 1 script, with which ports are compared.

    Args:
        folder: folder written by `--record`.

    Raises:
        InputError: if the folder has no trace, or the trace is damaged or of another version.

    Example:
        The recorded script fits y = x w by gradient descent at the rate 0.125:

        >>> import keras
        >>> from tf_edureka import parity
        >>> def build(rate=0.125):
        ...     layer = keras.layers.Dense(1, use_bias=False)
        ...     model = keras.Sequential([keras.Input((3,)), layer])
        ...     model.compile(keras.optimizers.SGD(rate), "mse")
        ...     return model
        >>> trace = parity.Trace("traces/old")
        >>> trace.climb(build).passed
        True
        >>> print(trace.climb(lambda: build(rate=0.25)).verdict)
        First rung that fails: optimizer (first difference in step 0, in w). Probable cause:
        learning_rate.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the trained weights, in the order in which `Functions` receive them."""
        return self.trainings[0].weights if self.trainings else ()

    def climb(
        self,
        port: Any,
        *,
        batches: Iterable[Any] | None = None,
        given: Mapping[str, str] | None = None,
        name: str = "",
    ) -> PortLadder:
        """Compares a port with the run, rung by rung, and names the causes of failures.

        Args:
            port: compiled Keras model, `Functions`, or a function without arguments that returns
                one of them.
            batches: batches of the port, step by step, each an array, or a tuple or dict of arrays;
                None to skip their comparison.
            given: names of the port's variables by name of the original ones, for variables that
                cannot be matched automatically.
            name: name of the port in the certificate; by default that of the function or class.

        Returns:
            the ladder.

        Raises:
            InputError: if `port` is none of these, its functions raise, or its losses or gradients
                are invalid.
        """
        from tf_edureka import runtime
        from tf_edureka.parity.rungs.functions_climb import FunctionsClimb
        from tf_edureka.parity.rungs.keras_climb import KerasClimb

        is_made = isinstance(port, Functions | keras.Model) or not callable(port)
        built = port if is_made else port()
        _expect_graph(self)
        notes: tuple[str, ...] = ()
        with runtime.tf32(False):
            climb: FunctionsClimb | KerasClimb
            if isinstance(built, Functions):
                climb = FunctionsClimb(self, built)
                rungs = (*climb.rungs(batches),)
                rows = climb.mapping
            else:
                _expect_compiled(built)
                climb = KerasClimb(self, built, given or {}, None if is_made else port)
                rungs = (*climb.rungs(batches),)
                rows = (*climb.found.table(),)
                notes = (*climb.notes,)
        return PortLadder(
            rungs=(*(_skipped_if_irreproducible(self.manifest, one) for one in rungs),),
            trace=self.folder.name,
            port=name or getattr(port, "__qualname__", type(port).__name__),
            script=str(self.manifest.get("script", {}).get("name", "the script")),
            versions={
                **{
                    f"recorded with {_VERSION_LABELS.get(key, key)}": str(value)
                    for key, value in self.manifest.get("versions", {}).items()
                },
                "Python": platform.python_version(),
                "TensorFlow": tf.__version__,
                "NumPy": np.__version__,
            },
            mapping=rows,
            ran=run_facts(self.manifest),
            notes=(*map(str, self.manifest.get("notes", [])), *notes),
            training=training_name(self.manifest, climb.training),
        )


def _skipped_if_irreproducible(manifest: Mapping[str, Any], rung: PortRung) -> PortRung:
    """Skips a failed rung if the original sampled random numbers that were not recorded."""
    hidden = [one["name"] for one in manifest.get("random_ops", []) if one.get("hidden")]
    if rung.passed is not False or rung.rung not in _USE_RANDOM_NUMBERS or not hidden:
        return rung
    why = f"the outputs of random ops in loops are not recorded ({', '.join(hidden)})"
    return skipped(rung.rung, f"{why}, so the loss cannot be recomputed")


def _expect_graph(recorded: trace.Trace) -> None:
    """Checks that the graph, if there is one, is readable; later it would be ignored silently."""
    content = recorded.graph()
    try:
        is_graph = content is None or tf.compat.v1.GraphDef.FromString(content).node
    except DecodeError:
        is_graph = False
    if not is_graph:
        raise InputError(
            f"{recorded.folder}: the recorded graph is damaged; record the script again"
        )


def load(text: str) -> tuple[Callable[[], Any], Callable[[], Iterable[Any]] | None]:
    """Imports the functions that build a port and, if there is one, its batches.

    Args:
        text: file and function, `port.py:build`.

    Raises:
        InputError: if the file or function does not exist, or the file raises.
    """
    file, _, name = text.rpartition(":")
    path = Path(file)
    if not file or not name:
        raise InputError(f"expected a file and a function, such as port.py:build, got {text!r}")
    if not path.is_file():
        raise InputError(f"{path}: expected a Python file, but it does not exist")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: expected a Python file, its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise InputError(f"{path}: cannot be run ({type(error).__name__}: {error})") from error
    build = getattr(module, name, None)
    if not callable(build):
        got = "none" if build is None else type(build).__name__
        raise InputError(f"{path}: expected a function {name!r}, got {got}")
    return build, getattr(module, "batches", None)


def _expect_compiled(model: Any) -> None:
    """Checks that the port is a compiled Keras model.

    Raises:
        InputError: if it is not.
    """
    if not isinstance(model, keras.Model):
        raise InputError(
            "expected a compiled Keras model or parity.Functions, got "
            f"{type(model).__module__}.{type(model).__qualname__}"
        )
    if getattr(model, "optimizer", None) is None or not model.compiled:
        raise InputError(
            "expected a compiled model; call model.compile(optimizer, loss) before returning it"
        )

"""A recorded run that ports are proved against."""

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
from tf_edureka.parity.certificate.port_ladder import PortLadder, PortRung, run_facts
from tf_edureka.parity.functions import Functions
from tf_edureka.parity.rungs.items import skipped

# What depends on the random numbers of a step.
_USE_RANDOM_NUMBERS = ("forward pass", "loss", "gradients", "re-anchored steps", "free run")
_VERSION_LABELS = {
    **{"python": "Python", "numpy": "NumPy", "tensorflow": "TensorFlow"},
    "names": "the names of TensorFlow",
}


class Trace(trace.Trace):
    """A run of a TensorFlow 1 script that `--record` wrote.

    Args:
        folder: of the trace.

    Raises:
        InputError: when there is no trace, it is damaged, or it is of another version.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the weights that are trained, in the order in which `Functions` get them."""
        return self.trainings[0].weights if self.trainings else ()

    def climb(
        self,
        port: Any,
        *,
        batches: Iterable[Any] | None = None,
        given: Mapping[str, str] | None = None,
        name: str = "",
    ) -> PortLadder:
        """Compares a port with the run, rung by rung, and looks for the cause of what fails.

        Args:
            port: a compiled Keras model, `Functions`, or a function without arguments that gives
                one of them.
            batches: the port's own, step by step: an array, or a tuple or dict of arrays; None to
                leave them out.
            given: by the name of an old variable the path of the new one, where it is not found.
            name: what the certificate calls the port.

        Returns:
            the ladder.

        Raises:
            InputError: when the port is none, or gives what no loss or gradient can be.
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
        )


def _skipped_if_irreproducible(manifest: Mapping[str, Any], rung: PortRung) -> PortRung:
    """The rung; skipped if it fails for want, perhaps, of random numbers that no port can get."""
    hidden = [one["name"] for one in manifest.get("random_ops", []) if one.get("hidden")]
    if rung.passed is not False or rung.rung not in _USE_RANDOM_NUMBERS or not hidden:
        return rung
    why = f"what random ops in loops gave was not recorded ({', '.join(hidden)})"
    return skipped(rung.rung, f"{why}, so the loss cannot be computed again")


def _expect_graph(recorded: trace.Trace) -> None:
    """Expects the graph to be one, if there is any: else nothing would say why it is not used."""
    content = recorded.graph()
    try:
        is_graph = content is None or tf.compat.v1.GraphDef.FromString(content).node
    except DecodeError:
        is_graph = False
    if not is_graph:
        raise InputError(
            f"{recorded.folder}: expected the graph as it was recorded, got a damaged one"
        )


def load(text: str) -> tuple[Callable[[], Any], Callable[[], Iterable[Any]] | None]:
    """The functions that make a port and, if it has one, its batches.

    Args:
        text: as of the command line: `port.py:build`.

    Raises:
        InputError: when there is no such file or function, or the file raises.
    """
    file, _, name = text.rpartition(":")
    path = Path(file)
    if not file or not name:
        raise InputError(f"expected a file and a function, as in port.py:build, got {text!r}")
    if not path.is_file():
        raise InputError(f"{path}: expected a Python file, got none")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: expected a Python file, got another one")
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
    """Expects a compiled Keras model.

    Raises:
        InputError: when it is something else.
    """
    if not isinstance(model, keras.Model):
        raise InputError(
            "expected a compiled Keras model or parity.Functions, got "
            f"{type(model).__module__}.{type(model).__qualname__}"
        )
    if getattr(model, "optimizer", None) is None or not model.compiled:
        raise InputError(
            "expected a compiled model, got one without: model.compile(optimizer, loss)"
        )

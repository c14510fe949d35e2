"""Builds `trace.json`, the manifest of a trace."""

import contextlib
import dataclasses
import hashlib
import importlib
import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka import trace
from tf_edureka.runner.record import optimizers, variables
from tf_edureka.runner.record.options import Options
from tf_edureka.runner.record.plan import Part, Plan
from tf_edureka.runner.record.updates import preference
from tf_edureka.trace import short


class Manifest:
    """The content of `trace.json`.

    Args:
        writer: writer of the trace.
        options: recording options.
        name: file name of the script.
        source: source code of the script.
        arguments: command-line arguments of the script.

    Attributes:
        notes: notes for readers of the trace.
        variables: entries of the variables, by name.
    """

    def __init__(
        self,
        writer: trace.Writer,
        options: Options,
        *,
        name: str,
        source: bytes,
        arguments: Sequence[str],
    ) -> None:
        self._writer = writer
        self.notes: list[str] = []
        self.variables: dict[str, dict[str, Any]] = {}
        self._evaluations: list[dict[str, Any]] = []
        self._ops: set[str] = set()  # names of the ops in the stored graph
        self._trainings: list[dict[str, Any]] = []
        self._random: dict[str, dict[str, Any]] = {}
        self._inputs: dict[str, dict[str, Any]] = {}
        self._content: dict[str, Any] = {
            "script": {
                "name": os.path.basename(name),
                "sha256": hashlib.sha256(source).hexdigest(),
                "arguments": [*arguments],
            },
            "versions": _versions(),
            "threads": {"cores": os.cpu_count(), "inter": 0, "intra": 0},
            "graph_seed": None,
            "record_steps": options.steps.text if options.steps else None,
            "precision": "float32",
        }
        if options.every_step:
            self._content["float64"] = True
        self.ended: str | None = None

    def note(self, text: str) -> None:
        """Adds a note for readers of the trace, unless it is there already."""
        if text not in self.notes:
            self.notes.append(text)

    def add_session(self, session: Any) -> None:
        """Adds the graph, its seed and the thread settings, known at the first training step."""
        graph = session.graph
        config = getattr(session, "_config", None)
        self._content["graph_seed"] = graph.seed
        self._content["threads"] |= {
            "inter": getattr(config, "inter_op_parallelism_threads", 0),
            "intra": getattr(config, "intra_op_parallelism_threads", 0),
        }
        self._add_graph(graph)

    def _add_graph(self, graph: Any) -> None:
        self._ops = {op.name for op in graph.get_operations()}
        for op in graph.get_operations():
            if variables.is_random(op):
                self._random[op.name] = {"name": op.name, **variables.random_op(op)}
        self._writer.graph(graph.as_graph_def().SerializeToString())

    def add_evaluations(self, found: list[dict[str, Any]], graph: Any) -> None:
        """Adds the last evaluations of a session, if any, and their graph."""
        if found:
            self._evaluations = found
            names = {name.partition(":")[0] for one in found for name in one["scalars"]}
            if not names <= self._ops:  # created after the first step
                self._add_graph(graph)

    def add_variable(self, variable: Any, value: Any) -> None:
        """Adds a variable with the shape and dtype of its first value."""
        self.variables[variable.op.name] = dataclasses.asdict(
            trace.Variable(
                name=variable.op.name,
                shape=value.shape,
                dtype=value.dtype.name,
                initializer=variables.initializer(variable),
            )
        )

    def add_training(self, plan: Plan, part: Part) -> int:
        """Adds a training and returns its index."""
        given = _optimizer(part)
        self._trainings.append(
            dataclasses.asdict(
                trace.Training(
                    loss=short(part.call.losses[0].name),
                    weights=tuple(weight.name for weight in part.call.weights),
                    optimizer=given["optimizer"],
                    attributes=given["attributes"],
                    hyper={name: short(tensor) for name, tensor in given["hyper"].items()},
                    slots=given["slots"],
                    clipping=plan.clipping(part),
                    tensors=tuple(
                        short(one.name) for one in plan.forward(part, frozenset()).tensors
                    ),
                    run=tuple(plan.run(part)),
                )
            )
        )
        for text in plan.remarks(part):
            self.note(text)
        return len(self._trainings) - 1

    def add_inputs(self, plan: Plan) -> bool:
        """Adds the inputs of a run; returns True if one of them is new."""
        for name in plan.hidden_random:
            self._random.get(name, {})["hidden"] = True
        known = len(self._inputs)
        for tensor, kind in (*((one, "placeholder") for one in plan.fed), *plan.inputs.items()):
            shape = tensor.shape.as_list() if tensor.shape.ndims is not None else None
            entry = {"kind": kind, "dtype": tensor.dtype.base_dtype.name, "shape": shape}
            name = short(tensor.name)
            self._inputs.setdefault(name, {"name": name, **entry})
        return len(self._inputs) > known

    def write(self) -> None:
        """Writes `trace.json`."""
        content = {
            **self._content,
            "variables": [*self.variables.values()],
            "trainings": self._trainings,
            "evaluations": self._evaluations,
            "random_ops": [*self._random.values()],
            "inputs": [*self._inputs.values()],
            "notes": self.notes,
            "ended": self.ended,
        }
        with contextlib.suppress(OSError):  # on a full disk the previous one stays
            self._writer.manifest(content)


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "tensorflow": importlib.metadata.version("tensorflow"),
        "names": str(importlib.import_module("tensorflow").__version__),  # 1.15.5
    }


def _optimizer(part: Part) -> Mapping[str, Any]:
    """Returns kind, attributes, scalars and slots of the optimizer."""
    written = sorted(part.updates.writes.items(), key=lambda one: preference(one[1]))
    first = written[0][1]
    slots: dict[str, dict[str, str]] = {}
    for weight, write in written:
        if write.kind == first.kind:
            for name, variable in write.slots.items():
                if variable is not None:
                    slots.setdefault(name, {})[weight.name] = variable.name
    optimizer = part.call.optimizer
    made = optimizers.attributes(optimizer) if optimizer is not None and not first.kind else {}
    return {
        "optimizer": first.kind,
        "attributes": {**first.attributes, **made},
        "hyper": {name: one.name for name, one in {**first.scalars, **part.scalars}.items()},
        "slots": slots,
    }

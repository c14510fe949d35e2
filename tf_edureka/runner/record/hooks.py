"""Installs the recorder in TensorFlow's sessions."""

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tf_edureka.runner.record import gradients, session_state
from tf_edureka.runner.record.plan import Plan
from tf_edureka.runner.record.recorder import Recorder
from tf_edureka.runner.record.script_run import Capture, ScriptRun
from tf_edureka.runner.wrapped import wrap

_MAX_PLANS = 1000
_ATTRIBUTE = "_tf_edureka_plans"


class Hooks:
    """Passes the session runs of a script to a recorder.

    Args:
        recorder: recorder of the runs.

    Attributes:
        recorder: recorder of the runs.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        module = importlib.import_module("tensorflow.python.client.session")
        self._session = module.BaseSession
        self._do_run = self._session._do_run
        self._undo = [
            *gradients.install(self.recorder.failed),
            wrap(self._session, "_do_run", self._hook_do_run),
            wrap(self._session, "make_callable", self._hook_make_callable),
            wrap(self._session, "close", self._hook_close),
            wrap(self._session._Callable, "__init__", self._hook_callable_init),
            wrap(self._session._Callable, "__call__", self._hook_callable_call),
        ]

    def undo(self) -> None:
        """Restores TensorFlow's own functions."""
        for undo in reversed(self._undo):
            undo()

    def guarded(self, call: Callable[[], Any]) -> Any:
        """Calls the recorder; if the `call` fails, the script continues unrecorded."""
        try:
            return call()
        except Exception as error:
            self.recorder.failed(error)
            return None

    def _run_in(self, session: Any) -> Callable[[Sequence[Any], Mapping[Any, Any]], list[Any]]:
        def run(tensors: Sequence[Any], fed: Mapping[Any, Any]) -> list[Any]:
            # TensorFlow cannot fetch a tensor that is fed.
            fetched = [tensor for tensor in tensors if tensor not in fed]
            references = {tensor.ref(): value for tensor, value in fed.items()}
            values = (
                self._do_run(session, None, [], fetched, references, None, None) if fetched else []
            )
            known = {**fed, **dict(zip(fetched, values, strict=True))}
            return [known[tensor] for tensor in tensors]

        return run

    def _plan(
        self,
        graph: Any,
        roots: Sequence[Any],
        fed: Sequence[Any],
        connections: Sequence[tuple[Any, Any]] = (),
    ) -> Plan | None:
        """Returns the plan of a run; None in a graph without gradients."""
        calls = gradients.calls(graph)
        if not calls:
            return None
        plans = getattr(graph, _ATTRIBUTE, None)
        if plans is None:
            plans = {}
            setattr(graph, _ATTRIBUTE, plans)
        pairs = tuple(id(one) for pair in connections for one in pair)
        key = (tuple(map(id, roots)), tuple(map(id, fed)), pairs, len(calls))
        if key not in plans:
            if len(plans) >= _MAX_PLANS:
                plans.clear()
            # Kept with the objects of its key, so that no other object gets one of these ids.
            plans[key] = Plan(roots, fed, calls, connections), [*roots, *fed, *connections]
        return plans[key][0]

    def _hook_do_run(
        self,
        original: Any,
        session: Any,
        handle: Any,
        targets: Sequence[Any],
        fetches: Sequence[Any],
        fed: Mapping[Any, Any],
        *rest: Any,
    ) -> Any:
        """Replaces `BaseSession._do_run`."""
        if self.recorder.is_on and handle is not None and gradients.calls(session.graph):
            self.recorder.partial_run(session)
        if not self.recorder.is_on or handle is not None:
            return original(session, handle, targets, fetches, fed, *rest)

        def own(extra: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
            values = original(session, handle, targets, [*fetches, *extra], fed, *rest)
            return values[: len(fetches)], values

        def planned() -> tuple[Plan | None, Sequence[Any], Sequence[Any]]:
            tensors = [reference.deref() for reference in fed]
            plan = self._plan(session.graph, [*fetches, *targets], tensors)
            return plan, fetches, [*fed.values()]

        return self._run_recorded(session, planned, own)

    def _run_recorded(
        self,
        session: Any,
        planned: Callable[[], tuple[Plan | None, Sequence[Any], Sequence[Any]]],
        own: Callable[[Sequence[Any]], tuple[Any, Sequence[Any]]],
    ) -> Any:
        """Executes the script's own run, and records the steps or metrics in it.

        Args:
            session: session of the run.
            planned: returns the plan, the script's fetches and the values that it feeds.
            own: executes the run with extra fetches; returns the script's result and all values.
        """

        def begin() -> tuple[ScriptRun, Capture] | None:
            plan, fetches, fed = planned()
            if plan is None:
                return None
            if plan.written and not plan.parts:
                self.recorder.variables_changed(session, plan)
            if not (plan.parts or plan.metrics):
                return None
            script_run = ScriptRun(session, plan, fetches, fed, self._run_in(session))
            capture = self.recorder.begin(script_run)
            return (script_run, capture) if capture else None

        step = self.guarded(begin)
        if step is None:
            return own(())[0]
        script_run, capture = step
        result, values = own(capture.extra)
        self.guarded(lambda: self.recorder.end(script_run, capture, values))
        return result

    def _hook_make_callable(
        self,
        original: Any,
        session: Any,
        fetches: Any,
        feed_list: Any = None,
        *rest: Any,
        **named: Any,
    ) -> Any:
        """Replaces `BaseSession.make_callable`; in a graph with gradients it calls `run`."""
        made = original(session, fetches, feed_list, *rest, **named)
        if not self.recorder.is_on or feed_list is not None:
            return made

        def call(*given: Any, **options: Any) -> Any:
            if not self.recorder.is_on or not gradients.calls(session.graph):
                return made(*given, **options)
            return session.run(fetches, None, *given, **options)

        return call

    def _hook_close(self, original: Any, session: Any) -> Any:
        """Replaces `BaseSession.close`."""
        if self.recorder.is_on:
            self.guarded(lambda: self.recorder.session_closing(session, self._run_in(session)))
        return original(session)

    def close_all(self) -> None:
        """Records the last values of the sessions that are still open."""
        for session in session_state.sessions():
            if not session._closed:
                close = functools.partial(
                    self.recorder.session_closing, session, self._run_in(session)
                )
                self.guarded(close)

    def _hook_callable_init(self, original: Any, made: Any, session: Any, options: Any) -> None:
        """Replaces `_Callable.__init__`."""
        original(made, session, options)
        made._tf_edureka = options, {}

    def _hook_callable_call(self, original: Any, made: Any, *given: Any, **named: Any) -> Any:
        """Replaces `_Callable.__call__`, which Keras uses."""
        if not self.recorder.is_on or not gradients.calls(made._session.graph):
            return original(made, *given, **named)
        options, others = made._tf_edureka
        session, graph = made._session, made._session.graph
        tensor = graph.get_tensor_by_name

        def planned() -> tuple[Plan | None, Sequence[Any], Sequence[Any]]:
            fetches = [tensor(name) for name in options.fetch]
            fed = [tensor(name) for name in options.feed]
            targets = [graph.as_graph_element(name) for name in options.target]
            pairs = [
                (tensor(one.from_tensor), tensor(one.to_tensor))
                for one in options.tensor_connection
            ]
            return self._plan(graph, [*fetches, *targets], fed, pairs), fetches, given

        def own(extra: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
            if not extra:
                values = original(made, *given, **named)
                return values, values
            key = tuple(one.name for one in extra)
            if key not in others:
                longer = type(options)()
                longer.CopyFrom(options)
                longer.fetch.extend(key)
                others[key] = session._make_callable_from_options(longer)
            values = original(others[key], *given, **named)
            return values[: len(options.fetch)], values

        return self._run_recorded(session, planned, own)

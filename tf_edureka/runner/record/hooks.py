"""Puts the recorder into TensorFlow's sessions."""

import atexit
import functools
import importlib
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tf_edureka import trace
from tf_edureka.runner.record import gradients
from tf_edureka.runner.record.asked import Asked, Begun
from tf_edureka.runner.record.manifest import Manifest
from tf_edureka.runner.record.options import Options
from tf_edureka.runner.record.plan import Plan
from tf_edureka.runner.record.recorder import Recorder
from tf_edureka.runner.wrapped import wrap

_MOST_PLANS = 1000
_ATTRIBUTE = "_tf_edureka_plans"


class Hooks:
    """Lets a recorder see what a script's sessions run.

    Args:
        recorder: that writes it down.

    Attributes:
        recorder: the same.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._inside = threading.local()  # runs of the recorder's own
        self._sessions: weakref.WeakSet[Any] = weakref.WeakSet()
        module = importlib.import_module("tensorflow.python.client.session")
        self._session = module.BaseSession
        self._do_run = self._session._do_run
        wrap(self._session, "_do_run", self._running)
        wrap(self._session, "make_callable", self._making)
        wrap(self._session, "close", self._closing)
        wrap(self._session._Callable, "__init__", self._calling_begins)
        wrap(self._session._Callable, "__call__", self._calling)

    def _is_idle(self) -> bool:
        return not self.recorder.is_on or getattr(self._inside, "yes", False)

    def guarded(self, call: Callable[[], Any]) -> Any:
        """What a `call` of the recorder's gives; if it fails, the script goes on unrecorded."""
        self._inside.yes = True
        try:
            return call()
        except Exception as error:
            self.recorder.failed(error)
            return None
        finally:
            self._inside.yes = False

    def _run_in(self, session: Any) -> Callable[[Sequence[Any], Mapping[Any, Any]], list[Any]]:
        def run(tensors: Sequence[Any], fed: Mapping[Any, Any]) -> list[Any]:
            asked = [tensor for tensor in tensors if tensor not in fed]  # it is one or the other
            references = {tensor.ref(): value for tensor, value in fed.items()}
            values = self._do_run(session, None, [], asked, references, None, None) if asked else []
            known = {**fed, **dict(zip(asked, values, strict=True))}
            return [known[tensor] for tensor in tensors]

        return run

    def _plan(
        self,
        graph: Any,
        roots: Sequence[Any],
        fed: Sequence[Any],
        connections: Sequence[tuple[Any, Any]] = (),
    ) -> Plan | None:
        """The plan of a run; None if it is no matter of the recorder's."""
        noted = gradients.notes(graph)
        if not noted:
            return None
        if not hasattr(graph, _ATTRIBUTE):
            setattr(graph, _ATTRIBUTE, {})
        plans = getattr(graph, _ATTRIBUTE)
        pairs = tuple(id(one) for pair in connections for one in pair)
        key = (tuple(map(id, roots)), tuple(map(id, fed)), pairs, len(noted))
        if key not in plans:
            if len(plans) >= _MOST_PLANS:
                plans.clear()
            # With what it is known by, so that no other object gets one of these ids.
            plans[key] = Plan(roots, fed, noted, connections), [*roots, *fed, *connections]
        return plans[key][0]

    def _running(
        self,
        original: Any,
        session: Any,
        handle: Any,
        targets: Sequence[Any],
        fetches: Sequence[Any],
        fed: Mapping[Any, Any],
        *rest: Any,
    ) -> Any:
        """Instead of `BaseSession._do_run`."""
        if self._is_idle() or handle is not None:
            return original(session, handle, targets, fetches, fed, *rest)

        def own(extra: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
            values = original(session, handle, targets, [*fetches, *extra], fed, *rest)
            return values[: len(fetches)], values

        def planned() -> Plan | None:
            tensors = [reference.deref() for reference in fed]
            return self._plan(session.graph, [*fetches, *targets], tensors)

        def by_tensor() -> Mapping[Any, Any]:
            return {reference.deref(): value for reference, value in fed.items()}

        return self._take(session, self.guarded(planned), fetches, by_tensor, own)

    def _take(
        self,
        session: Any,
        plan: Plan | None,
        fetches: Sequence[Any],
        fed: Callable[[], Mapping[Any, Any]],
        own: Callable[[Sequence[Any]], tuple[Any, Sequence[Any]]],
    ) -> Any:
        """Takes the script's own run, and lets the recorder see the steps or metrics in it."""
        if plan is not None and plan.written and not plan.parts:
            self.guarded(lambda: self.recorder.changed(session, plan))
        if plan is None or not (plan.parts or plan.metrics):
            return own(())[0]
        self._sessions.add(session)
        asked: Asked | None = None

        def begin() -> Begun | None:
            nonlocal asked
            asked = Asked(session, plan, fetches, fed(), self._run_in(session))
            return self.recorder.begin(asked)

        begun = self.guarded(begin)
        result, values = own(begun.extra if begun else ())
        if begun and asked:
            self.guarded(lambda: self.recorder.end(asked, begun, values))
        return result

    def _making(
        self,
        original: Any,
        session: Any,
        fetches: Any,
        feed_list: Any = None,
        *rest: Any,
        **named: Any,
    ) -> Any:
        """Instead of `BaseSession.make_callable`: one of a training goes through `run`."""
        made = original(session, fetches, feed_list, *rest, **named)
        if self._is_idle() or feed_list is not None:
            return made

        def call(*given: Any, **options: Any) -> Any:
            if self._is_idle() or not gradients.notes(session.graph):
                return made(*given, **options)
            return session.run(fetches, None, *given, **options)

        return call

    def _closing(self, original: Any, session: Any) -> Any:
        """Instead of `BaseSession.close`."""
        if not self._is_idle() and session in self._sessions:
            self._sessions.discard(session)
            self.guarded(lambda: self.recorder.closing(session, self._run_in(session)))
        return original(session)

    def close_all(self) -> None:
        """Takes in the last values in the sessions that are still open."""
        for session in [*self._sessions]:
            if not session._closed:
                self._sessions.discard(session)
                close = functools.partial(self.recorder.closing, session, self._run_in(session))
                self.guarded(close)

    def _calling_begins(self, original: Any, made: Any, session: Any, options: Any) -> None:
        """Instead of `_Callable.__init__`."""
        original(made, session, options)
        made._tf_edureka = [options, {}, None]

    def _calling(self, original: Any, made: Any, *given: Any, **named: Any) -> Any:
        """Instead of `_Callable.__call__`, by which Keras runs."""
        if self._is_idle() or not gradients.notes(made._session.graph):
            return original(made, *given, **named)
        options, others, _ = made._tf_edureka
        session, graph = made._session, made._session.graph
        tensor = graph.get_tensor_by_name
        fetches: list[Any] = []
        fed: list[Any] = []

        def planned() -> Plan | None:
            fetches[:] = [tensor(name) for name in options.fetch]
            fed[:] = [tensor(name) for name in options.feed]
            targets = [graph.as_graph_element(name) for name in options.target]
            pairs = [
                (tensor(one.from_tensor), tensor(one.to_tensor))
                for one in options.tensor_connection
            ]
            return self._plan(graph, [*fetches, *targets], fed, pairs)

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

        plan = self.guarded(planned)
        return self._take(session, plan, fetches, lambda: dict(zip(fed, given, strict=True)), own)


_hooks: Hooks | None = None
_ended = "complete"


def begin(options: Options, *, name: str, source: bytes, arguments: Sequence[str]) -> None:
    """From now on this process, which is one of TensorFlow 1, is recorded.

    Args:
        options: what is to be recorded.
        name: of the script.
        source: of it.
        arguments: of it.

    Raises:
        InputError: when the folder cannot be written, or has other files in it.
    """
    global _hooks
    writer = trace.Writer(options.folder, options.megabytes * 1e6)
    manifest = Manifest(writer, options, name=name, source=source, arguments=arguments)
    gradients.begin(failed)
    _hooks = Hooks(Recorder(writer, options, manifest))
    atexit.register(_end)


def ended_by(error: BaseException) -> None:
    """Takes in what ended the script."""
    global _ended
    is_usual = isinstance(error, SystemExit) and error.code in (None, 0)
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    _ended = "complete" if is_usual else text.splitlines()[0]


def failed(error: Exception) -> None:
    """Stops recording, since it raised an `error`."""
    if _hooks is not None:
        _hooks.recorder.failed(error)


def _end() -> None:
    if _hooks is not None:
        _hooks.close_all()
        _hooks.recorder.finish(_ended)

"""Writes down the training steps of a script."""

import dataclasses
import math
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from tf_edureka import trace
from tf_edureka.runner.record import session_state
from tf_edureka.runner.record.arrays import as_stored
from tf_edureka.runner.record.asked import Asked, Begun, Run
from tf_edureka.runner.record.evaluations import ChangedError, evaluation
from tf_edureka.runner.record.gradients import Note
from tf_edureka.runner.record.lines import Line
from tf_edureka.runner.record.manifest import Manifest
from tf_edureka.runner.record.options import Options
from tf_edureka.runner.record.plan import Part, Plan
from tf_edureka.runner.record.readings import Readings
from tf_edureka.runner.record.schedule import Mode, Schedule, of_the_step_alone

_NOTHING: frozenset[Any] = frozenset()


@dataclasses.dataclass(eq=False)
class _Training:
    place: int
    schedule: Schedule
    steps: int = 0
    is_finite: bool = True


class Recorder:
    """Writes down the training steps of a script.

    Args:
        writer: of the trace.
        options: what is to be recorded.
        manifest: of the trace.

    Attributes:
        is_on: whether it records.
    """

    def __init__(self, writer: trace.Writer, options: Options, manifest: Manifest) -> None:
        self._writer = writer
        self._options = options
        self._manifest = manifest
        self._trainings: dict[Note, _Training] = {}
        self._readings = Readings(writer, manifest)
        self._lock = threading.RLock()
        self._is_full = False
        self.is_on = True

    def begin(self, asked: Asked) -> Begun | None:
        """What is to be fetched in a run besides what the script asks for; None to leave it."""
        with self._lock:
            session, plan, state = asked.session, asked.plan, session_state.of(asked.session)
            if not plan.parts:
                return self._begin_evaluation(asked)
            for part in plan.parts:
                if part.note not in self._trainings:
                    self._meet(asked, part)
            state.has_trained = True
            state.evaluations.end(lambda names: self._readings.some(session, asked.run, names))
            ones = [self._trainings[part.note] for part in plan.parts]
            modes = [one.schedule.mode(one.steps) for one in ones]
            if self._is_full:
                modes = [Mode.LINE for _ in modes]
            most = max(modes)
            if most == Mode.FULL:
                self._readings.all(session, asked.run)
            else:
                state.values = {}
            has_sources = most == Mode.FULL or (self._options.every_step and not self._is_full)
            extra, dead = plan.always, _NOTHING
            if has_sources or most >= Mode.GRADIENTS:
                extra, dead = self._more(asked, most, has_sources)
            # Before the run, since what the script has just made is still in the processor's cache.
            kinds = [*zip(plan.fed_names, asked.fed, strict=False)]  # others come by connections
            fed = [as_stored(value, dtype) for (_, dtype), value in kinds]
            prints = {
                name: trace.Fingerprint(one) for ((name, _), _), one in zip(kinds, fed, strict=True)
            }
            state.version += 1
            return Begun(
                modes, fed, prints, extra, state.version, state.values, state.references, dead
            )

    @staticmethod
    def _more(asked: Asked, most: Mode, has_sources: bool) -> tuple[list[Any], frozenset[Any]]:
        """What is to be fetched where more is stored than a line, and what is dead in the run."""
        plan = asked.plan
        dead = _NOTHING
        if has_sources:
            fed = dict(zip(plan.fed, asked.fed, strict=False))
            dead = plan.dead(lambda some: asked.run(some, fed))
        there = {id(one) for one in (*asked.fetches, *plan.fed, *dead)}
        extra = [*plan.always]
        extra += plan.gradients if most >= Mode.GRADIENTS else []
        extra += plan.sources if has_sources else []
        extra += plan.losses(dead) if most == Mode.FULL else []
        return [one for one in dict.fromkeys(extra) if id(one) not in there], dead

    def end(self, asked: Asked, begun: Begun, values: Sequence[Any]) -> None:
        """Writes down what a run has given.

        Args:
            asked: the run.
            begun: what was to be fetched in it.
            values: of the script's fetches and of the others.
        """
        with self._lock:
            plan, state = asked.plan, session_state.of(asked.session)
            known = dict(zip(map(id, [*asked.fetches, *begun.extra]), values, strict=True))
            known |= zip(map(id, plan.fed), begun.fed, strict=False)
            for origin, to in plan.connections:
                if id(origin) in known:
                    known[id(to)] = known[id(origin)]
            if not plan.parts:
                steps = sum(one.steps for one in self._trainings.values())
                state.evaluations.add(plan, evaluation(plan, asked.fed, known, steps))
                return
            is_alone = state.version == begun.version
            if not is_alone:
                self._manifest.note("other threads train at the same time: a state may hold theirs")
            after: Mapping[str, str] = {}
            if max(begun.modes) == Mode.FULL and not self._is_full:
                self._readings.all(asked.session, asked.run)
                after = state.references
            for part, mode in zip(plan.parts, begun.modes, strict=True):
                training = self._trainings[part.note]
                line = Line(asked, begun, part, known, training.place, training.steps)
                is_more = mode > Mode.LINE or self._options.every_step
                stored = self._store(line, mode, after) if is_more else 0
                self._writer.step(line.content)
                training.schedule.saw(training.steps, line.rate, stored)
                training.steps += 1
                self._look(training, line)
            if not plan.is_known:
                plan.is_known = True
                if self._manifest.inputs(plan):
                    self._manifest.write()

    def _begin_evaluation(self, asked: Asked) -> Begun | None:
        if self._is_full or asked.session.graph not in self._readings.graphs[:1]:
            return None
        extra, dead = self._more(asked, Mode.LINE, has_sources=True)
        return Begun([], [], {}, extra, session_state.of(asked.session).version, {}, {}, dead)

    def _store(self, line: Line, mode: Mode, after: Mapping[str, str]) -> float:
        """Puts arrays into a line; gives the bytes of the gradients."""
        had = self._writer.bytes_left
        try:
            if mode >= Mode.GRADIENTS and not self._is_full:
                line.gradients(self._writer.put)
            spent = had - self._writer.bytes_left
            every = self._options.every_step and not self._is_full
            if mode == Mode.FULL and not self._is_full:
                line.all(self._writer.put, after)
            elif every:
                line.inputs(self._writer.put)
        except trace.FullError as error:
            line.drop_arrays()
            self._give_up_arrays(line.number, error)
            return 0
        for text in line.remarks:
            self._manifest.note(text)
        return spent if mode == Mode.GRADIENTS else 0

    def _give_up_arrays(self, step: int, error: trace.FullError) -> None:
        self._is_full = True
        self._manifest.note(f"from step {step} on no arrays are stored: {error}")
        self._manifest.write()

    def _look(self, training: _Training, line: Line) -> None:
        odd = [name for name, value in line.floats() if not math.isfinite(value)]
        if odd and training.is_finite:
            training.is_finite = False
            kind = "NaN" if any(math.isnan(value) for _, value in line.floats()) else "infinite"
            self._manifest.note(f"{odd[0]} is {kind} from step {line.number} on")
            self._manifest.write()

    def _meet(self, asked: Asked, part: Part) -> None:
        """Takes in a training at its first step."""
        if not self._trainings:
            self._manifest.first(asked.session)
        elif asked.session.graph not in self._readings.graphs:
            self._manifest.note("it trains in several graphs; the graph of the first is stored")
        try:
            self._readings.all(asked.session, asked.run)
        except trace.FullError as error:
            self._give_up_arrays(0, error)
        place = self._manifest.training(asked.plan, part)
        schedule = Schedule(self._options.steps, self._options.megabytes * 1e6 / 4)
        rate = part.scalars.get("lr")
        if rate is not None and not self._options.steps:
            rates = of_the_step_alone(rate, asked.run, asked.plan.written)
            schedule.expect(rates, is_set=False)
        elif "lr" in part.constants:
            schedule.expect(None, is_set=True)
        self._trainings[part.note] = _Training(place, schedule)
        self._manifest.inputs(asked.plan)
        self._manifest.write()

    def changed(self, session: Any, plan: Plan) -> None:
        """Takes in that a run which is no training step has changed variables."""
        with self._lock:
            state = session_state.of(session)
            state.version += 1
            state.evaluations.written(frozenset(op.name for op in plan.written))

    def in_parts(self, session: Any) -> None:
        """Takes in that a run is taken by `partial_run`, of which no line is written."""
        with self._lock:
            session_state.of(session).version += 1
            self._manifest.note("a run in parts, by partial_run, is not recorded")

    def closing(self, session: Any, run: Run) -> None:
        """Takes in the last values in a session."""
        with self._lock:
            state = session_state.forget(session)
            if state is None or session.graph not in self._readings.graphs or self._is_full:
                return
            try:
                self._readings.all(session, run)
            except trace.FullError as error:
                self._give_up_arrays(max(one.steps for one in self._trainings.values()), error)
                return
            for name, reference in state.references.items() if state.has_trained else ():
                self._manifest.variables[name]["final"] = reference
            try:
                found = state.evaluations.last(state.references, self._writer.put)
            except (trace.FullError, ChangedError) as error:
                self._manifest.note(f"the last evaluation is not stored: {error}")
            else:
                self._manifest.evaluations(found, session.graph)

    def finish(self, ended: str) -> None:
        """Writes how the script ended."""
        with self._lock:
            self.is_on = False
            self._manifest.ended = ended
            if ended != "complete":
                for one in self._manifest.variables.values():
                    one["final"] = None
            self._flush()
            self._manifest.write()
            self._writer.close()
            if not any(one.steps for one in self._trainings.values()) and sys.stderr is not None:
                name = self._writer.folder
                print(f"note: no training step was seen, so {name} holds none", file=sys.stderr)

    def failed(self, error: Exception) -> None:
        """Stops recording."""
        with self._lock:
            if not self.is_on:
                return
            self.is_on = False
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            text = f"the recording stopped ({reason})"
            self._manifest.note(text)
            if sys.stderr is not None:
                print(f"note: {text}; the script goes on", file=sys.stderr, flush=True)
            self._flush()
            self._manifest.write()

    def _flush(self) -> None:
        try:
            self._writer.flush()
        except trace.FullError as error:
            self._manifest.note(f"the last steps are not stored: {error}")

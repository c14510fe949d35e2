"""Records the training steps of a script."""

import dataclasses
import math
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from tf_edureka import trace
from tf_edureka.runner.record import session_state
from tf_edureka.runner.record.arrays import as_stored
from tf_edureka.runner.record.evaluations import ChangedError, evaluation
from tf_edureka.runner.record.gradients import GradientCall
from tf_edureka.runner.record.manifest import Manifest
from tf_edureka.runner.record.options import Options
from tf_edureka.runner.record.plan import Part, Plan
from tf_edureka.runner.record.schedule import Mode, Schedule, rates_by_step
from tf_edureka.runner.record.script_run import Capture, Run, ScriptRun
from tf_edureka.runner.record.step_record import StepRecord
from tf_edureka.runner.record.variable_reader import VariableReader

_NOTHING: frozenset[Any] = frozenset()


@dataclasses.dataclass(eq=False)
class _RecordedTraining:
    place: int
    schedule: Schedule
    steps: int = 0
    is_finite: bool = True


class Recorder:
    """Records the training steps of a script.

    Args:
        writer: writer of the trace.
        options: recording options.
        manifest: manifest of the trace.

    Attributes:
        is_on: whether the recorder is active.
    """

    def __init__(self, writer: trace.Writer, options: Options, manifest: Manifest) -> None:
        self._writer = writer
        self._options = options
        self._manifest = manifest
        self._trainings: dict[GradientCall, _RecordedTraining] = {}
        self._reader = VariableReader(writer, manifest)
        self._lock = threading.RLock()
        self._is_full = False
        self.is_on = True

    def begin(self, script_run: ScriptRun) -> Capture | None:
        """Returns what to record of a run; None to record nothing."""
        with self._lock:
            session, plan, state = (
                script_run.session,
                script_run.plan,
                session_state.get(script_run.session),
            )
            if not plan.parts:
                return self._begin_evaluation(script_run)
            for part in plan.parts:
                if part.call not in self._trainings:
                    self._add_training(script_run, part)
            state.has_trained = True
            state.evaluations.before_step(
                lambda names: self._reader.read(session, script_run.run, names)
            )
            ones = [self._trainings[part.call] for part in plan.parts]
            modes = [one.schedule.mode(one.steps) for one in ones]
            if self._is_full:
                modes = [Mode.SCALARS for _ in modes]
            most = max(modes)
            if most == Mode.FULL:
                self._reader.read_all(session, script_run.run)
            else:
                state.values = {}
            has_sources = most == Mode.FULL or (self._options.every_step and not self._is_full)
            extra, dead = plan.always_fetched, _NOTHING
            if has_sources or most >= Mode.GRADIENTS:
                extra, dead = self._extra_fetches(script_run, most, has_sources)
            # Not strict: the rest of the fed tensors comes by connections.
            kinds = [*zip(plan.fed_names, script_run.fed, strict=False)]
            # Before the run, while the script's arrays are still in the processor's cache.
            fed = [as_stored(value, dtype) for (_, dtype), value in kinds]
            prints = {
                name: trace.Fingerprint(one) for ((name, _), _), one in zip(kinds, fed, strict=True)
            }
            state.version += 1
            return Capture(
                modes, fed, prints, extra, state.version, state.values, state.references, dead
            )

    @staticmethod
    def _extra_fetches(
        script_run: ScriptRun, most: Mode, has_sources: bool
    ) -> tuple[list[Any], frozenset[Any]]:
        """Returns the extra fetches for arrays, and the outputs in branches not taken."""
        plan = script_run.plan
        dead = _NOTHING
        if has_sources:
            fed = dict(zip(plan.fed, script_run.fed, strict=False))
            dead = plan.dead(lambda some: script_run.run(some, fed))
        there = {id(one) for one in (*script_run.fetches, *plan.fed, *dead)}
        extra = [*plan.always_fetched]
        extra += plan.gradients if most >= Mode.GRADIENTS else []
        extra += plan.sources if has_sources else []
        extra += plan.losses(dead) if most == Mode.FULL else []
        return [one for one in dict.fromkeys(extra) if id(one) not in there], dead

    def end(self, script_run: ScriptRun, capture: Capture, values: Sequence[Any]) -> None:
        """Records the values of a run.

        Args:
            script_run: the run.
            capture: what to record of it.
            values: values of the script's fetches and of the extra ones.
        """
        with self._lock:
            plan, state = script_run.plan, session_state.get(script_run.session)
            known = dict(zip(map(id, [*script_run.fetches, *capture.extra]), values, strict=True))
            known |= zip(map(id, plan.fed), capture.fed, strict=False)
            for origin, to in plan.connections:
                if id(origin) in known:
                    known[id(to)] = known[id(origin)]
            if not plan.parts:
                steps = sum(one.steps for one in self._trainings.values())
                state.evaluations.add(plan, evaluation(plan, script_run.fed, known, steps))
                return
            is_alone = state.version == capture.version
            if not is_alone:
                self._manifest.note(
                    "several threads train at the same time; a state may include another's updates"
                )
            after: Mapping[str, str] = {}
            if max(capture.modes) == Mode.FULL and not self._is_full:
                self._reader.read_all(script_run.session, script_run.run)
                after = state.references
            for part, mode in zip(plan.parts, capture.modes, strict=True):
                training = self._trainings[part.call]
                record = StepRecord(
                    script_run, capture, part, known, training.place, training.steps
                )
                stores_arrays = mode > Mode.SCALARS or self._options.every_step
                stored = self._store(record, mode, after) if stores_arrays else 0
                self._writer.step(record.content)
                training.schedule.after_step(training.steps, record.rate, stored)
                training.steps += 1
                self._note_nonfinite(training, record)
            if not plan.is_listed:
                plan.is_listed = True
                if self._manifest.add_inputs(plan):
                    self._manifest.write()

    def _begin_evaluation(self, script_run: ScriptRun) -> Capture | None:
        if self._is_full or script_run.session.graph not in self._reader.graphs[:1]:
            return None
        extra, dead = self._extra_fetches(script_run, Mode.SCALARS, has_sources=True)
        return Capture(
            [], [], {}, extra, session_state.get(script_run.session).version, {}, {}, dead
        )

    def _store(self, record: StepRecord, mode: Mode, after: Mapping[str, str]) -> float:
        """Stores the arrays of a step; returns the bytes of its gradients."""
        had = self._writer.bytes_left
        try:
            if mode >= Mode.GRADIENTS and not self._is_full:
                record.store_gradients(self._writer.put)
            spent = had - self._writer.bytes_left
            every = self._options.every_step and not self._is_full
            if mode == Mode.FULL and not self._is_full:
                record.store_state(self._writer.put, after)
            elif every:
                record.store_inputs(self._writer.put)
        except trace.FullError as error:
            record.drop_arrays()
            self._stop_storing_arrays(record.number, error)
            return 0
        for text in record.remarks:
            self._manifest.note(text)
        return spent if mode == Mode.GRADIENTS else 0

    def _stop_storing_arrays(self, step: int, error: trace.FullError) -> None:
        self._is_full = True
        self._manifest.note(f"from step {step} on no arrays are stored: {error}")
        self._manifest.write()

    def _note_nonfinite(self, training: _RecordedTraining, record: StepRecord) -> None:
        odd = [name for name, value in record.floats() if not math.isfinite(value)]
        if odd and training.is_finite:
            training.is_finite = False
            kind = "NaN" if any(math.isnan(value) for _, value in record.floats()) else "infinite"
            self._manifest.note(f"{odd[0]} is {kind} from step {record.number} on")
            self._manifest.write()

    def _add_training(self, script_run: ScriptRun, part: Part) -> None:
        """Adds a training at its first step."""
        if not self._trainings:
            self._manifest.add_session(script_run.session)
        elif script_run.session.graph not in self._reader.graphs:
            self._manifest.note(
                "the script trains in several graphs; only the first graph is stored"
            )
        try:
            self._reader.read_all(script_run.session, script_run.run)
        except trace.FullError as error:
            self._stop_storing_arrays(0, error)
        place = self._manifest.add_training(script_run.plan, part)
        schedule = Schedule(self._options.steps, self._options.megabytes * 1e6 / 4)
        rate = part.scalars.get("lr")
        if rate is not None and not self._options.steps:
            rates = rates_by_step(rate, script_run.run, script_run.plan.written)
            schedule.set_first_change(rates, is_set=False)
        elif "lr" in part.constants:
            schedule.set_first_change(None, is_set=True)
        self._trainings[part.call] = _RecordedTraining(place, schedule)
        self._manifest.add_inputs(script_run.plan)
        self._manifest.write()

    def variables_changed(self, session: Any, plan: Plan) -> None:
        """Notes that a run without a training step has changed variables."""
        with self._lock:
            state = session_state.get(session)
            state.version += 1
            state.evaluations.invalidate(frozenset(op.name for op in plan.written))

    def partial_run(self, session: Any) -> None:
        """Notes a call of `partial_run`, which is not recorded."""
        with self._lock:
            session_state.get(session).version += 1
            self._manifest.note("runs by partial_run are not recorded")

    def session_closing(self, session: Any, run: Run) -> None:
        """Records the last values of a session."""
        with self._lock:
            state = session_state.pop(session)
            if state is None or session.graph not in self._reader.graphs or self._is_full:
                return
            try:
                self._reader.read_all(session, run)
            except trace.FullError as error:
                self._stop_storing_arrays(max(one.steps for one in self._trainings.values()), error)
                return
            for name, reference in state.references.items() if state.has_trained else ():
                self._manifest.variables[name]["final"] = reference
            try:
                found = state.evaluations.last(state.references, self._writer.put)
            except (trace.FullError, ChangedError) as error:
                self._manifest.note(f"the last evaluation is not stored: {error}")
            else:
                self._manifest.add_evaluations(found, session.graph)

    def finish(self, ended: str) -> None:
        """Completes the trace with how the script ended."""
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
                print(
                    f"note: the recorder saw no training step, so {name} contains none",
                    file=sys.stderr,
                )

    def failed(self, error: Exception) -> None:
        """Stops recording after an error of the recorder."""
        with self._lock:
            if not self.is_on:
                return
            self.is_on = False
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            text = f"the recording stopped after an error ({reason})"
            self._manifest.note(text)
            if sys.stderr is not None:
                print(f"note: {text}; the script continues", file=sys.stderr, flush=True)
            self._flush()
            self._manifest.write()

    def _flush(self) -> None:
        try:
            self._writer.flush()
        except trace.FullError as error:
            self._manifest.note(f"the last steps are not stored: {error}")

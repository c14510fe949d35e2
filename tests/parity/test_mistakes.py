"""The mistakes in tests/ports: the rung on which each is found first, and the named cause.

Their authors had not seen the diagnosis, except for ten that `tests/ports/README.md` names. Here
only mistakes with a new rung or a new cause are tried; `python tests/ports/table.py` tries all.
"""

import importlib
import os
import subprocess
import sys

import pytest
from ports import MODELS, mistakes_of

from tf_edureka import parity

# Mistakes that are tried by default.
QUICK = {
    "conv_momentum": (
        *("momentum of Keras", "L2 of Keras", "gradients clipped by value"),
        *("batch norm remembers less", "bias before batch norm"),
    ),
}


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    """Traces of the original programs, each recorded once."""
    from tf_edureka.runner import period

    if not period.is_here():
        pytest.skip("TensorFlow 1.15.5's own Python is missing: tf-edureka run --fetch-period")
    folder, traces = tmp_path_factory.mktemp("traces"), {}

    def record(model: str) -> parity.Trace:
        if model not in traces:
            script = MODELS[model] / "old.py"
            command = [sys.executable, "-m", "tf_edureka.legacy", "--record", str(folder / model)]
            environment = {**os.environ, "MPLBACKEND": "Agg"}
            subprocess.run(
                [*command, str(script)],
                check=True,
                capture_output=True,
                cwd=folder,
                env=environment,
            )
            traces[model] = parity.Trace(folder / model)
        return traces[model]

    return record


def cases():
    met = set()
    for model in MODELS:
        for mistake in mistakes_of(model):
            is_quick = mistake.name in QUICK.get(model, ())
            new = {*mistake.rungs[:1], *mistake.causes[:1]} - met
            if new or is_quick:
                met |= new
                marks = () if is_quick else (pytest.mark.slow,)
                yield pytest.param(model, mistake, id=f"{model}: {mistake.name}", marks=marks)


@pytest.mark.parametrize(
    "model",
    [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in MODELS],
)
def test_the_right_port_is_proved(model, recorded):
    port = importlib.import_module(f"ports.{model}.port")
    ladder = recorded(model).climb(port.build)
    assert ladder.passed, ladder.text()


@pytest.mark.parametrize(("model", "mistake"), [*cases()])
def test_a_mistake_is_seen_on_its_rung_and_its_cause_is_named(model, mistake, recorded):
    ladder = recorded(model).climb(mistake.build)
    assert ladder.first in mistake.rungs, ladder.text()
    named = {cause.cause for rung in ladder.rungs for cause in rung.causes}
    assert not mistake.causes or named & {*mistake.causes}, ladder.text()

"""The command that proves ports, on a hand-written trace: gradient descent on one weight."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from tf_edureka.cli.prove import main
from tf_edureka.trace import Writer

RATE = np.float32(0.5)
# Half the square of the weight: its gradient is the weight.
PORT = """
from tf_edureka.parity import Functions

def build(rate={rate}):
    return Functions(
        loss=lambda weights, feeds: (weights[0] ** 2).sum() / 2,
        gradients=lambda weights, feeds: weights,
        update=lambda weights, slots, gradients, step: (
            [w - w.dtype.type(rate) * g for w, g in zip(weights, gradients)], slots
        ),
    )
"""
RIGHT = PORT.format(rate=0.5)


@pytest.fixture
def trace(tmp_path):
    folder = tmp_path / "trace"
    writer = Writer(folder, 1e6)
    weight = np.arange(1, 9, dtype=np.float32)
    variable = {"name": "w", "shape": [8], "dtype": "float32", "initial": writer.put(weight)}
    for step in range(4):
        before, gradient = writer.put(weight), writer.put(weight)
        value = float((weight**2).sum() / 2)
        weight = weight - RATE * weight
        line = {"number": step, "loss": value, "hyper": {"lr": RATE}, "before": {"w": before}}
        line |= {"raw_gradients": {"w": gradient}, "gradients": {"w": gradient}}
        writer.step(line | {"after": {"w": writer.put(weight)}})
    training = {"loss": "loss", "weights": ["w"], "optimizer": "GradientDescent"}
    writer.manifest({"variables": [variable], "trainings": [training], "ended": "complete"})
    writer.close()
    return folder


@pytest.fixture
def prove(trace, tmp_path, capsys):
    """Runs the command on the source of a port; returns exit code, stdout and stderr."""

    def prove(text=RIGHT):
        port = tmp_path / "port.py"
        port.write_text(text)
        code = main([str(trace), f"{port}:build", "--out", str(prove.out)])
        return code, *capsys.readouterr()

    prove.out = tmp_path / "out"
    return prove


def test_right_port_exits_with_0_and_writes_the_certificate(prove):
    code, printed, errors = prove()
    assert (code, errors) == (0, "")
    assert "This port computes what the script computed" in printed
    assert str(prove.out / "port.html") in printed
    ladder = json.loads((prove.out / "port.json").read_text())
    assert ladder["passed"] is True
    assert ladder["first"] is None
    assert ladder["ran"]["SHA-256 of the port"] == hashlib.sha256(RIGHT.encode()).hexdigest()
    names = [one["rung"] for one in ladder["rungs"]]
    assert names[:3] == ["structure", "initial values", "batches"]
    assert names[3:7] == ["forward pass", "loss", "gradients", "optimizer"]
    assert names[7:] == ["re-anchored steps", "free run", "final metric"]


def test_wrong_port_exits_with_1_and_names_rung_and_cause(prove):
    code, printed, errors = prove(PORT.format(rate=0.25))
    assert (code, errors) == (1, "")
    assert "First rung that fails: optimizer (first difference in step 0, in w)" in printed
    ladder = json.loads((prove.out / "port.json").read_text())
    assert (ladder["passed"], ladder["first"]) == (False, "optimizer")
    causes = {one["rung"]: one["causes"] for one in ladder["rungs"]}["optimizer"]
    assert causes[0]["cause"] == "learning_rate"


@pytest.mark.parametrize(("own", "seen"), [(None, "0"), ("1", "1")])
def test_cudnn_autotuning_is_off_unless_the_user_sets_the_variable(prove, monkeypatch, own, seen):
    monkeypatch.setenv("TF_CUDNN_USE_AUTOTUNE", own or "")
    if own is None:
        monkeypatch.delenv("TF_CUDNN_USE_AUTOTUNE")
    # The port's file is imported before anything is computed.
    _, _, errors = prove("import os\nraise ValueError(os.environ.get('TF_CUDNN_USE_AUTOTUNE'))")
    assert f"(ValueError: {seen})" in errors


OTHER = """
import keras

def build():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    return model
"""


def test_port_with_other_variables_exits_with_2(prove):
    code, printed, errors = prove(OTHER)
    assert code == 2
    assert "First rung that fails: structure (variable w)" in printed
    assert errors.count("\n") == 1
    assert "lacks w (8,)" in errors


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def other(): pass", "expected a function 'build', got none"),
        ("build = 3", "expected a function 'build', got int"),
        ("def build(:", "cannot be run (SyntaxError"),
        ("import no_such_module", "cannot be run (ModuleNotFoundError"),
        ("raise SystemExit(0)", "cannot be run (SystemExit: 0)"),
        ("def build(): raise ValueError('a\\nb')", r"raises ValueError: a\nb"),
        ("def build(): raise SystemExit(0)", "raises SystemExit: 0"),
        ("def build(model): pass", "missing 1 required positional argument"),
        ("def build(): pass", "expected a compiled Keras model or parity.Functions"),
        (f"{PORT.format(rate=1)}\ndef batches(): return 1 / 0", "ZeroDivisionError"),
    ],
)
def test_invalid_port_exits_with_2_and_one_line_and_writes_nothing(prove, text, says):
    code, printed, errors = prove(text)
    assert (code, printed) == (2, "")
    assert says in errors
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert not prove.out.exists()


def altered(folder):
    array = next((folder / "arrays").iterdir())
    content = bytearray(array.read_bytes())
    content[-1] ^= 1
    for one in (folder / "arrays").iterdir():
        one.write_bytes(content)


def of_manifest(**changes):
    def damage(folder):
        content = json.loads((folder / "trace.json").read_text())
        (folder / "trace.json").write_text(json.dumps({**content, **changes}))

    return damage


def of_steps(line):
    def damage(folder):
        lines = (folder / "steps.jsonl").read_text().splitlines()
        (folder / "steps.jsonl").write_text("\n".join([lines[0], line, *lines[2:], ""]))

    return damage


DAMAGES = {
    "no folder": shutil.rmtree,
    "no trace.json": lambda folder: (folder / "trace.json").unlink(),
    "half of trace.json": lambda folder: (folder / "trace.json").write_text('{"format": '),
    "another version": of_manifest(version=2),
    "no variables": of_manifest(variables=None),
    "a weight without variable": of_manifest(trainings=[{"loss": "l", "weights": ["v"]}]),
    "notes of a wrong type": of_manifest(notes=3),
    "no training": of_manifest(trainings=[]),
    "no array": lambda folder: shutil.rmtree(folder / "arrays"),
    "altered arrays": altered,
    "no steps.jsonl": lambda folder: (folder / "steps.jsonl").unlink(),
    "no steps": lambda folder: (folder / "steps.jsonl").write_text(""),
    "an invalid graph": lambda folder: (folder / "graph.pb").write_bytes(b"graph"),
    **{
        f"a step {line}": of_steps(line)
        for line in (
            *("garbage", "", "3", "null", "[]", "{}", '{"number": "a"}', '{"number": 1, "x": 1}'),
            *('{"number": 1, "hyper": 3}', '{"number": 1, "before": {"w": 3}}'),
            '{"number": 1, "before": {"w": "../w"}}',
        )
    },
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_trace_exits_with_2_and_one_line_and_writes_nothing(prove, trace, damage):
    damage(trace)
    code, printed, errors = prove()
    assert (code, printed) == (2, "")
    assert errors.startswith(f"error: {trace}")
    assert errors.count("\n") == 1
    assert not prove.out.exists()


@pytest.mark.parametrize("steps", [1, 2])
def test_killed_run_is_read_up_to_its_last_complete_line(prove, trace, steps):
    lines = (trace / "steps.jsonl").read_text().splitlines()
    (trace / "steps.jsonl").write_text("\n".join([*lines[:steps], lines[steps][:40]]))
    of_manifest(ended=None)(trace)
    code, _, errors = prove()
    assert (code, errors) == (0, "")
    ran = json.loads((prove.out / "port.json").read_text())["ran"]
    assert ran["how it ended"] == "it was killed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: TRACE, FILE:FUNCTION"),
        (["trace"], "required: FILE:FUNCTION"),
        (["trace", "trace", "port.py:build"], "unrecognized arguments"),
        (["trace", "port.py:build", "--map", "old"], "expected OLD=NEW, got 'old'"),
        (["trace", "port.py:build"], "expected the folder of a trace"),
    ],
)
def test_wrong_arguments_exit_with_2_and_one_line(capsys, arguments, says):
    assert main(arguments) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert says in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("port", ["port.py", "port.py:", ":build", "nowhere.py:build"])
def test_port_argument_must_name_a_file_and_a_function(trace, capsys, port):
    assert main([str(trace), port]) == 2
    assert "expected a" in capsys.readouterr().err


def test_help_explains_exit_codes_and_recording(capsys):
    assert main(["--help"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0: the port is proved; 1: it is not; 2: wrong input;" in printed
    assert "tf-edureka run --record TRACE old.py" in printed

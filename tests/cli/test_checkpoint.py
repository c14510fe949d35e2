"""The command that lists old checkpoints, writes their values and loads them into models."""

import shutil

import keras
import numpy as np
import pytest
from checkpoint_files import DATA, arrays_in, bit_identical, golden_arrays, write_bundle
from helpers import expect_error

from tf_edureka.cli.checkpoint import main

MODEL = """
import keras
from tf_edureka import tf1

def build():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense({hidden}, activation="{activation}", name="hidden"),
            keras.layers.Dense(2, name="output"),
        ]
    )
    model.compile(tf1.Momentum(0.02, 0.9, use_nesterov=True), "mean_squared_error")
    return model
"""
RIGHT = MODEL.format(hidden=5, activation="tanh")


def test_listing_has_names_shapes_dtypes_and_sizes(checkpoints, capsys):
    path = checkpoints / "conv"
    assert main([str(path)]) == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    # 239 weights and 233 slots of 4 bytes, and a step of 8.
    parts = printed.split("\n\n")
    assert parts[0] == f"{path}: checkpoint of version 2, 23 tensors, 1.9 kB, with its graph"
    weights, slots, step = (part.splitlines() for part in parts[1:])
    assert weights[0] == "weights: 12 tensors, 956 B"
    assert [" ".join(line.split()) for line in weights[1:5]] == [
        "conv2d/kernel 3 x 3 x 2 x 3 float32 216 B",
        "conv2d/bias 3 float32 12 B",
        "batch_normalization/gamma 3 float32 12 B",
        "batch_normalization/beta 3 float32 12 B",
    ]
    assert len(weights) == 1 + 12
    assert slots[0] == "optimizer slots: 10 tensors, 932 B"
    assert "logits/kernel/Momentum 6 x 4 float32 96 B" in [" ".join(one.split()) for one in slots]
    assert len(slots) == 1 + 10
    assert step == ["global step: global_step 7"]


def test_listing_has_adams_powers_and_keras_settings(checkpoints, capsys):
    assert main([str(checkpoints / "v1")]) == 0
    printed = capsys.readouterr().out
    assert "v1: checkpoint of version 1, 14 tensors, 572 B, with its graph\n" in printed
    powers = "beta1_power 0.43046713, beta2_power 0.99202806"  # 0.9 and 0.999 to the eighth
    assert f"powers of Adam's betas: {powers}\n" in printed
    assert "global step" not in printed
    assert main([str(checkpoints / "keras_tf")]) == 0
    printed = capsys.readouterr().out
    assert "keras_tf: checkpoint of version 2, 2 files, 31 tensors, 1.8 kB\n" in printed
    assert "global step: optimizer/iter/.ATTRIBUTES/VARIABLE_VALUE 7\n" in printed
    assert "\nothers: 4 tensors, 16 B\n" in printed
    assert main([str(checkpoints / "keras.h5")]) == 0
    printed = capsys.readouterr().out
    assert "keras.h5: HDF5 file of Keras, 27 tensors, " in printed
    assert "global step: training/Adam/iter 7\n" in printed


def test_control_characters_in_names_are_escaped(tmp_path, capsys):
    write_bundle(tmp_path / "model", {"w\n\x1b[31mred": (2,)}, bytes(8))
    assert main([str(tmp_path / "model")]) == 0
    printed = capsys.readouterr().out
    assert r"  w\n\x1b[31mred  2  float32  8 B" in printed.splitlines()


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_values_are_written_bit_identical(checkpoints, tmp_path, capsys, ending):
    path = tmp_path / f"values.{ending}"
    if ending == "safetensors":
        load = pytest.importorskip("safetensors.numpy", reason="needs safetensors").load_file
    else:
        load = np.load
    assert main([str(checkpoints / "nesterov"), "--to", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 8 tensors\n"
    expected, values = arrays_in(golden_arrays(checkpoints, "nesterov"), "values"), load(path)
    assert {*values} == {*expected}
    assert all(bit_identical(values[name], expected[name]) for name in expected)


@pytest.fixture
def load(checkpoints, tmp_path, capsys):
    """Loads a golden into a port with a given text; returns exit code, stdout, stderr, file."""

    def load(text=RIGHT, *arguments, path=checkpoints / "nesterov", out="model.keras"):
        port = tmp_path / "port.py"
        port.write_text(text)
        load.before = sorted(tmp_path.rglob("*"))
        keras.utils.clear_session()
        into = ["--into", f"{port}:build", "--out", str(tmp_path / out)]
        code = main([str(path), *into, *arguments])
        return code, *capsys.readouterr(), tmp_path / out

    return load


def test_correct_model_is_proved_written_and_computes_the_outputs(checkpoints, load):
    code, printed, errors, out = load()
    assert (code, errors) == (0, "")
    *mapping, proved, optimizer, path = printed.splitlines()
    assert mapping == [
        "  hidden/weights  ->  sequential/hidden/kernel",
        "  hidden/biases   ->  sequential/hidden/bias",
        "  output/weights  ->  sequential/output/kernel",
        "  output/biases   ->  sequential/output/bias",
    ]
    assert proved.startswith("proved: on 18 random examples the model's output matches add_1 of ")
    assert optimizer.startswith("optimizer: Momentum at an unknown step; a step with random ")
    assert path == str(out)
    model, expected = keras.models.load_model(out), golden_arrays(checkpoints, "nesterov")
    # Sums of six products in another order.
    limit = 8 * 2.0**-23 * np.abs(expected["outputs"]).max()
    np.testing.assert_allclose(
        model.predict(expected["x"], verbose=0), expected["outputs"], rtol=0, atol=limit
    )
    kept = {one.path.partition("/")[2]: one.numpy() for one in model.optimizer.variables}
    slots = arrays_in(expected, "values")
    for old, new in (("hidden/weights", "hidden_kernel"), ("output/biases", "output_bias")):
        (own,) = (value for name, value in kept.items() if name.endswith(f"{new}_accum"))
        assert bit_identical(own, slots[f"{old}/Momentum"])


@pytest.mark.slow
def test_weights_alone_can_be_written(checkpoints, load):
    code, printed, errors, out = load(out="model.weights.h5")
    assert (code, errors) == (0, "")
    namespace = {}
    exec(RIGHT, namespace)  # noqa: S102 - the port itself
    model = namespace["build"]()
    model.load_weights(out)
    expected = golden_arrays(checkpoints, "nesterov")
    limit = 8 * 2.0**-23 * np.abs(expected["outputs"]).max()
    outputs = np.array(model(expected["x"]))
    np.testing.assert_allclose(outputs, expected["outputs"], rtol=0, atol=limit)


def test_without_a_graph_the_mapping_is_reported_as_not_proved(checkpoints, tmp_path, load):
    for part in ("index", DATA):
        shutil.copy(checkpoints / f"nesterov.{part}", tmp_path / f"alone.{part}")
    code, printed, errors, out = load(path=tmp_path / "alone")
    assert (code, errors) == (0, "")
    assert "\nNOT PROVED: the checkpoint has no graph to compare with\n" in printed
    assert out.exists()


@pytest.mark.slow
def test_map_option_sets_a_pair(load):
    code, printed, _, _ = load(RIGHT, "--map", "hidden/weights=sequential/hidden/kernel")
    assert code == 0
    assert "proved: " in printed
    code, printed, errors, out = load(RIGHT, "--map", "hidden/weights=nothing", out="other.keras")
    assert (code, printed) == (2, "")
    expect_error(errors, "got nothing")
    assert not out.exists()


WRONG = {
    "another activation": (
        MODEL.format(hidden=5, activation="sigmoid"),
        "expected a model with the same outputs as the original graph, got different",
    ),
    "other sizes": (MODEL.format(hidden=7, activation="tanh"), "got none for "),
    "raises": ("def build(): raise ValueError('a\\nb')", r"raises ValueError: a\nb"),
    "no model": ("def build(): return 3", "expected a Keras model"),
    "nothing": ("def build(): pass", "expected a Keras model"),
    "no function": ("def other(): pass", "expected a function 'build', got none"),
    "no Python": ("def build(:", "cannot be run (SyntaxError"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_wrong_model_gives_exit_code_2_and_one_line_and_writes_nothing(load, tmp_path, text, says):
    code, printed, errors, _ = load(text)
    assert (code, printed) == (2, "")
    expect_error(errors, says)
    assert [
        one for one in sorted(tmp_path.rglob("*")) if "__pycache__" not in str(one)
    ] == load.before


def damaged(path):
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)


@pytest.fixture
def copies(checkpoints, tmp_path):
    """Copies of some goldens, to be damaged."""
    folder = tmp_path / "copies"
    folder.mkdir()
    for pattern in ("nesterov.*", "sharded.*"):
        for file in checkpoints.glob(pattern):
            shutil.copy(file, folder)
    return folder


DAMAGES = {
    "nowhere": lambda folder: folder / "nowhere" / "model.ckpt",
    "values": lambda folder: (damaged(folder / f"nesterov.{DATA}"), folder / "nesterov")[1],
    "index": lambda folder: (damaged(folder / "nesterov.index"), folder / "nesterov")[1],
    "graph": lambda folder: (
        (folder / "nesterov.meta").write_bytes(b"graph"),
        folder / "nesterov",
    )[1],
    "shard": lambda folder: (
        (folder / "sharded.data-00001-of-00002").unlink(),
        folder / "sharded",
    )[1],
}


@pytest.mark.parametrize(
    "how", ["list", *(pytest.param(one, marks=pytest.mark.slow) for one in ("to", "into"))]
)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_checkpoint_gives_exit_code_2_and_one_line_and_writes_nothing(
    copies, tmp_path, capsys, load, damage, how
):
    path = damage(copies)
    if how == "into":
        code, printed, errors, _ = load(path=path)
    else:
        load.before = sorted(tmp_path.rglob("*"))
        to = ["--to", str(tmp_path / "values.npz")] if how == "to" else []
        code = main([str(path), *to])
        printed, errors = capsys.readouterr()
    assert (code, printed) == (2, "")
    expect_error(errors, str(path))
    assert [
        one for one in sorted(tmp_path.rglob("*")) if "__pycache__" not in str(one)
    ] == load.before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: PATH"),
        (["nesterov", "--into", "port.py:build"], "together, got only --into"),
        (["nesterov", "--out", "model.keras"], "together, got only --out"),
        (["nesterov", "--map", "a=b"], "--map: expected --into and --out with it, got neither"),
        (["nesterov", "--into", "port.py:build", "--out", "model.h5"], "--out: expected a name"),
        (["nesterov", "--to", "values.txt"], "ends in .npz or .safetensors"),
        (["nesterov", "--to", "nowhere/values.npz"], "nowhere/values.npz"),
        (["nesterov", "--into", "port.py", "--out", "m.keras"], "expected a"),
        (["nesterov", "--into", "nowhere.py:build", "--out", "m.keras"], "expected a"),
        (["nesterov", "--into", "p.py:b", "--out", "m.keras", "--map", "a"], "expected OLD=NEW"),
        (["nesterov", "--into", "p.py:b", "--out", "no/m.keras"], "expected a folder no, got none"),
    ],
)
def test_invalid_arguments_give_exit_code_2_and_one_line_and_write_nothing(
    checkpoints, tmp_path, monkeypatch, capsys, arguments, says
):
    monkeypatch.chdir(tmp_path)
    arguments = [str(checkpoints / one) if one == "nesterov" else one for one in arguments]
    assert main(arguments) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    expect_error(errors, says)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_existing_file_is_kept_if_the_model_is_wrong(load, tmp_path):
    (tmp_path / "model.keras").write_text("mine")
    code, *_ = load(WRONG["another activation"][0])
    assert code == 2
    assert (tmp_path / "model.keras").read_text() == "mine"


def test_help_states_exit_codes_and_that_nothing_is_run(capsys):
    assert main(["--help"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0: done; 2: wrong input (nothing is written);" in printed
    assert "Without --into, no graph is built and nothing in the files is run." in printed

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from helpers import SCRIPTS
from PIL import Image

from tf_edureka import mlp
from tf_edureka.cli.predict import main
from tf_edureka.config import MlpConfig
from tf_edureka.data import picture
from tf_edureka.errors import InputError

SCRIPT = SCRIPTS / "predict.py"


@pytest.fixture(scope="module")
def model(data, tmp_path_factory):
    """A network trained on drawn digits, as train_mnist.py writes it."""
    config = MlpConfig.tuned(epochs=10)
    path = tmp_path_factory.mktemp("model") / "model.keras"
    mlp.from_weights(config, mlp.train(config, data).weights).save(path)
    return path


@pytest.fixture
def pictures(data, tmp_path):
    """Forty test digits as pictures, dark on light, larger; with their labels."""
    paths = []
    for number, image in enumerate(data.test.images[:40]):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(255 - image).resize((200, 200)).save(paths[-1])
    return paths, data.test.labels[:40]


LINE = re.compile(r"(\S+) +(\d|not sure)((?: +\d+\.\d%){10})")


def test_each_picture_has_a_line_with_its_digit_and_probabilities(model, pictures, capsys):
    paths, labels = pictures
    assert main([str(model), *map(str, paths)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["picture", "digit", *"0123456789"]
    answers = [LINE.fullmatch(line).groups() for line in lines]
    assert [name for name, *_ in answers] == [str(path) for path in paths]
    likeliest = []
    for _, digit, cells in answers:
        shares = [float(cell.rstrip("%")) for cell in cells.split()]
        assert digit in (str(np.argmax(shares)), "not sure")
        assert sum(shares) == pytest.approx(100, abs=0.6)
        likeliest.append(np.argmax(shares))
    assert np.mean(likeliest == labels) >= 0.8
    given = [(digit, label) for (_, digit, _), label in zip(answers, labels, strict=True)]
    sure = [int(digit) == label for digit, label in given if digit != "not sure"]
    assert len(sure) >= 10
    assert np.mean(sure) >= 0.9


@pytest.mark.slow
def test_two_digits_and_unsure_answers_are_reported(model, pictures, capsys, tmp_path):
    digits = [np.asarray(Image.open(path)) for path in pictures[0][:2]]
    Image.fromarray(np.concatenate(digits, axis=1)).save(tmp_path / "two.png")
    assert main([str(model), str(tmp_path / "two.png"), *map(str, pictures[0])]) == 0
    captured = capsys.readouterr()
    two, *answers = [LINE.fullmatch(line).groups()[1] for line in captured.out.splitlines()[1:]]
    assert two == "not sure"
    assert captured.err.startswith(
        f"note: {tmp_path / 'two.png'}: 2 shapes are as large as a digit"
    )
    network = mlp.load_model(model)
    images = np.stack([picture.read(path) for path in pictures[0]])
    _, certainty = mlp.with_certainty(lambda some: mlp.probabilities(network, some), images)
    unsure = [answer == "not sure" for answer in answers]
    alone = [not picture.read_steps(path).others for path in pictures[0]]
    assert unsure == [
        not (sure and one) for sure, one in zip(certainty >= mlp.MIN_CERTAINTY, alone, strict=True)
    ]
    assert 0 < sum(unsure) < 30
    assert captured.err.count("\n") == 1 + alone.count(False)


def test_steps_to_the_network_input_are_drawn(model, pictures, capsys, tmp_path):
    out = tmp_path / "steps.png"
    command = [str(model), *map(str, pictures[0][:3]), "--picture", str(out)]
    assert main(command) == 0
    with Image.open(out) as shown:
        assert shown.format == "PNG"
        assert shown.height > 2 * shown.width / 3  # three rows of four tiles
    content = out.read_bytes()
    assert main(command) == 2
    assert "expected the name of a new file, but it exists" in capsys.readouterr().err
    assert out.read_bytes() == content
    assert main([*command[:-1], str(tmp_path / "absent" / "steps.png")]) == 2
    captured = capsys.readouterr()
    assert re.fullmatch(r"error: .*cannot be written \(No such file or directory\)\n", captured.err)


def test_steps_are_svg_if_the_name_ends_in_svg(model, pictures, tmp_path):
    out = tmp_path / "steps.SVG"
    assert main([str(model), str(pictures[0][0]), "--picture", str(out)]) == 0
    content = out.read_bytes()
    assert content.startswith(b"<?xml")
    assert b"<image" in content
    assert len(content) < 500_000


@pytest.mark.slow
def test_unprintable_file_names_are_escaped(model, pictures, tmp_path):
    name = os.fsencode(tmp_path) + b"/a\xff\n\x1b[31m\xe2\x80\xae.png"
    shutil.copy(os.fsencode(pictures[0][0]), name)
    command = [sys.executable, SCRIPT, str(model), name]
    strict = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run(command, capture_output=True, text=True, env=strict)
    assert done.returncode == 0, done.stderr
    assert r"/a\udcff\n\x1b[31m\u202e.png " in done.stdout.splitlines()[1]


@pytest.mark.slow
def test_closed_pipe_gives_one_line_and_no_traceback(model, pictures):
    command = f"{sys.executable} {SCRIPT} {model} {pictures[0][0]} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == (
        "note: standard output cannot be written (Broken pipe); the work continues without it\n"
    )
    assert done.stdout == "4\n"


def test_invalid_picture_does_not_stop_the_others(model, pictures, capsys, tmp_path):
    (tmp_path / "bad.png").write_text("no picture")
    assert main([str(model), str(tmp_path / "bad.png"), str(pictures[0][0]), "absent.png"]) == 2
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert captured.err.count("error: ") == captured.err.count("\n") == 2


def changed(model, path, compression=zipfile.ZIP_STORED, **members):
    """The model's file with some members replaced; None removes one."""
    with zipfile.ZipFile(model) as old, zipfile.ZipFile(path, "w", compression) as new:
        for name in old.namelist():
            content = members.pop(name.replace(".", "_"), old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in members.items():
            new.writestr(name, content)
    return path


def configured(model, change):
    with zipfile.ZipFile(model) as file:
        config = json.loads(file.read("config.json"))
    change(config["config"]["layers"])
    return json.dumps(config)


def layer(name, **config):
    return {"module": "keras.layers", "class_name": name, "config": config}


def wide(layers):
    layers[1]["config"]["units"] = 10**9
    layers[2]["build_config"]["input_shape"][1] = 10**9


def spread(layers):
    pixels, back = (layer("Reshape", target_shape=shape) for shape in ([784, 1], [784]))
    layers[1:3] = [pixels, layer("Dense", units=1000), layer("Dense", units=1), back]
    layers[-1]["build_config"]["input_shape"] = [None, 784]


def hidden_code(layers):
    function = {"class_name": "__lambda__", "config": {"code": "4wEA", "defaults": None}}
    layers[1] = layer("Lambda", function=function | {"closure": None})


def hidden_in_activation(layers):
    function = {"module": "builtins", "class_name": "function", "config": "system"}
    layers[1]["config"]["activation"] = function


def shell(layers):
    layers[1] = {"module": "os", "class_name": "system", "config": {"command": "touch mine"}}


def unrolled(layers):
    layers[1:1] = [
        layer("RepeatVector", n=10**6),
        layer("LSTM", units=4, unroll=True),
    ]


def many(layers):
    layers[1:1] = [layer("ReLU")] * 300


def shared(layers):
    layers[1]["inbound_nodes"] = [{"args": [], "kwargs": {}}] * 300


def model_of(*layers):
    return {"module": "keras", "class_name": "Sequential", "config": {"layers": [*layers]}}


def nested(layers):
    for _ in range(5):  # ten calls of ten calls of ...
        layers[1] = model_of(layers[1]) | {"inbound_nodes": [{"args": [], "kwargs": {}}] * 10}


def nested_code(layers):
    layers[1] = model_of(model_of(layer("RepeatVector", n=10**6)))


def hidden_model(layers):
    layers[1]["config"]["activation"] = model_of(layer("ReLU"))


def deep(layers):
    for _ in range(500):
        layers[0]["config"]["name"] = [layers[0]["config"]["name"]]


def weights(write):
    """A file of weights that must be rejected."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        write(file.create_group("layers/dense/vars"))
    return content.getvalue()


def unallocated(group):
    group.create_dataset("0", (10**12,), "f4")


def chunked(group):
    group.create_dataset("0", (10**6,), "f4", compression="gzip", fillvalue=1)


def external(group):
    group.create_dataset("0", (5,), "f4", external=[("/etc/passwd", 0, 20)])


def external_link(group):
    group["0"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(group):
    group["0"] = h5py.SoftLink("/layers")


def virtual(group):
    layout = h5py.VirtualLayout((5,), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (5,))
    group.create_virtual_dataset("0", layout)


def words(group):
    group.create_dataset("0", data=["one", "two"])


def others(group):
    group.create_dataset("0", data=np.zeros(269_322, np.float32))


def crowd(group):
    for number in range(10_001):
        group.create_group(str(number))


def test_a_network_that_keras_itself_trained_is_loaded(model, pictures, capsys, tmp_path):
    trained = keras.saving.load_model(model)
    ended = keras.Sequential([keras.Input((784,)), *trained.layers, keras.layers.Softmax()])
    activated = keras.saving.load_model(model)
    activated.layers[-1].activation = keras.activations.softmax
    trained.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True), ["accuracy"])
    tables = []
    for number, network in enumerate((trained, activated, ended)):
        network.save(tmp_path / f"{number}.keras")
        assert main([str(tmp_path / f"{number}.keras"), str(pictures[0][0])]) == 0
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1] == tables[2]


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"config_json": "{"}, "Keras rejects in safe mode"),
        ({"config_json": "[1]"}, "Keras rejects in safe mode"),
        ({"config_json": json.dumps(layer("TFSMLayer", filepath="/"))}, "got 'TFSMLayer'"),
        ({"config_json": "[" * 100_000}, "Keras rejects in safe mode"),
        ({"config_json": None}, "got one without config.json"),
        ({"config_json": "[" + "{}," * 500_000 + "{}]"}, "at most 262144 bytes, got 1500004"),
        ({"config_json": wide}, r"a file large enough for 1041000002826 weights, got \d+ bytes"),
        ({"config_json": spread}, "expected at most 100000 outputs of a layer, got 784000"),
        ({"config_json": hidden_code}, "got one with '(__lambda__|Lambda)'"),
        ({"config_json": hidden_in_activation}, "got one with 'function'"),
        ({"config_json": shell}, "got one with 'system'"),
        ({"config_json": unrolled}, "got one with 'RepeatVector'"),
        ({"config_json": nested}, "expected a model with at most 100 layers, got 100003"),
        ({"config_json": nested_code}, "got one with 'RepeatVector'"),
        ({"config_json": hidden_model}, "got one with 'Sequential'"),
        ({"config_json": many}, "expected a model with at most 100 layers, got 304"),
        ({"config_json": shared}, "expected a model with at most 100 layers, got 303"),
        ({"config_json": deep}, "Keras rejects in safe mode"),
        ({"model_weights_h5": None}, "got one without model.weights.h5"),
        ({"model_weights_h5": b"x" * 2_000_000}, "Keras rejects in safe mode"),
        ({"model_weights_h5": b"\0" * (2**26 + 1)}, "at most 67108864 bytes, got a longer one"),
        *(
            ({"model_weights_h5": weights(write)}, "weights are not plain arrays")
            for write in (unallocated, chunked, external, external_link, soft_link, virtual)
        ),
        ({"model_weights_h5": weights(words)}, "weights are not plain arrays"),
        ({"model_weights_h5": weights(crowd)}, "weights are not plain arrays"),
        (
            {"model_weights_h5": weights(lambda _: None)},
            r"large enough for 269322 weights, got \d+ bytes",
        ),
        ({"model_weights_h5": weights(others)}, "Keras rejects in safe mode"),
        ({"compression": zipfile.ZIP_DEFLATED}, "it is compressed"),
        ({f"more_{number}": b"" for number in range(1000)}, "more than 1000 files"),
    ],
    ids=[
        *(
            "no JSON",
            "no model",
            "a layer",
            "brackets",
            "no config",
            "long config",
            "network of 4 TB",
        ),
        *("many outputs", "code", "code in an activation", "shell", "an unrolled network"),
        *("networks in a network", "a layer in networks in it", "a network as an activation"),
        *("many layers", "a layer called often", "a deep config"),
        *("no weights", "other weights", "many weights", "weights that are not there"),
        *("packed weights", "weights elsewhere", "a link elsewhere", "a link", "virtual weights"),
        *("words", "a crowd", "too few weights", "weights of others", "compressed", "many files"),
    ],
)
def test_damaged_or_hostile_model_is_rejected_in_one_line(
    model, pictures, capsys, tmp_path, monkeypatch, members, complaint
):
    monkeypatch.chdir(tmp_path)
    content = {
        name: configured(model, value) if callable(value) else value
        for name, value in members.items()
    }
    path = changed(model, tmp_path / "hostile.keras", **content)
    assert main([str(path), str(pictures[0][0])]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(rf"error: {path}: .*{complaint}.*\n", captured.err)
    assert not (tmp_path / "mine").exists()


def test_model_with_regularizers_and_constraints_is_loaded(tmp_path):
    rules = {
        f"kernel_{rule}": name for rule, name in (("regularizer", "l2"), ("constraint", "max_norm"))
    }
    layers = [keras.layers.Dense(10, kernel_initializer="orthogonal", **rules)]
    keras.Sequential([keras.Input((784,)), *layers]).save(tmp_path / "ruled.keras")
    loaded = mlp.load_model(tmp_path / "ruled.keras")
    np.testing.assert_array_equal(loaded.get_weights()[0], layers[0].get_weights()[0])


@pytest.mark.slow
def test_network_with_a_hundred_layers_is_used(pictures, capsys, tmp_path):
    layers = [keras.layers.Dense(10) for _ in range(99)]
    keras.Sequential([keras.Input((784,)), *layers]).save(tmp_path / "deep.keras")
    assert main([str(tmp_path / "deep.keras"), str(pictures[0][0])]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def convolutional(filters: int, size: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(filters, size, padding="same"),
            keras.layers.MaxPooling2D(4),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )


def test_convolutional_network_is_used_up_to_a_size_limit(pictures, capsys, tmp_path):
    path = tmp_path / "convolutional.keras"
    convolutional(4, 3).save(path)
    assert main([str(path), str(pictures[0][0])]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    convolutional(32, 64).save(path)
    assert main([str(path), str(pictures[0][0])]) == 2
    # At most 28 x 32 positions times 32 x 32 x 64 x 64 weights; the other layers need little.
    assert "at most 1000000000 multiplications per image, got 3758" in capsys.readouterr().err


def test_file_without_a_suitable_model_is_rejected(model, pictures, capsys, tmp_path):
    cut = tmp_path / "cut.keras"
    cut.write_bytes(model.read_bytes()[:5000])
    text = tmp_path / "model.txt"
    text.write_text("a model")
    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()]).save(other)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    h5py.File(tmp_path / "model.h5", "w").close()
    to_keras = 'convert it where it was created: model.save("model.keras")'
    inputs = keras.Input((784,))
    two = tmp_path / "two.keras"
    keras.Model(inputs, [keras.layers.Dense(10)(inputs) for _ in range(2)]).save(two)
    for path, complaint in (
        (two, "got one from (None, 784) to [(None, 10), (None, 10)]"),
        (cut, "got another kind of file"),
        (text, "got another kind of file"),
        (tmp_path, "expected a model (model.keras), got a folder"),
        (tmp_path / "pipe", "expected a model (model.keras), got a pipe"),
        (tmp_path / "saved", f"got a SavedModel; {to_keras}"),
        (tmp_path / "model.h5", f"got an HDF5 file; {to_keras}"),
        (Path("/dev/zero"), "expected a model (model.keras), got a device"),
        (tmp_path / "none.keras", "cannot be read (No such file or directory)"),
        (other, "got one from (None, 28, 28) to (None, 784)"),
    ):
        assert main([str(path), str(pictures[0][0])]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"error: {path}: ")
        assert complaint in error
        assert error.count("\n") == 1


def test_network_with_nan_weights_gives_an_error(model, pictures, capsys, tmp_path):
    broken = keras.saving.load_model(model)
    broken.set_weights([np.full_like(array, np.nan) for array in broken.get_weights()])
    broken.save(tmp_path / "nan.keras")
    assert main([str(tmp_path / "nan.keras"), str(pictures[0][0])]) == 2
    assert "its weights contain NaN or infinity, so its training failed" in capsys.readouterr().err


def test_rejected_model_leaves_nothing_in_keras(model, tmp_path):
    path = changed(model, tmp_path / "hostile.keras", config_json=configured(model, wide))
    with pytest.raises(InputError, match="1041000002826 weights"):
        mlp.load_model(path)
    with keras.StatelessScope():
        pass  # at its end Keras creates the requested variables that are missing

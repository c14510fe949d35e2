import argparse
from pathlib import Path

import pytest

from tf_edureka.cli import out, run_record, train_arguments, train_perceptron
from tf_edureka.errors import InputError


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def hold(*folders: str, name: str = "model.keras") -> None:
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, name).touch()


def arguments(**given) -> argparse.Namespace:
    return argparse.Namespace(**{"out": None, "overwrite": False, "pictures": "110dpi"} | given)


def test_folder_with_a_run_is_kept_and_a_numbered_one_used_with_a_note(capsys):
    assert out.run_folder(arguments(), "mnist", ["model.keras"]).path == Path("runs/mnist")
    assert capsys.readouterr().err == ""
    hold("runs/mnist", "runs/mnist-2")
    args = arguments()
    assert out.run_folder(args, "mnist", ["model.keras"]).path == Path("runs/mnist-3") == args.out
    assert (
        capsys.readouterr().err == "note: runs/mnist holds a run already; writing to runs/mnist-3\n"
    )


def test_named_folder_or_overwrite_uses_exactly_that_folder():
    hold("runs/mnist", "mine")
    replaced = out.run_folder(arguments(overwrite=True), "mnist", ["model.keras"])
    assert replaced.path == Path("runs/mnist")
    with pytest.raises(InputError, match="mine already holds a run"):
        out.run_folder(arguments(out=Path("mine")), "mnist", ["model.keras"])


def test_file_in_place_of_the_folder_is_an_error():
    Path("runs").mkdir()
    Path("runs/mnist").touch()
    with pytest.raises(InputError, match="expected a folder to write to, got a file"):
        out.run_folder(arguments(), "mnist", ["model.keras"])


@pytest.mark.parametrize(
    ("command", "options", "folder"),
    [
        (train_arguments, "", "mnist"),
        (train_arguments, "--implementation legacy", "mnist-legacy"),
        (train_arguments, "--recipe article", "mnist-article"),
        (train_arguments, "--augment --seeds 3", "mnist-augmented-seeds"),
        (train_arguments, "--strategy mirrored --replicas 2", "mnist-mirrored"),
        (train_perceptron, "", "perceptron"),
        (train_perceptron, "--gate xor --activation tanh --sweep 5", "perceptron-xor-tanh-sweep"),
        (train_perceptron, "--implementation legacy", "perceptron-legacy"),
        (train_perceptron, "--limits", "limits"),
    ],
)
def test_each_kind_of_run_has_a_folder(command, options, folder):
    args = command.parse(options.split())
    kind = run_record.kind(args) if command is train_arguments else train_perceptron.kind(args)
    assert out.default(kind) == Path("runs", folder)


def test_resume_continues_the_last_run_of_its_kind():
    checkpoint = f"checkpoint-1-0-{16 * 'a'}.npz"
    hold("runs/mnist", "runs/mnist-legacy")
    hold("runs/mnist-2", name=checkpoint)
    hold("runs/mnist-legacy-2", name=checkpoint)
    args = train_arguments.parse(["--resume"])
    assert run_record.run_folder(args).path == Path("runs/mnist-2") == args.out
    args = train_arguments.parse(["--resume", "--recipe", "article"])
    assert run_record.run_folder(args).path == Path("runs/mnist-article")

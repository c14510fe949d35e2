"""The gallery's program, with small programs of our own instead of those of published papers."""

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import agreement
import gallery
import pages
import papers
import programs
import pytest
from helpers import expect_error

from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.runner import period

pytest.importorskip("tomllib")

TODAY = programs.today
DRIFT = "equal in every digit, then they drift apart"
# Prints losses, as a program that trains does.
PROGRAM = """\
import sys
STEPS = 1000
for step in range(STEPS):
    print("loss:", round(2 / (step + 1), 5))
print("accuracy:", sys.argv[1])
"""
TENSORFLOW_1 = """\
import numpy as np
import tensorflow as tf
for graph in (tf.get_default_graph(), tf.Graph()):
    with graph.as_default(), tf.Session() as session:
        weights = tf.Variable(tf.random_normal([3]))
        loss = tf.reduce_sum(tf.square(weights - np.random.uniform(size=3)))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            print("loss: %.5f" % session.run([train, loss])[1])
print("accuracy: 0.5")
"""


def git(folder, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def toml(value):
    if isinstance(value, dict):
        return (
            f"{{ {', '.join(f'{json.dumps(key)} = {toml(one)}' for key, one in value.items())} }}"
        )
    return json.dumps(value)


@pytest.fixture
def repository(tmp_path):
    """Makes a Git repository of some files; returns its folder."""

    def make(**files):
        folder = tmp_path / "checkouts" / "someone+network"
        (folder / "code").mkdir(parents=True)
        for name, text in files.items():
            (folder / "code" / f"{name}.py").write_text(text)
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "published")
        return folder

    return make


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Runs the command on a table of rows, each given by what differs; returns its exit code.

    Both TensorFlows are this Python alone, so that only a test about TensorFlow imports it.
    """
    for name in ("TABLE", "RECORDS", "PAGE", "LOGS"):
        path = tmp_path / getattr(gallery, name).name
        monkeypatch.setattr(gallery, name, path)
    system = programs.System([sys.executable], ["3.11.0", "2.21.0", "2.1.3"])
    old = programs.System([sys.executable], ["3.7.16", "1.15.5", "1.18.5"])
    monkeypatch.setattr(programs, "today", lambda: system)
    monkeypatch.setattr(programs, "tensorflow1", lambda _: old)

    def calls(folder, *arguments, **rows):
        table = ""
        for name, row in rows.items():
            whole = {
                **{"name": name, "title": "A network", "authors": "Someone", "venue": "Here 2017"},
                **{"link": "https://example.org", "licence": "MIT", "result_unit": "accuracy"},
                **{"repository": "https://example.org/someone/network", "folder": "code"},
                **{"commit": git(folder, "rev-parse", "HEAD"), "command": ["train.py", "0.8"]},
                **{"losses": r"loss: (\S+)", "result": r"accuracy: (\S+)", **row},
            }
            lines = (f"{key} = {toml(value)}" for key, value in whole.items())
            table += "[[paper]]\n" + "\n".join(lines) + "\n"
        gallery.TABLE.write_text(table)
        return gallery.main(["--checkouts", str(tmp_path / "checkouts"), *arguments])

    return calls


SHORT = {"edits": [["train.py", "STEPS = 1000", "STEPS = 12"]], "shortened": "12 of 1000 steps"}


def recorded():
    return json.loads(gallery.RECORDS.read_text())


def test_a_program_runs_on_both_tensorflows_with_its_edits(repository, call, capsys):
    folder = repository(train=PROGRAM)
    assert call(folder, "--tensorflow1", "python3.7", net=SHORT) == 0
    record = recorded()["net"]
    (old,), new = record["tensorflow1"]["runs"], record["today"]["runs"]
    assert len(new) == 2
    for run in (old, *new):
        assert run["result"] == "0.8"
        assert len(run["losses"].split()) == 12
    page = gallery.PAGE.read_text()
    (first, second), seconds = (run["seconds"] for run in new), old["seconds"]
    assert (
        f"| 0.8 ({seconds} s) | 0.8 ({first}, {second} s) | all 12 equal in every digit |" in page
    )
    assert "- STEPS = 1000\n+ STEPS = 12\n" in page
    assert "Shortened: 12 of 1000 steps." in page
    assert "all 12 equal in every digit" in capsys.readouterr().out
    assert (gallery.LOGS / "net.today.2.log").read_text().endswith("accuracy: 0.8\n")
    assert git(folder, "status", "--porcelain") == ""


def test_results_of_1_15_stay_until_what_runs_changes(repository, call):
    folder = repository(train=PROGRAM)
    call(folder, "--tensorflow1", "python3.7", net=SHORT)
    assert call(folder, "--times", "1", net={**SHORT, "claim": "80 %"}) == 0
    assert recorded()["net"]["tensorflow1"]["runs"][0]["result"] == "0.8"
    assert "| 80 % | 0.8 (" in gallery.PAGE.read_text()
    assert call(folder, "--times", "1", net={**SHORT, "command": ["train.py", "0.7"]}) == 0
    assert "tensorflow1" not in recorded()["net"]
    assert "| – | – | 0.7 (" in gallery.PAGE.read_text()


def test_a_program_that_fails_is_a_row_and_the_others_run(repository, call, capsys):
    folder = repository(train=PROGRAM, fails="print('loss: 1')\nraise ValueError('a | b')\n")
    rows = {"bad": {"command": ["fails.py"]}, "net": SHORT}
    assert call(folder, "--times", "1", **rows) == 1
    page = gallery.PAGE.read_text()
    assert r"fails, exit code 1: ValueError: a \| b (" in page
    assert "| 0.8 (" in page
    assert "failed: bad: exit code 1: ValueError: a | b\n" in capsys.readouterr().out


def test_a_program_that_does_not_print_what_is_expected_fails(repository, call):
    folder = repository(train="print('accuracy: 1')\n")
    assert call(folder, net={}) == 1
    assert recorded()["net"]["today"]["runs"][0]["failure"].startswith("no losses: ")


@pytest.mark.parametrize(
    ("row", "failure"),
    [
        ({"commit": "0" * 40}, "expected commit 0000"),
        ({"edits": [["train.py", "step", "x"]]}, "expected 'step' once, got it 2 times"),
        ({"edits": [["train.py", "epochs", "x"]]}, "expected 'epochs' once, got it 0 times"),
        ({"mnist": "data"}, "expected a folder with MNIST's four .gz files"),
    ],
    ids=["commit", "edit twice", "edit absent", "MNIST absent"],
)
def test_a_row_that_does_not_fit_its_repository_fails(repository, call, monkeypatch, row, failure):
    monkeypatch.delenv(MNIST_FOLDER_VARIABLE, raising=False)
    assert call(repository(train=PROGRAM), net=row) == 1
    assert failure in recorded()["net"]["today"]["runs"][0]["failure"]


def test_a_modified_checkout_fails(repository, call):
    folder = repository(train=PROGRAM)
    (folder / "code" / "more.py").touch()
    assert call(folder, net=SHORT) == 1
    assert "expected an unmodified checkout" in recorded()["net"]["today"]["runs"][0]["failure"]


def test_a_program_that_hangs_is_stopped_with_its_children(repository, call, tmp_path):
    child = f"open({str(tmp_path / 'child')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    hangs = f"""
        import subprocess, sys
        subprocess.run([sys.executable, "-c", {f"import os, time; {child}"!r}])
    """
    folder = repository(train=textwrap.dedent(hangs))
    assert call(folder, "--limit", "3", "--times", "1", net={}) == 1
    (run,) = recorded()["net"]["today"]["runs"]
    assert run["failure"] == "stopped at the time limit: no output"
    state = Path(f"/proc/{(tmp_path / 'child').read_text()}/stat")
    for _ in range(100):  # until the child is gone, or a zombie without a parent that waits for it
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError("the child still runs")


def test_a_check_compares_with_what_is_recorded_and_writes_nothing(repository, call, capsys):
    folder = repository(train=PROGRAM)
    assert call(folder, "--check", net=SHORT) == 1
    assert "failed: net: no results of 1.15.5 are recorded" in capsys.readouterr().out
    call(folder, "--tensorflow1", "python3.7", net=SHORT)
    before = gallery.RECORDS.read_bytes(), gallery.PAGE.read_bytes()
    assert call(folder, "--check", net=SHORT) == 0
    drifts = gallery.RECORDS.read_text().replace("0.28571", "0.28671")  # the seventh loss
    assert call(folder, "--check", net=SHORT) == 0
    assert (gallery.RECORDS.read_bytes(), gallery.PAGE.read_bytes()) == before
    whole = json.loads(drifts)
    whole["net"]["today"]["runs"][0]["losses"] = whole["net"]["tensorflow1"]["runs"][0]["losses"]
    gallery.RECORDS.write_text(json.dumps(whole))
    assert call(folder, "--check", net=SHORT) == 0  # 6 of 12 agree: half of them
    gallery.RECORDS.write_text(json.dumps(whole).replace("0.33333", "0.33433"))  # the sixth
    assert call(folder, "--check", net=SHORT) == 1
    said = "failed: net: the first 5 losses agree with 1.15.5, when recorded 12 did"
    assert said in capsys.readouterr().out


def test_files_data_and_preparing_commands_are_there(repository, call, tmp_path, monkeypatch):
    (tmp_path / "mnist").mkdir()
    for name in "abcd":
        (tmp_path / "mnist" / f"{name}-ubyte.gz").touch()
    monkeypatch.setenv(MNIST_FOLDER_VARIABLE, str(tmp_path / "mnist"))
    train = """
        import os, own
        print("loss: 1", open("made").read(), sorted(os.listdir("data")))
        print("accuracy:", own.VALUE)
    """
    folder = repository(
        train=textwrap.dedent(train), make="import sys; open('made', 'w').write(sys.argv[1])"
    )
    row = {
        **{"before": [["make.py", "loss: 2"]], "mnist": "data", "path": "packages"},
        "files": {"packages/own.py": "VALUE = 0.9"},
    }
    assert call(folder, "--times", "1", net=row) == 0
    (run,) = recorded()["net"]["today"]["runs"]
    assert (run["losses"], run["result"]) == ("1 2", "0.9")
    assert "PYTHONPATH=packages tf-edureka run make.py 'loss: 2'" in gallery.PAGE.read_text()


def test_a_program_sees_little_of_the_environment(repository, call, monkeypatch):
    monkeypatch.setenv("SECRET", "1")
    train = "import os; print('loss: 1\\nseen:', ','.join(os.environ), '\\naccuracy: 1')"
    folder = repository(train=train)
    assert call(folder, "--times", "1", net={}) == 0
    printed = (gallery.LOGS / "net.today.1.log").read_text()
    seen = set(printed.split("seen: ")[1].split()[0].split(","))
    assert seen - {"LC_CTYPE"} <= {*programs.PASSED_ON, *programs.FIXED, "PYTHONPATH"}


def test_unknown_names_and_keys_are_errors(repository, call, capsys):
    folder = repository(train=PROGRAM)
    assert call(folder, "other", net=SHORT) == 2
    expect_error(capsys.readouterr().err, "expected names of net; got other")
    assert call(folder, net={**SHORT, "epochs": 3}) == 2
    expect_error(capsys.readouterr().err, "epochs")
    gallery.TABLE.write_text("[[paper]")
    assert gallery.main([]) == 2
    expect_error(capsys.readouterr().err, "papers.toml")


@pytest.mark.slow
def test_a_program_is_fetched_and_seeded(repository, call, monkeypatch):
    if not period.exists():
        pytest.skip("TensorFlow 1.15.5's own Python is not here: tf-edureka run --fetch-period")
    monkeypatch.setattr(programs, "today", TODAY)
    folder = repository(train=TENSORFLOW_1)
    row = {"repository": folder.as_uri(), "seed": 1}
    assert call(folder, net=row) == 0
    first, second = recorded()["net"]["today"]["runs"]
    assert first["losses"] == second["losses"]
    assert len(first["losses"].split()) == 10
    assert 'tf-edureka run "$seeded" 1 train.py' in gallery.PAGE.read_text()
    assert call(folder, "--times", "1", net={**row, "seed": 2}) == 0
    assert recorded()["net"]["today"]["runs"][0]["losses"] != first["losses"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.5 0.25", "1.5 0.25", "all 2 equal in every digit"),
        (
            *("1.5 0.25", "1.5 0.2502"),
            "all 2 agree, 1 in every digit, largest difference 8e-04",
        ),
        ("0.002 5", "0.003 5", "all 2 agree, 1 in every digit, largest difference 3e-01"),
        ("0.0020 5", "0.0030 5", "already the first of 2 differs"),
        (
            "1.00 2.00 3.0",
            "1.00 2.05 3.0",
            "the first 1 of 3 equal in every digit, then they drift apart",
        ),
        ("nan 1", "nan 1", "all 2 equal in every digit"),
        ("nan 1", "2 1", "already the first of 2 differs"),
        ("1e-05", "1.0001e-05", "all 1 agree, 0 in every digit, largest difference 1e-04"),
        ("-1.000", "1.000", "already the first of 1 differs"),
        ("1 2 3", "1 2", "all 2 equal in every digit (3 and 2 were printed)"),
    ],
)
def test_losses_agree_within_a_thousandth_or_the_last_digit(old, new, said):
    assert str(agreement.compare(old, new)) == said


def test_runs_that_print_different_losses_are_told():
    runs = [{"losses": "1.0 2.0"}, {"losses": "1.0 9.0"}]
    said = pages.losses([{"losses": "1.0 2.0"}], runs)
    assert said.endswith(
        "Two runs today: the first 1 of 2 equal in every digit, then they drift apart"
    )


def test_results_have_at_most_six_digits():
    runs = [
        {"seconds": 2.0, "result": "0.9089256073366482"},
        {"seconds": 3.5, "result": "0.90892564"},
        {"seconds": 4.0, "result": "0.81600"},
    ]
    assert pages.outcome(runs) == "0.908926, 0.81600 (2.0, 3.5, 4.0 s)"


def test_the_page_shows_what_was_measured_of_each_row():
    table = papers.read(gallery.TABLE)
    records = json.loads(gallery.RECORDS.read_text(encoding="utf-8"))
    assert list(records) == list(table), "python scripts/gallery.py NAME"
    for name, record in records.items():
        assert record["what_runs"] == table[name].what_runs, f"python scripts/gallery.py {name}"
        assert not gallery.failures(record)
        assert len(record["tensorflow1"]["runs"]) == 1
        assert len(record["today"]["runs"]) >= 2
    page = gallery.PAGE.read_text(encoding="utf-8")
    assert page == pages.page(table, records), "python scripts/gallery.py --table"

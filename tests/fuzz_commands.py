"""Generates command lines, runs them, and reports those that do not end as documented.

    python tests/fuzz_commands.py 1000 [--seed 1] [--jobs 2] [--only 17 ...] [--work FOLDER]

Each line is a command of the package with values that are valid, borderline or invalid, often in an
unusual environment and with unusual redirections. It has its own folder with files that a user may
have: data, models, pictures and earlier runs, intact and damaged. It must end in time and with a
documented exit code, with at most one `error:` line and no traceback, change no existing file
unless asked to, and leave no process behind. The same seed generates the same lines.

Run by hand, on Linux with bash. PYTHONPATH decides which package is tested.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import hashlib
import importlib
import itertools
import json
import os
import random
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import numpy as np
from helpers import NAMES, SCRIPTS, write_folder
from kill_and_resume import DYING, RUN
from PIL import Image

import tf_edureka
from tf_edureka.cli import COMMANDS, options
from tf_edureka.data import rendered

MODULES = {name: module for name, (module, _) in COMMANDS.items()}
MODULES |= {name: f"tf_edureka.cli.{name}" for name in ("gpu_check", "render_notebooks")}
DOCUMENTED = {0, 1, 2, 3, 4, 130, 143}
OF_SCRIPT = 7  # exit code of one of the scripts for `run`
MARK = "FUZZED_IN"  # variable with a line's folder, which identifies its processes

SHORT = ["--data-dir digits", "--limit 200", "--epochs 2", "--out out"]
CLUSTER = ["--strategy multiworker", "--wait 3"]
# Valid, quick command lines of each command, as groups of words that belong together.
RIGHT = {
    "train-mnist": [
        *[SHORT] * 3,
        [*SHORT, "--quiet"],
        [*SHORT, "--seeds 2"],
        [*SHORT, "--augment", "--min-accuracy 0"],
        [*SHORT, "--implementation legacy"],
        [*SHORT, "--strategy mirrored", "--replicas 2"],
        [*SHORT, *CLUSTER],
        [*SHORT[:2], "--epochs 6", "--resume", "--out killed"],
        [*SHORT[:3], "--overwrite", "--out finished"],
    ],
    "train-perceptron": [
        *[["--epochs 3", "--out out"]] * 2,
        ["--epochs 3", "--out out", "--gate xor", "--activation tanh", "--animation"],
        ["--epochs 3", "--out out", "--sweep 5"],
        ["--epochs 2", "--out out", "--sweep 2", "--limits"],
    ],
    "compare": [["--data-dir digits", "--limit 200", "--epochs 1", "--steps 2", "--out out"]],
    "predict": [["finished/model.keras", "zero.png"], ["finished/model.keras", "zero.png one.jpg"]],
    "benchmark": [[*SHORT, "--ways project_no_xla"]],
    "launch-workers": [["--timeout 30", "--restarts 1", "2", *SHORT]],
    "doctor": [[], ["--json"]],
    "run": [["script.py"], ["--report", "--figures out", "script.py"], ["fails.py"]],
    "gpu_check": [["--data-dir digits"], ["--device cpu", "--data-dir digits"]],
    "render_notebooks": [["page.ipynb", "--out out"]],
}
# Words that a line must keep: without them it would be valid and slow.
NEEDS = {
    "train-mnist": ["--limit 200"],
    "compare": ["--limit 200"],
    "gpu_check": ["--limit 200"],
    "benchmark": ["--ways project_no_xla", "--limit 200"],
    "launch-workers": ["--limit 200", "--timeout 30", "--restarts 1"],
}

NUMBERS = ["0", "-1", "-0", "1e400", "nan", "-inf", str(10**30), "١٢", "", " ", "-", "0x10", "1_0"]
NUMBERS += ["1e-400", "007", "2", "1.5", "three", "9" * 5000, "1\n", b"\xff", "\x1b[31m1"]
# For options with many valid values that take long or all memory.
FEW = ["2", "1", "1.5", "0", "-1", "nan", "1e400", "inf", str(10**30), "", "-", "٢", "two"]
PATHS = ["gone", "file", "folder", "pipe", "socket", "locked", "loop", "dangling", "", " ", "-"]
PATHS += ["/dev/null", "/dev/full", "/dev/zero", "/dev/stdin", "/proc/self/mem", "/proc/none/x"]
PATHS += ["a" * 300, "b/" * 3000, "file/below", "pipe/out", "locked/out", "esc\x1b[31m"]
PATHS += ["two\nlines", b"caf\xe9", "\u202egnp"]
PICTURES = ["zero.png", "one.jpg", "cut.png", "text.png", "white.png", "wide.png", "pictures"]
PICTURES += ["esc\x1b[31m.png", "new\nline.png", b"caf\xe9.png", "zero.png zero.png"]
VALUES = {
    "data_dir": ["digits", "few", "cut", "three", "piped", "swapped", "digits\x1b[31m", "bomb"],
    "out": ["out", "new/deep", "finished", "killed", "forged", "perceptron", "digits", "."],
    "model": ["finished/model.keras", "cut.keras", "empty.keras", "other.keras", "nan.keras"],
    "images": PICTURES,
    "figures": ["out", "folder", "finished"],
    "script": ["script.py", "fails.py", "exits.py", "syntax.py", "bytes.py", "deletes.py", "-"],
    "notebooks": ["page.ipynb", "fails.ipynb", "cut.ipynb", "page.ipynb page.ipynb"],
    "ways": ["project_no_xla", "function", "torch", "project_no_xla project_no_xla", "x", ""],
    "measure": ["epoch", "networks", "x"],  # growth takes longer than a minute
    **dict.fromkeys(("workers", "timeout", "wait", "seeds", "sweep", "replicas"), FEW),
    "restarts": [one for one in FEW if one != str(10**30)],
}
STRANGERS = ["--nonsense", "--hel", "-x", "--", "-", "x", "", "@file", "--résumé", "--\x1b[31m"]
STRANGERS += ["--out=", "--quiet=1", "--epoch", "--data", "--seed", "--overwrite", "--resume"]
STRANGERS += ["--limits", "--show", "--json", "--report", "--help", "-h", "--version"]

WORKERS = ["127.0.0.1:23571", "127.0.0.1:23572"]


def tf_config(workers: object, index: object = 0, kind: object = "worker", **more: object) -> str:
    cluster = {"worker": workers, **more}
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


BROKEN = ["", "{", "null", "[]", "{}", '"x"', "NaN", "\ufeff{}", "[" * 100_000, '{"a":' * 3000]
INDICES = [2, -1, True, 1.9, "0", None, "١", [0], 10**400]
ADDRESSES = ["a", "a:0", "a:99999", "\x1b:1", "x\n:1", "a" * 300 + ":1", 1, None, []]
CONFIGS = [
    *BROKEN,
    *[tf_config(WORKERS[:1])] * 3,
    tf_config(WORKERS),
    tf_config(WORKERS, 1),
    *(tf_config(WORKERS, index) for index in INDICES),
    tf_config(WORKERS, 1).replace(": 1}", ": 1e400}"),
    *(tf_config([address]) for address in ADDRESSES),
    *(tf_config(workers) for workers in ([], WORKERS * 2, "a:1", 3, {"0": "a:1"})),
    *(tf_config(WORKERS, 0, kind) for kind in ("evaluator", "\x1b", ["worker"])),
    *(tf_config(WORKERS, **more) for more in ({"chief": WORKERS}, {"ps": ["a:1"]}, {"chief": 1})),
]

ASCII = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENVIRONMENTS = [
    *[ASCII] * 3,
    *[{"PYTHONWARNINGS": "error"}] * 2,
    *({"HOME": home} for home in ("/proc/nonexistent", "file", "")),
    *({"TMPDIR": folder} for folder in ("/proc/nonexistent", "file", "gone")),
    *({"TF_EDUREKA_MNIST_DIR": str(folder)} for folder in ("digits", "few", "pipe", "/dev/zero")),
    *({"TFDS_DATA_DIR": folder} for folder in ("file", "pipe", "/proc/nonexistent", "digits")),
    *({"KERAS_BACKEND": name} for name in ("jax", "nonsense", "")),
    *({"PYTHONOPTIMIZE": level} for level in "12"),
    *({"COLUMNS": width} for width in ("1", "0", "-1", "x", "99999")),
    {"NO_COLOR": "1", "TERM": "dumb"},
    *({"CUDA_VISIBLE_DEVICES": devices} for devices in ("", "-1", "0", "x,y")),
    *({"MPLBACKEND": name} for name in ("nonsense", "TkAgg")),
    *({"MPLCONFIGDIR": "/proc/nonexistent"}, {"KERAS_HOME": "file"}, {"PATH": ""}),
    *({"OMP_NUM_THREADS": "x"}, {"TF_CPP_MIN_LOG_LEVEL": "0"}, {"PYTHONIOENCODING": "ascii"}),
    *({"PYTHONUNBUFFERED": "1"}, {"TZ": "nonsense"}, {"DISPLAY": ":99"}),
    {"no_proxy": ""},
]
PYTHONS = [*[""] * 12, "-O", "-OO", "-W error", "-B", "-X utf8", "-u"]
LOST = {">/dev/full": "full", ">&-": "closed", "> >(true)": "reader gone"}
STDOUT = [*[""] * 8, ">/dev/null", *LOST, "> >(head -n 1 >/dev/null)"]
STDERR = [*[""] * 12, *(f"2{to}" for to in (">/dev/null", *LOST))]
STDIN = ["</dev/null", "</dev/null", "<&-", "<<<'print(1)'"]


@dataclass
class Line:
    """A command line, facts derived from it, and how it ended.

    `words` are the command's arguments; `shell` runs it in its folder.
    """

    number: int
    command: str
    words: list[bytes]
    shell: str
    code: int | None = None
    seconds: float = 0.0
    stdout: bytes = b""
    stderr: bytes = b""
    faults: list[str] = field(default_factory=list)


class _Parser(BaseException):
    """Carries the parser out of a command."""


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of a command, taken when it starts to parse."""

    def give(parser: argparse.ArgumentParser, *_: object) -> None:
        raise _Parser(parser)

    original = argparse.ArgumentParser.parse_known_args
    argparse.ArgumentParser.parse_known_args = give
    try:
        importlib.import_module(MODULES[command]).main([])
    except _Parser as found:
        return found.args[0]
    finally:
        argparse.ArgumentParser.parse_known_args = original
    raise AssertionError(f"{command} parses nothing")


def actions_of(command: str) -> list[argparse.Action]:
    """The arguments that a command takes."""
    parser = parser_of(command)
    kept = [one for one in parser._actions if one.nargs != argparse.REMAINDER]  # noqa: SLF001
    return kept + (actions_of("train-mnist") if command == "launch-workers" else [])


def value(dice: random.Random, action: argparse.Action) -> list[bytes]:
    """Words for an argument: valid, borderline or invalid."""
    choices = VALUES.get(action.dest) or list(action.choices or ())
    of_all_kinds = PATHS if action.type is options.path or action.dest == "script" else NUMBERS
    likely = 1.0 if VALUES.get(action.dest) in (FEW, VALUES["restarts"], VALUES["ways"]) else 0.65
    chosen = dice.choice(choices if choices and dice.random() < likely else of_all_kinds)
    word = os.fsencode(chosen)
    return word.split() if action.nargs in ("+", "*") and word.strip() else [word]


def given(dice: random.Random, action: argparse.Action) -> list[bytes]:
    """An argument as written in a line, with its value if it has one."""
    if not action.option_strings:
        return value(dice, action)
    name = action.option_strings[-1].encode()
    if action.nargs == 0:
        return [name]
    if dice.random() < 0.2:
        return [name + b"=" + value(dice, action)[0]]
    if dice.random() < 0.05:
        return [name]
    return [name, *value(dice, action)]


def words_of(dice: random.Random, command: str, actions: list[argparse.Action]) -> list[bytes]:
    """The arguments of a command: a valid line with some changes."""
    groups = [[os.fsencode(w) for w in group.split()] for group in dice.choice(RIGHT[command])]
    for _ in range(dice.choice([0, 1, 1, 1, 2, 2, 3, 5])):
        place = dice.randint(0, len(groups))
        way = dice.random()
        if way < 0.65 and actions:
            new = given(dice, dice.choice(actions))
            name = new[0].partition(b"=")[0] if new else b""
            same = [i for i, one in enumerate(groups) if one[:1] == [name]]
            if same and dice.random() < 0.8:  # replaces the existing one
                groups[same[0]] = new
            elif not name.startswith(b"-") and groups and dice.random() < 0.7:
                positions = [i for i, one in enumerate(groups) if not one[0].startswith(b"-")]
                groups[dice.choice(positions or [0])] = new
            else:
                groups.insert(place, new)
        elif way < 0.75 and groups:
            del groups[place - 1]
        elif way < 0.82 and groups:
            groups.insert(place, list(groups[place - 1]))
        elif way < 0.86 and groups and groups[place - 1][0].startswith(b"--"):
            groups[place - 1][0] = groups[place - 1][0][:-1]
        else:
            groups.insert(place, [os.fsencode(dice.choice(STRANGERS))])
        groups = [one for one in groups if one]
    words = [word for group in groups for word in group]
    needs = [one.encode().split() for one in NEEDS.get(command, [])]
    if command == "train-perceptron" and b"--limits" in words:
        needs.append([b"--sweep", b"2", b"--epochs", b"2"])
    if command == "train-mnist" and b"multiworker" in b" ".join(words):
        needs.append([b"--wait", b"3"])
    for need in needs:
        if not any(word.partition(b"=")[0] == need[0] for word in words):
            words = [*need, *words]
    return words


def quoted(word: bytes) -> str:
    """A word quoted for bash, in printable ASCII."""
    if repeated := re.fullmatch(rb"([ -~]{1,6}?)\1{99,}", word):
        times = len(word) // len(repeated[1])
        return f'"$(printf {shlex.quote(repeated[1].decode())}%.0s {{1..{times}}})"'
    if all(32 <= byte < 127 for byte in word):
        return shlex.quote(word.decode())
    escaped = (chr(b) if 32 <= b < 127 and b not in b"'\\" else f"\\x{b:02x}" for b in word)
    return f"$'{''.join(escaped)}'"


def make_line(seed: int, number: int, actions: dict[str, list[argparse.Action]]) -> Line:
    """Generates the line with a number; it depends only on the seed."""
    dice = random.Random(f"{seed}: {number}")
    shares = {"train-mnist": 5, "launch-workers": 3, "predict": 3, "train-perceptron": 3, "run": 2}
    command = dice.choices([*RIGHT], [shares.get(name, 1) for name in RIGHT])[0]
    words = words_of(dice, command, actions[command])
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "LANG": "C.UTF-8",
        "http_proxy": "http://127.0.0.1:9",  # no server listens there: no network
        "https_proxy": "http://127.0.0.1:9",
        "no_proxy": "127.0.0.1",  # workers on one machine use this address
    }
    changes = dice.sample(ENVIRONMENTS, dice.choice([0, 0, 0, 1, 1, 2]))
    if dice.random() < 0.1 or b"multiworker" in words and dice.random() < 0.95:
        changes.append({"TF_CONFIG": dice.choice(CONFIGS)})
    for change in changes:
        environment |= change
    assigned = [f'{MARK}="$PWD"', 'HOME="$PWD/home"', 'TMPDIR="$PWD/tmp"']
    assigned += [f"{name}={quoted(os.fsencode(text))}" for name, text in environment.items()]
    script = SCRIPTS / f"{command.replace('-', '_')}.py"
    start = f"-m tf_edureka {command}"
    if command not in COMMANDS or (script.exists() and dice.random() < 0.2):
        start = shlex.quote(str(script))
    elif command == "run" and dice.random() < 0.4:
        start = "-m tf_edureka.legacy"
    parts = ["exec"]
    if dice.random() < 0.2 and os.geteuid() == 0 and shutil.which("setpriv"):
        # Root may write everywhere; without these two capabilities the file modes apply.
        parts.append("setpriv --bounding-set=-dac_override,-dac_read_search")
    parts += ["env -i", *assigned]
    if dice.random() < 0.12:
        how = f"-s {dice.choice(['INT', 'TERM'])} {dice.choice([0.5, 1, 2, 4, 8])}"
        parts.append(f"{shutil.which('timeout')} --foreground --preserve-status {how}")
    parts += [shlex.quote(sys.executable), dice.choice(PYTHONS), start]
    parts += [quoted(word) for word in words]
    parts += [dice.choice(STDIN), dice.choice(STDOUT), dice.choice(STDERR)]
    return Line(number, command, words, " ".join(part for part in parts if part))


MODELS_TO_MAKE = """
import keras, numpy as np
keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save("other.keras")
model = keras.saving.load_model("finished/model.keras", compile=False)
model.set_weights([np.full_like(one, np.nan) for one in model.get_weights()])
model.save("nan.keras")
"""
SCRIPTS_TO_RUN = {
    "script.py": "import tensorflow as tf\nprint(tf.Session().run(tf.constant(1)))\n",
    "fails.py": "import tensorflow as tf\ntf.contrib.nothing_there\n",
    "exits.py": f"import sys\nsys.exit({OF_SCRIPT})\n",
    "syntax.py": "print 1\n",
    "deletes.py": "import os\nos.remove(__file__)\n",
}


def make_stage(stage: Path) -> None:
    """Fills a folder with files that a user may have; each line gets a copy of it."""
    shutil.rmtree(stage, ignore_errors=True)
    for name in ("home", "tmp", "folder", "locked"):
        (stage / name).mkdir(parents=True)
    _make_data(stage)
    for name, text in SCRIPTS_TO_RUN.items():
        (stage / name).write_text(text)
    (stage / "bytes.py").write_bytes(b"print('caf\xe9')\n")
    for name, code in {"page": "1 + 1", "fails": "1 / 0"}.items():
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": code}
        cell |= {"execution_count": None, "outputs": []}
        page = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
        (stage / f"{name}.ipynb").write_text(json.dumps(page))
    (stage / "cut.ipynb").write_text('{"nbformat": 4')
    _make_runs(stage)
    _make_pictures(stage)
    (stage / "file").write_text("a file\n")
    os.mkfifo(stage / "pipe")
    (stage / "loop").symlink_to("loop")
    (stage / "dangling").symlink_to("nowhere")
    os.mknod(stage / "socket", stat.S_IFSOCK | 0o600)
    (stage / "locked").chmod(0o555)


def _make_data(stage: Path) -> None:
    digits = rendered.digits(5600, 200)
    write_folder(stage / "digits", digits)
    write_folder(stage / "few", [one[:50] for one in digits])
    (stage / "digits\x1b[31m").symlink_to("digits")
    for name in ("cut", "three", "piped", "swapped", "bomb"):
        shutil.copytree(stage / "digits", stage / name)
    first, second = (f"{name}.gz" for name in NAMES[:2])
    os.truncate(stage / "cut" / first, 100_000)
    (stage / "three" / second).unlink()
    (stage / "piped" / first).unlink()
    os.mkfifo(stage / "piped" / first)
    (stage / "swapped" / first).rename(stage / "swapped" / "x")
    (stage / "swapped" / second).rename(stage / "swapped" / first)
    (stage / "swapped" / "x").rename(stage / "swapped" / second)
    zeros = subprocess.run(
        "head -c 1G /dev/zero | gzip -1", shell=True, capture_output=True, check=True
    )
    (stage / "bomb" / first).write_bytes(zeros.stdout)


def _make_pictures(stage: Path) -> None:
    pixels = np.full((64, 64), 255, np.uint8)
    pixels[12:52, 28:36] = 0
    for name in ("zero.png", "one.jpg", "esc\x1b[31m.png", "new\nline.png", b"caf\xe9.png"):
        Image.fromarray(pixels).save(stage / os.fsdecode(name))
    Image.new("L", (30, 30), 255).save(stage / "white.png")
    Image.new("L", (30_000, 2), 255).save(stage / "wide.png")
    (stage / "cut.png").write_bytes((stage / "zero.png").read_bytes()[:60])
    (stage / "text.png").write_text("no picture\n")
    (stage / "pictures").mkdir()
    shutil.copy(stage / "zero.png", stage / "pictures")


def _make_runs(stage: Path) -> None:
    def call(*command: str, code: int = 0) -> None:
        done = subprocess.run([sys.executable, *command], cwd=stage, capture_output=True, text=True)
        if done.returncode != code:
            raise SystemExit(f"{shlex.join(command)}: {done.returncode}\n{done.stderr}")

    trained = [str(SCRIPTS / "train_mnist.py"), *" ".join(SHORT[:2]).split()]
    call(*trained, "--epochs", "2", "--out", "finished")
    # Killed in the third write: two checkpoints, and the start of a third.
    call("-c", DYING + RUN, "3", *trained, "--epochs", "6", "--out", "killed", code=-signal.SIGKILL)
    shutil.copytree(stage / "killed", stage / "forged")
    for checkpoint in (stage / "forged").glob("checkpoint-*"):
        checkpoint.write_bytes(checkpoint.read_bytes()[:-1] + b"x")
    call("-m", "tf_edureka", "train-perceptron", "--epochs", "2", "--out", "perceptron")
    call("-c", MODELS_TO_MAKE)
    whole = (stage / "finished" / "model.keras").read_bytes()
    (stage / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (stage / "empty.keras").touch()


def listing(folder: Path) -> dict[str, str]:
    """The files in a folder, each with a text that changes with the file."""
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder" if path.is_dir() else "special"
    return found


def processes_of(folder: Path) -> list[int]:
    """The processes of the line with that folder that still run."""
    mark, found = f"\0{MARK}={folder}\0".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                state = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
                if state != "Z" and mark in b"\0" + (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found


def end_processes(folder: Path) -> None:
    """Ends the processes of the line with that folder."""
    while left := processes_of(folder):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def run(line: Line, work: Path, seconds: float) -> Line:
    """Runs a line in a copy of the stage and finds the faults in how it ended."""
    folder = work / f"line-{line.number}"
    shutil.rmtree(folder, ignore_errors=True)  # left by an interrupted run
    subprocess.run(["cp", "-a", str(work / "stage"), str(folder)], check=True)
    before, began = listing(folder), time.monotonic()
    line.faults = []
    with subprocess.Popen(
        ["bash", "-c", line.shell],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            line.stdout, line.stderr = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            ended = process.poll() is not None
            line.faults.append("left a process behind" if ended else f"over {seconds:g} s")
            end_processes(folder)
            line.stdout, line.stderr = process.communicate()
    line.code, line.seconds = process.returncode, time.monotonic() - began
    if not line.faults:
        if processes_of(folder):
            time.sleep(2)
        if processes_of(folder):
            line.faults.append("left a process behind")
            end_processes(folder)
        line.faults += faults_of_end(line)
    line.faults += faults_of_files(line, folder, before)
    if line.faults:
        for name in ("stdout", "stderr"):
            (work / f"line-{line.number}.{name}").write_bytes(getattr(line, name))
    with contextlib.suppress(OSError):
        (folder / "locked").chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    return line


def faults_of_end(line: Line) -> list[str]:
    """The faults in the exit code and the messages."""
    faults, is_run = [], line.command == "run"
    lost = next((how for to, how in LOST.items() if f" {to}" in line.shell), "")
    stderr_lost = next((how for to, how in LOST.items() if f" 2{to}" in line.shell), "")
    said = line.stderr.decode("utf-8", "surrogateescape")
    lines = said.splitlines()
    known = DOCUMENTED | ({OF_SCRIPT} if is_run else set())
    if is_run and (lost or stderr_lost):
        known.add(120)  # Python's exit code for a script if stdout cannot be flushed
    if line.code not in known:
        streams = {"stdout": lost, "stderr": stderr_lost}.items()
        how = "".join(f", {stream} is {state}" for stream, state in streams if state)
        faults.append(f"exit code {line.code}{how}")
    of_script = is_run and "tf_edureka/" not in said
    if "Traceback" in said and not of_script:
        last = next((one for one in reversed(lines) if one and one[0] != " "), "")
        faults.append(f"traceback: {re.split('[: ]', last)[0][:60]}")
    errors = collections.Counter(
        match[1] for one in lines if (match := re.match(r"(\[\d+\] )?(\S+: )?error: ", one))
    )
    if max(errors.values(), default=0) > 1 and line.command != "predict":
        faults.append("more than one `error:` line")
    if line.code == 2 and not is_run and not stderr_lost and " 2>/dev/null" not in line.shell:
        if not errors:
            faults.append("exit code 2 without an `error:` line")
        known = r"(\[\d+\] )?(note|error): |worker \d+: |waiting for "
        if any(one and not re.match(known, one) for one in lines):
            faults.append("exit code 2 with other lines than notes and errors")
    if "TF_CPP_MIN_LOG_LEVEL" not in line.shell and any(
        re.match(r"(\[\d+\] )?([IWEF]\d{4} |WARNING: All log|20\d\d-\d\d-\d\d .* [IWEF] )", one)
        for one in lines
    ):
        faults.append("lines of TensorFlow's own on stderr")
    if re.search(r"^(?!note|Traceback|\w*(Error|Warning): ).*Warning: ", said, re.MULTILINE):
        faults.append("a warning of Python's")
    for name, text in (
        ("stderr", said),
        ("stdout", line.stdout.decode("utf-8", "surrogateescape")),
    ):
        if any(not (c.isprintable() or c in "\n\t") for c in text):
            faults.append(f"unprintable characters on {name}")
    if max(map(len, lines), default=0) > 10_000:
        faults.append("a line of over 10,000 characters on stderr")
    if re.search(rb"^(error|note): ", line.stdout, re.MULTILINE) and not is_run:
        faults.append("an error or a note on stdout")
    if "Traceback" in line.stdout.decode("utf-8", "replace"):
        faults.append("traceback on stdout")
    if lost and line.code == 0 and b"--quiet" not in line.words and not is_run:
        faults.append(f"exit code 0, though stdout is {lost}")
    if line.code == 4 and not (lost or stderr_lost or "head -n 1" in line.shell):
        faults.append("exit code 4, though stdout could be written")
    return faults


def faults_of_files(line: Line, folder: Path, before: dict[str, str]) -> list[str]:
    """Files that should not have been written or changed."""
    after, faults = listing(folder), []
    outs = []
    for name, following in itertools.pairwise([*line.words, b""]):
        option, is_whole, text = name.partition(b"=")
        if option in (b"--out", b"--figures"):
            out = os.path.join(folder, os.fsdecode(text if is_whole else following))
            outs.append(os.path.relpath(out, folder))
    asked = bool({b"--overwrite", b"--resume"} & {*line.words}) or line.command in (
        "render_notebooks",  # replaces its pages without being asked
        "run",
    )
    replaces = [out for out in outs if asked]

    def below(name: str, folders: list[str]) -> bool:
        return any(one == "." or name == one or name.startswith(f"{one}/") for one in folders)

    # The next run in the folder deletes partial files of a killed one.
    may_change = re.compile(r"(home|tmp)(/|$)|(.*/)?\.(lock$|partial-)")
    for name, was in before.items():
        own = line.command == "run" and name == "deletes.py"
        same = after.get(name) == was or own or below(name, replaces)
        if not same and not may_change.match(name):
            faults.append(f"changed {'an earlier run' if '/' in name else 'a file'}: {name!r}")
    new = [name for name in after if name not in before]
    files = [name for name in new if after[name] != "folder"]
    for name in new:
        if name.startswith("tmp/") and name.count("/") == 1:
            kind = re.sub(r"tmp[a-z0-9_]{8}", "*", name.removeprefix("tmp/"))
            faults.append(f"left in TMPDIR: {re.sub('[0-9]+', 'N', kind)}")
    allowed = [*outs, "runs", "home", "tmp", "gone" if "TMPDIR=gone" in line.shell else "runs"]
    elsewhere = [name for name in files if not below(name, allowed)]
    if elsewhere and line.command != "run":
        faults.append(f"written elsewhere: {elsewhere[0]!r}")
    if any(".partial-" in name for name in files):
        faults.append("a partial file is left")
    written = [name for name in files if below(name, [*outs, "runs"]) and ".lock" not in name]
    if line.code == 2 and written and line.command != "run":
        faults.append(f"exit code 2, but written: {written[0]!r}")
    return sorted(set(faults))


def kind_of(fault: str) -> str:
    """A fault without the parts that differ between lines."""
    return fault.partition(": '")[0]


def report(lines: list[Line], work: Path) -> str:
    """A table of exit codes, and all findings with the command that repeats each."""
    codes = sorted({line.code for line in lines}, key=str)
    head = "".join(f"{code!s:>6}" for code in codes)
    text = [f"{'command':<18}{'lines':>6}{'early':>6}{head}   (early: in under 2 s)"]
    for command in RIGHT:
        own = [line for line in lines if line.command == command]
        counts = collections.Counter(line.code for line in own)
        cells = "".join(f"{counts[code] or '':>6}" for code in codes)
        early = sum(line.seconds < 2 for line in own)
        text.append(f"{command:<18}{len(own):>6}{early:>6}{cells}")
    kinds = collections.defaultdict(list)
    for line in lines:
        for kind in {kind_of(fault) for fault in line.faults}:
            kinds[kind].append(line)
    text.append(f"\n{sum(bool(line.faults) for line in lines)} of {len(lines)} lines have findings")
    for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        text.append(f"\n== {kind}: {len(found)} lines")
        for line in found:
            text += [f"-- line {line.number}, exit code {line.code}, {line.seconds:.0f} s"]
            text += [f"   {fault}" for fault in line.faults if kind_of(fault) == kind]
            again = shlex.quote(str(work / "again"))
            stage = shlex.quote(str(work / "stage"))
            text.append(f"   rm -rf {again}; cp -a {stage} {again}; (cd {again} && {line.shell})")
            said = line.stderr.decode("utf-8", "backslashreplace").splitlines()
            text += [f"   | {ascii(one)[1:-1][:200]}" for one in said[-3:]]
    return "\n".join(text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lines", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--seconds", type=float, default=60, help="that a line may take")
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="run these of them")
    parser.add_argument("--print", action="store_true", help="print the lines and run nothing")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir(), "fuzz_commands"))
    return parser.parse_args()


def main() -> int:
    """Runs the requested number of lines; returns 1 if there are findings."""
    args = arguments()
    actions = {command: actions_of(command) for command in RIGHT}
    numbers = args.only or range(args.lines)
    lines = [make_line(args.seed, number, actions) for number in numbers]
    if args.print:
        print("\n".join(f"{line.number}: {line.shell}" for line in lines))
        return 0
    args.work = args.work.absolute()
    args.work.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(args.work / ".lock", timeout=0):
        print(f"{Path(tf_edureka.__file__).parent}, seed {args.seed}, in {args.work}", flush=True)
        make_stage(args.work / "stage")
        return run_all(lines, args)


def run_all(lines: list[Line], args: argparse.Namespace) -> int:
    """Runs the lines and reports on them, even if interrupted; returns 1 if there are findings."""
    ended, began = [], time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for line in pool.map(lambda line: run(line, args.work, args.seconds), lines):
                ended.append(line)
                for fault in line.faults:
                    print(f"line {line.number}, {line.command}, {line.code}: {fault}", flush=True)
                if len(ended) % 50 == 0:
                    rate = len(ended) / (time.monotonic() - began) * 60
                    print(f"{len(ended)} lines, {rate:.0f} a minute", flush=True)
        for line in lines:
            if any(fault.startswith("over ") for fault in line.faults):
                print(f"line {line.number} once more", flush=True)
                run(line, args.work, args.seconds)  # alone: the machine may have been busy
    finally:
        text = report(ended, args.work)
        (args.work / f"report-{args.seed}.txt").write_text(text + "\n")
        print(f"\n{text}")
    return any(line.faults for line in lines)


if __name__ == "__main__":
    sys.exit(main())

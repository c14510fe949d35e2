"""Kills trainings at random moments, resumes them, and compares them with one never killed.

    python tests/kill_and_resume.py 50 --epochs 6 --data-dir FOLDER

Run by hand; options after the number go to scripts/train_mnist.py. With the option --within-epochs,
which is this file's own, each epoch is computed in four parts with a checkpoint after each.
`cli/test_resume.py` kills a few trainings.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from helpers import SCRIPTS

from tf_edureka.runs import snapshots

SCRIPT = SCRIPTS / "train_mnist.py"
WITHIN_EPOCHS = "--within-epochs"
# Entries that differ between two equal runs.
TIMES = ("epoch_seconds", "startup_seconds", "command", "earlier")


# Runs a script, of which the other pieces of code change something.
RUN = """
import runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# Divides each epoch into four parts, and saves after each.
FOUR_PARTS = """
from tf_edureka.mlp import batches
from tf_edureka.runs import progress
progress.SECONDS_BETWEEN = 0.0
batches.parts_of_epoch = lambda n, *_: [(n * i // 4, n * (i + 1) // 4) for i in range(4)]
"""
# Kills the process when its n-th file is written but not yet renamed.
DYING = """
import os, signal, sys
writes = int(sys.argv.pop(1))
fsync = os.fsync
def dying(file):
    global writes
    writes -= 1
    if not writes:
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(file)
os.fsync = dying
"""


def start(out: Path, *arguments: str, killed_in_write: int = 0) -> subprocess.Popen:
    """Starts a training; resumes it if there is a checkpoint."""
    code, numbers = "", []
    if WITHIN_EPOCHS in arguments:
        code += FOUR_PARTS
    if killed_in_write:
        code, numbers = code + DYING, [str(killed_in_write)]
    python = [sys.executable, *(["-c", code + RUN] if code else []), *numbers]
    theirs = [argument for argument in arguments if argument != WITHIN_EPOCHS]
    command = [*python, str(SCRIPT), "--quiet", "--resume", "--out", str(out), *theirs]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def finish(out: Path, *arguments: str) -> str:
    """Trains to the end and returns the output on stderr."""
    process = start(out, *arguments)
    errors = process.communicate()[1]
    if process.returncode:
        raise SystemExit(errors)
    return errors


def kill_after(process: subprocess.Popen, seconds: float) -> bool:
    """Kills a training by SIGKILL after some seconds; False if it had already ended."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def kill_in_write(out: Path, write: int, *arguments: str) -> bool:
    """Starts a training and kills it inside its n-th write; False if it had already ended."""
    process = start(out, *arguments, killed_in_write=write)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def outcome(out: Path) -> dict[str, object]:
    """The results that must be equal for a killed training and an uninterrupted one."""
    import keras

    history = json.loads((out / "history.json").read_text())
    found = {name: value for name, value in history.items() if name not in TIMES}
    if (out / "model.keras").exists():  # not with --seeds
        model = keras.saving.load_model(out / "model.keras")
        found["weights"] = [array.tobytes() for array in model.get_weights()]
    for epoch, weights in snapshots.read(out).items():
        found[f"snapshot {epoch}"] = [array.tobytes() for array in weights]
    return found | {path.name: path.read_bytes() for path in out.glob("*.png")}


def where_it_stood(out: Path) -> str:
    """Describes the files that a kill left behind."""
    if any(out.glob(".partial-checkpoint*")):
        return "inside a checkpoint's write"
    if any(out.glob(".partial-snapshot*")):
        return "inside a snapshot's write"
    results = ("model.keras", "history.json")
    if any(out.glob(".partial-*")) or any((out / name).exists() for name in results):
        return "while the results were written"
    checkpoints = [path.name.split("-") for path in out.glob("checkpoint-*")]
    if not checkpoints:
        return "before the first checkpoint"
    newest = max((int(epoch), int(step)) for _, epoch, step, _ in checkpoints)
    return "with a checkpoint of the middle of an epoch" if newest[1] else "between checkpoints"


def main() -> int:
    """Kills the requested number of trainings, each at least once, and counts the outcomes."""
    runs, *arguments = sys.argv[1:]
    dice = random.Random()
    places, same = Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference"
        began = time.perf_counter()
        finish(reference, *arguments)
        whole = time.perf_counter() - began
        wanted = outcome(reference)
        for number in range(int(runs)):
            out = Path(folder) / str(number)
            kills_of_this = 0
            while not kills_of_this or dice.random() < 0.3:
                if number % 3:
                    killed = kill_after(start(out, *arguments), dice.uniform(0.1, 1) * whole)
                else:
                    killed = kill_in_write(out, dice.randint(1, 4), *arguments)
                if not killed:  # it had already ended
                    if kills_of_this:
                        break
                    shutil.rmtree(out)
                    continue
                kills_of_this += 1
                places[where_it_stood(out)] += 1
            finish(out, *arguments)
            found = outcome(out)
            names = wanted.keys() | found.keys()
            different = [name for name in names if found.get(name) != wanted.get(name)]
            same += not different
            print(f"{number + 1}: {'differs in ' + ', '.join(different) if different else 'same'}")
    print(f"{places.total()} kills:")
    for place, count in places.most_common():
        print(f"{count:4} {place}")
    print(f"{same} of {runs} resumed trainings are the same to the bit")
    return same != int(runs)


if __name__ == "__main__":
    sys.exit(main())

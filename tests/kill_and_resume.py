"""Kills trainings at random moments, resumes them, and compares them with one never killed.

    python tests/kill_and_resume.py 50 --epochs 6 --data-dir FOLDER

Run by hand; what follows the number goes to scripts/train_mnist.py. `test_resume.py` kills a few.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "scripts" / "train_mnist.py"
PICTURES = ("cost.png", "accuracy.png", "predictions.png", "weights.png")
# What differs between two runs that are the same.
TIMES = ("epoch_seconds", "startup_seconds", "command")


def start(out: Path, *arguments: str) -> subprocess.Popen:
    """Starts a training that is resumed if there is something to resume."""
    command = [sys.executable, str(SCRIPT), "--quiet", "--resume", "--out", str(out), *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def finish(out: Path, *arguments: str) -> str:
    """Trains to the end, and gives what was said on stderr."""
    process = start(out, *arguments)
    errors = process.communicate()[1]
    if process.returncode:
        raise SystemExit(errors)
    return errors


def kill_after(process: subprocess.Popen, seconds: float) -> None:
    """Kills a training by SIGKILL when it has run so long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def kill_in_write(process: subprocess.Popen, out: Path, writes: int) -> None:
    """Kills a training while it writes its n-th checkpoint, or some later one if that is missed."""
    seen, last = 0, None
    while process.poll() is None:
        partial = next(out.glob(".partial-checkpoint*"), None)
        if partial is not None and partial != last:
            seen, last = seen + 1, partial
            if seen >= writes:
                process.kill()
    process.communicate()


def outcome(out: Path) -> dict[str, object]:
    """All that has to be the same in a training that was killed and in one that was not."""
    import keras

    history = json.loads((out / "history.json").read_text())
    model = keras.saving.load_model(out / "model.keras")
    found = {name: value for name, value in history.items() if name not in TIMES}
    found["weights"] = [array.tobytes() for array in model.get_weights()]
    return found | {name: (out / name).read_bytes() for name in PICTURES}


def where_it_stood(out: Path) -> str:
    """What a kill left behind, in words."""
    if any(out.glob(".partial-checkpoint*")):
        return "inside a checkpoint's write"
    if any(out.glob(".partial-*")) or (out / "model.keras").exists():
        return "while the results were written, or after"
    checkpoints = [path.name.split("-") for path in out.glob("checkpoint-*")]
    if not checkpoints:
        return "before the first checkpoint"
    newest = max((int(epoch), int(step)) for _, epoch, step, _ in checkpoints)
    return "with a checkpoint of the middle of an epoch" if newest[1] else "between checkpoints"


def main() -> int:
    """Kills as often as asked for and counts what came of it."""
    kills, *arguments = sys.argv[1:]
    dice = random.Random()
    places, same = Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference"
        began = time.perf_counter()
        finish(reference, *arguments)
        whole = time.perf_counter() - began
        wanted = outcome(reference)
        for number in range(int(kills)):
            out = Path(folder) / str(number)
            for _ in range(dice.choice((1, 1, 2))):  # every third is killed twice
                process = start(out, *arguments)
                if number % 3:
                    kill_after(process, dice.uniform(0.2 * whole, whole))
                else:
                    kill_in_write(process, out, dice.randint(1, 4))
                places[where_it_stood(out)] += 1
            finish(out, *arguments)
            found = outcome(out)
            different = [name for name in wanted if found[name] != wanted[name]]
            same += not different
            print(f"{number + 1}: {'differs in ' + ', '.join(different) if different else 'same'}")
    for place, count in places.most_common():
        print(f"killed {count:3} times {place}")
    print(f"{same} of {kills} resumed trainings are the same to the bit")
    return same != int(kills)


if __name__ == "__main__":
    sys.exit(main())

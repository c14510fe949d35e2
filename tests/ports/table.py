"""Tries all mistakes of some models, or of all: `python tests/ports/table.py [MODEL ...]`.

Prints for each mistake the first rung that fails and the named causes, and how many were right.
It takes some minutes per model.
"""

import importlib
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ports import MODELS, mistakes_of
from tf_edureka import parity
from tf_edureka.errors import InputError


def climbed(trace: parity.Trace, build) -> tuple[str, list[str]]:
    try:
        ladder = trace.climb(build)
    except InputError as error:
        return f"refused: {error}", []
    causes = [cause.cause for rung in ladder.rungs for cause in rung.causes]
    return ladder.first or "none", [*dict.fromkeys(causes)]


def main(models: list[str]) -> None:
    warnings.simplefilter("ignore")
    total = rungs = causes = 0
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            command = [sys.executable, "-m", "tf_edureka.legacy", "--record", f"{folder}/{model}"]
            subprocess.run([*command, str(MODELS[model] / "old.py")], check=True, cwd=folder)
            trace = parity.Trace(f"{folder}/{model}")
            right = climbed(trace, importlib.import_module(f"ports.{model}.port").build)
            print(f"{model}: the right port: {right}", flush=True)
            for mistake in mistakes_of(model):
                rung, named = climbed(trace, mistake.build)
                on_its_rung = rung in mistake.rungs
                is_named = not mistake.causes or bool({*named} & {*mistake.causes})
                total, rungs, causes = total + 1, rungs + on_its_rung, causes + is_named
                said = f"{'' if on_its_rung else 'OTHER RUNG '}{'' if is_named else 'OTHER CAUSE '}"
                print(f"{model}: {mistake.name}: {said}{rung}: {', '.join(named)}", flush=True)
    print(f"{total} mistakes: {rungs} on their rungs, {causes} with their causes")


if __name__ == "__main__":
    main(sys.argv[1:] or [*MODELS])

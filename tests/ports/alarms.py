"""Tries right ports with other seeds and threads: `python tests/ports/alarms.py SEEDS [MODEL ...]`.

Prints each rung that fails, which would be a false alarm. Half of the programs are recorded on one
core. A seed takes about half a minute per model.
"""

import importlib
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ports import MODELS, record
from tf_edureka.errors import InputError

FIRST = 1000  # a seed that no test uses


def alarms(model: str, seed: int) -> list[str]:
    build = importlib.import_module(f"ports.{model}.port").build
    with tempfile.TemporaryDirectory() as folder:
        trace = record(Path(folder), model, seed, cores={0} if seed % 2 else None)
        try:
            ladder = trace.climb(build)
        except InputError as error:
            return [str(error)]
    failed = [one for one in ladder.rungs if one.passed is False]
    return [f"{one.rung} {one.measured} > {one.tolerance}" for one in failed]


def main(seeds: int, models: list[str]) -> None:
    warnings.simplefilter("ignore")
    tried = failed = 0
    for seed in range(FIRST, FIRST + seeds):
        for model in models:
            found = alarms(model, seed)
            tried, failed = tried + 1, failed + bool(found)
            print(f"{model}, seed {seed}: {'; '.join(found) or 'passed'}", flush=True)
    print(f"{tried} right ports: {failed} false alarms")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:] or [*MODELS])

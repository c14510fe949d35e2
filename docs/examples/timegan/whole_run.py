"""Repeats a recorded run of the original with the port, and compares losses, weights and results.

    python whole_run.py TRACE OUT.npz
    python whole_run.py TRACE OUT.npz OTHER_TRACE OTHER_OUT.npz

A TRACE was recorded with `original.py SEED ITERATIONS OUT.npz`. The port starts from its initial
values and draws the batches and the noise from the same random numbers. With a second trace, that
is compared with the first one instead of the port.
"""

import sys
from typing import Any

import numpy as np
from timegan import TimeGAN

from tf_edureka.trace import Trace

OBJECTIVES = ("reconstruction", "supervision", "generation", "embedding", "discrimination")
NETWORKS = ("embedder", "recovery", "generator", "supervisor", "discriminator")
LIMIT = 1e-5  # a larger relative difference of a loss has been amplified by the training
Run = tuple[dict[str, dict[int, float]], dict[str, list[Any]], Any]


def weights(trace: Trace, network: str, when: str) -> list[Any]:
    """Returns the `initial` or `final` weights of a network."""
    trained = {name for training in trace.trainings for name in training.weights}
    names = [one for one in trace.variables if one in trained and one.startswith(f"{network}/")]
    return [trace.array(getattr(trace.variables[name], when)) for name in names]


def original(trace: Trace, file: str) -> Run:
    """Returns the losses by objective and step, the final weights, and the generated series."""
    losses: dict[str, dict[int, float]] = {name: {} for name in OBJECTIVES}
    for step in trace.steps:
        losses[OBJECTIVES[step.training]][step.number] = np.nan if step.loss is None else step.loss
    return losses, {one: weights(trace, one, "final") for one in NETWORKS}, np.load(file)["made"]


def port(trace: Trace, file: str) -> Run:
    """Trains the port as the original was trained, and returns the same of it."""
    seed, iterations = map(int, trace.manifest["script"]["arguments"][:2])
    data = np.load(file)["real"]
    gan = TimeGAN(features=data.shape[2])
    for name in NETWORKS:
        getattr(gan, name).set_weights(weights(trace, name, "initial"))
    rng = np.random.RandomState(seed)
    rng.permutation(len(data))  # the original has shuffled its data
    losses = gan.train(data, iterations=iterations, rng=rng)
    final = {one: getattr(gan, one).get_weights() for one in NETWORKS}
    by_step = {name: dict(enumerate(found)) for name, found in losses.items()}
    return by_step, final, gan.generate(len(data), rng=rng)


def largest(ours: Any, theirs: Any) -> float:
    """Returns the largest difference, relative to the largest value of the original."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def compare(ours: Run, theirs: Run) -> None:
    """Prints all differences."""
    for name in OBJECTIVES:
        mine, known = ours[0][name], {n: x for n, x in theirs[0][name].items() if not np.isnan(x)}
        gaps = np.array([abs(mine.get(number, np.inf) / x - 1) for number, x in known.items()])
        apart = np.flatnonzero(gaps > LIMIT)
        same = gaps[: apart[0]] if apart.size else gaps
        print(f"{name}: {len(mine)} steps, original {len(theirs[0][name])}")
        print(f"  {same.size} losses: relative difference {same.max(initial=0):.1e}")
        if apart.size:
            print(f"  from step {[*known][apart[0]]} on: up to {gaps.max():.1e}")
    for name in NETWORKS:
        gap = max(map(largest, ours[1][name], theirs[1][name]))
        print(f"{name}: final weights, relative difference {gap:.1e}")
    print(f"generated series: relative difference {largest(ours[2], theirs[2]):.1e}")


if __name__ == "__main__":
    folder, file, *other = sys.argv[1:]
    trace = Trace(folder)
    ours = original(Trace(other[0]), other[1]) if other else port(trace, file)
    compare(ours, original(trace, file))

"""Repeats a recorded run of the original with the port, and compares losses, weights and results.

    python whole_run.py TRACE OUT.npz

TRACE was recorded with `original.py SEED ITERATIONS OUT.npz`. The port starts from the recorded
initial values and draws the batches and the noise from the same random numbers.
"""

import sys

import numpy as np
from timegan import TimeGAN

from tf_edureka.trace import Trace

OBJECTIVES = ("reconstruction", "supervision", "generation", "embedding", "discrimination")
NETWORKS = ("embedder", "recovery", "generator", "supervisor", "discriminator")
LIMIT = 1e-5  # a larger relative difference of a loss has been amplified by the training


def largest(ours, theirs) -> float:
    """The largest difference, relative to the largest value of the original."""
    theirs = np.asarray(theirs)
    return float(np.abs(np.asarray(ours) - theirs).max() / np.abs(theirs).max())


def main(folder: str, file: str) -> None:
    """Trains the port from the recorded start and prints all differences."""
    trace, recorded = Trace(folder), np.load(file)
    seed, iterations = map(int, trace.manifest["script"]["arguments"][:2])
    weights = {name for training in trace.trainings for name in training.weights}

    def values(network: str, when: str) -> list:
        names = (one for one in trace.variables if one in weights and one.startswith(f"{network}/"))
        return [trace.array(getattr(trace.variables[name], when)) for name in names]

    gan = TimeGAN(features=recorded["real"].shape[2])
    for name in NETWORKS:
        getattr(gan, name).set_weights(values(name, "initial"))
    rng = np.random.RandomState(seed)
    rng.permutation(len(recorded["real"]))  # the original has shuffled its data
    losses = gan.train(recorded["real"], iterations=iterations, rng=rng)

    for place, name in enumerate(OBJECTIVES):
        steps = [one for one in trace.steps if one.training == place]
        known = [one for one in steps if one.loss is not None]
        ours = [losses[name][one.number] for one in known]
        gaps = np.abs(np.divide(ours, [one.loss for one in known]) - 1)
        apart = np.flatnonzero(gaps > LIMIT)
        same = gaps[: apart[0]] if apart.size else gaps
        print(f"{name}: {len(losses[name])} steps, original {len(steps)}")
        print(f"  {same.size} losses: relative difference {same.max():.1e}")
        if apart.size:
            print(f"  from step {known[apart[0]].number} on: up to {gaps.max():.1e}")
    for name in NETWORKS:
        pairs = zip(getattr(gan, name).get_weights(), values(name, "final"), strict=True)
        print(f"{name}: final weights, relative difference {max(largest(*p) for p in pairs):.1e}")
    made = gan.generate(len(recorded["real"]), rng=rng)
    print(f"generated series: relative difference {largest(made, recorded['made']):.1e}")


if __name__ == "__main__":
    main(*sys.argv[1:])

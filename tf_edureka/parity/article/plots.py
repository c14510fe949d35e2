"""The picture of the proof."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tf_edureka.results import MlpResult


def comparison(legacy: MlpResult, modern: MlpResult, title: str) -> Figure:
    """Draws the costs of `legacy` and `modern` over each other, below a `title` for both.

    Below them how far they are apart; on the left the steps of the first epoch, on the right all
    epochs.
    """
    figure = Figure(figsize=(10, 6), layout="constrained")
    panels = figure.subplots(2, 2, sharex="col", height_ratios=(2, 1))
    columns = {"step_cost": "step of epoch 1", "cost": "epoch"}
    for (upper, lower), (name, label) in zip(panels.T, columns.items(), strict=True):
        one, other = (getattr(result, name).astype(np.float64) for result in (legacy, modern))
        both = min(len(one), len(other))
        one, other, places = one[:both], other[:both], np.arange(1, both + 1)
        upper.plot(places, one, linewidth=4, alpha=0.4, label="legacy: tf.compat.v1")
        upper.plot(places, other, linewidth=1, color="black", label="modern: Keras, compiled")
        upper.set(yscale="log", ylabel="cost (nats)")
        upper.legend()
        lower.plot(places, np.abs(one - other) / one, linewidth=1, color="tab:red")
        lower.set(yscale="log", xlabel=label, ylabel="relative difference")
        for axes in (upper, lower):
            axes.grid(alpha=0.3)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.suptitle(f"The article's network, legacy and modern\n{title}", parse_math=False)
    return figure

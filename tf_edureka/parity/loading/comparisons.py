"""Finds the ways to feed an original network and a Keras model with which both can be run."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tf_edureka.parity.loading import feeds
from tf_edureka.parity.loading.comparison import Comparison
from tf_edureka.parity.loading.new_network import ModelOutputs, NewNetwork, first_line
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.graph_nodes import Unreplayable

_SEED = 2019


class Comparisons:
    """Tries the feed plans of an original network and a model.

    Args:
        new: the model.
        old: the original network.
        values: values of the checkpoint by name, any dtype and shape.

    Attributes:
        why: reason why the network or the model could not be run; empty if none failed.
    """

    def __init__(self, new: NewNetwork, old: OldNetwork, values: Mapping[str, Array]) -> None:
        self._new, self._old, self._values = new, old, values
        self.why = ""

    def all(self, found: Found, *, training: bool) -> Iterator[Comparison]:
        """Yields the comparisons for which both could be run, the likeliest first.

        Args:
            found: mapping with which the model is given values.
            training: True to call the model in training mode.
        """
        plans = feeds.feed_plans(self._new.model, self._old.sources)
        # Scalar placeholders are fed first; other arrays, such as labels, only if that fails.
        placeholders = [one for one in self._old.sources if one.is_placeholder]
        numbers = {one.name for one in placeholders if not one.shape}
        every = {one.name for one in self._old.sources}
        for others in [numbers, every] if len(numbers) < len(every) else [numbers]:
            done: set[tuple[str, ...]] = set()
            for plan in plans:
                if plan.feeding.inputs in done:  # a plan with other sizes, which is not needed
                    continue
                for comparison in self._of_plan(plan, others | {*plan.shapes}, found, training):
                    done.add(plan.feeding.inputs)
                    yield comparison

    def _of_plan(
        self, plan: feeds.FeedPlan, fed: set[str], found: Found, training: bool
    ) -> Iterator[Comparison]:
        names = self._old.tensors(fed)
        needed = self._old.sources_of(names)
        if not {*plan.shapes} <= needed:
            return
        random = np.random.default_rng(_SEED)
        inputs = [feeds.arrays(plan, self._old, scale, random) for scale in feeds.SCALES]
        called = self._called(plan, inputs[0], found, training)
        if called is None:
            return
        for others in feeds.other_values(plan, self._old, needed, training=training):
            try:
                yield self._comparison(plan, inputs, others, called, names, training)
            except Unreplayable as error:
                self.why = self.why or str(error)

    def _called(
        self, plan: feeds.FeedPlan, arrays: Mapping[str, Array], found: Found, training: bool
    ) -> ModelOutputs | None:
        """The outputs of the model; None if it raises."""
        self._new.assign_old(found, self._values)
        try:
            return self._new.call(plan.feeding, arrays, training=training)
        except Exception as error:  # a model may raise anything on inputs that do not fit
            self.why = f"the model raises {type(error).__name__}: {first_line(error)}"
            return None

    def _comparison(
        self,
        plan: feeds.FeedPlan,
        inputs: Sequence[Mapping[str, Array]],
        others: Mapping[str, Array],
        called: ModelOutputs,
        names: Sequence[str],
        training: bool,
    ) -> Comparison:
        sizes = self._old.sizes(names, {**inputs[0], **others})
        of_outputs = {one.size for one in called.outputs}
        wanted = [name for name, size in sizes.items() if size in of_outputs]
        tensors = [self._old.run(wanted, {**inputs[0], **others})]
        with contextlib.suppress(Unreplayable):  # some graphs fail on some inputs
            for one in inputs[1:]:
                tensors.append(self._old.run(wanted, {**one, **others}))
        return Comparison(
            old=self._old,
            model=self._new.model,
            plan=plan,
            others=others,
            training=training,
            inputs=inputs[: len(tensors)],
            tensors=tensors,
            layer_sizes={given.size for _, given in called.layers},
            sizes=sizes,
        )

"""Runs an original graph and a Keras model on the same random inputs and compares the outputs."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.parity.loading import feeds
from tf_edureka.parity.loading.comparison import Comparison, Target
from tf_edureka.parity.loading.comparisons import Comparisons
from tf_edureka.parity.loading.new_network import ModelOutputs, NewNetwork
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.loading.search import Outcome, Search, variables_of_layers
from tf_edureka.parity.loading.walk import is_backward
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.tf1.checkpoint.content import Array

_SEED = 2019
_CLEAR_EFFECT = 1e-3  # relative change of the outputs that clearly depend on a variable
_MOST_CALLS = 400  # of the model, in the search for a mapping
_SECONDS = 60.0  # time limit of the search with one feed plan
_MOST_SEARCHES = 2  # feed plans that are searched


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The result of comparing a model with the original graph.

    Attributes:
        found: mapping with equal outputs; without one, the mapping with the most equal layers.
        holds: True if the outputs agree.
        says: compared tensors and their difference, or the reason why nothing was compared.
        unseen: paths of the model's variables that do not affect its outputs.
        fed: values of placeholders besides the random inputs, in words.
        was_run: True if both could be run and compared.
    """

    found: Found
    holds: bool
    says: str
    unseen: tuple[str, ...] = ()
    fed: str = ""
    was_run: bool = True


class Prover:
    """Searches for the mapping with which a model computes the same as an original network.

    Args:
        new: the model.
        old: the original network.
        values: values of the checkpoint by name, any dtype and shape.
    """

    def __init__(self, new: NewNetwork, old: OldNetwork, values: Mapping[str, Array]) -> None:
        self._new, self._old, self._values = new, old, values
        self._comparisons = Comparisons(new, old, values)

    def prove(
        self, mappings: Sequence[Found], spare: Sequence[tuple[str, tuple[int, ...]]]
    ) -> Proof:
        """Searches for a mapping with which the model's outputs are tensors of the original graph.

        Args:
            mappings: candidates, the likeliest first.
            spare: names and shapes of original variables without a counterpart.
        """
        failed = None
        for training in (False, True):
            proof = self._prove(mappings, spare, training)
            if proof is None:
                continue
            if proof.holds:
                return proof
            failed = failed or proof
            if any(feeds.is_training(one) for one in self._old.sources):
                break  # the graph has an inference mode, in which the model has to agree
        return failed or Proof(
            found=mappings[0], holds=False, says=self._why_not_run(), was_run=False
        )

    def _prove(
        self,
        mappings: Sequence[Found],
        spare: Sequence[tuple[str, tuple[int, ...]]],
        training: bool,
    ) -> Proof | None:
        """The proof in inference or training mode; None if nothing could be run."""
        tried: list[tuple[Outcome, Comparison, Found]] = []
        for comparison in self._comparisons.all(mappings[0], training=training):
            for found in mappings:
                outcome = self._evaluate(comparison, found)
                if outcome.agrees:
                    return self._proved(comparison, found)
                tried.append((outcome, comparison, found))
        refusals = [one for one in self._old.walk.refusals if not is_backward(one)]
        if refusals and not any(outcome.is_comparable for outcome, *_ in tried):
            self._comparisons.why = self._comparisons.why or refusals[0]
            return None
        if not tried:
            return None
        tried.sort(key=lambda one: one[0].rank[0])  # stable: equal ranks keep their order
        nearest = tried[0][1:]
        likely = [one for one in tried if one[0].is_comparable][:_MOST_SEARCHES]
        left = _MOST_CALLS
        for place, (_, comparison, found) in enumerate(likely):
            search = Search(
                found, spare, functools.partial(self._evaluate, comparison), left, _SECONDS
            )
            mapping = search.run()
            left -= search.calls
            if mapping is not None:
                return self._proved(comparison, mapping)
            if not place and search.best:
                nearest = comparison, search.mapping(search.best[1])
            for one in found.alternatives():
                if self._evaluate(comparison, one).agrees:
                    return self._proved(comparison, one)
        return Proof(found=nearest[1], holds=False, says=self._failure(*nearest))

    def _call(self, comparison: Comparison, scale: int) -> ModelOutputs:
        return self._new.call(
            comparison.plan.feeding, comparison.inputs[scale], training=comparison.training
        )

    def _evaluate(self, comparison: Comparison, found: Found) -> Outcome:
        """Compares the model, with the values of a mapping, with the original network."""
        self._new.assign_old(found, self._values)
        called = self._call(comparison, 0)
        return Outcome(
            agrees=bool(self._matching_targets(comparison, called)),
            find_layers=lambda: self._layers(comparison, called),
            difference=self._nearest(comparison, 0, called),
            is_comparable=all(comparison.differences(0, one) for one in called.outputs),
        )

    def _nearest(
        self, comparison: Comparison, scale: int, called: ModelOutputs | None = None
    ) -> float:
        """The relative difference between the outputs and the nearest tensors."""
        outputs = (called or self._call(comparison, scale)).outputs
        return float(
            max(min(comparison.differences(scale, one).values(), default=np.inf) for one in outputs)
        )

    def _matching_targets(
        self, comparison: Comparison, first: ModelOutputs | None = None
    ) -> list[Target]:
        """The tensor that each output equals for all inputs; empty if an output equals none."""
        same: list[set[Target]] = []
        for scale in range(len(comparison.inputs)):
            called = first if first is not None and not scale else self._call(comparison, scale)
            now = [{*comparison.matching(scale, one)} for one in called.outputs]
            same = [a & b for a, b in zip(same, now, strict=True)] if scale else now
            same = [
                {one for one in targets if comparison.is_informative(one[0])} for targets in same
            ]
            if not all(same):
                return []
        return [min(targets) for targets in same]

    def _layers(
        self, comparison: Comparison, called: ModelOutputs
    ) -> list[tuple[frozenset[int], bool]]:
        places = {id(one): place for place, one in enumerate(self._new.variables)}
        given: dict[int, list[Array]] = {}
        for layer, value in called.layers:
            given.setdefault(id(layer), []).append(value)
        of_layer = variables_of_layers(
            [*{id(one): one for one, _ in called.layers}.values()], places
        )
        return [
            (of_layer[one], all(map(comparison.contains, values)))
            for one, values in given.items()
            if of_layer[one]
        ]

    def _proved(self, comparison: Comparison, found: Found) -> Proof:
        self._new.assign_old(found, self._values)
        called = self._call(comparison, 0)
        targets = self._matching_targets(comparison, called)
        differences = [
            comparison.differences(0, one)[target]
            for one, target in zip(called.outputs, targets, strict=True)
        ]
        tolerances = comparison.tolerances(0, targets).values()
        names = [f"{kind} of {name}" if kind else name for name, kind in targets]
        count = len(comparison.inputs) * comparison.plan.batch
        is_plural = len(names) > 1
        return Proof(
            found=found,
            holds=True,
            says=f"on {count} random examples the model's "
            f"{'outputs match' if is_plural else 'output matches'} {', '.join(names)} of the "
            f"original graph (relative difference {max(differences):.1e}, tolerance for rounding "
            f"{max(tolerances):.1e})"
            + (", both in training mode" if comparison.training else "")
            + self._missing_activations(targets, comparison),
            unseen=self._unseen(comparison, found),
            fed=comparison.fed_text(),
        )

    def _missing_activations(self, targets: Sequence[Target], comparison: Comparison) -> str:
        """A note on activations that the original graph applies to these tensors; else empty."""
        fed = {*comparison.plan.shapes, *comparison.others}
        taken = [one for target in targets for one in self._old.activations_after(target[0], fed)]
        text = f"; the original graph then applies {', '.join(taken[:4])}, the model does not"
        return text if taken else ""

    def _unseen(self, comparison: Comparison, found: Found) -> tuple[str, ...]:
        """Paths of the variables that do not affect the outputs; their mapping is not proved."""
        own = found.to_new(self._values)
        random = np.random.default_rng(_SEED)
        moves = self._new.sensitivities(
            comparison.plan.feeding, comparison.inputs[0], training=comparison.training
        )
        unseen = []
        for link in found.links:
            for place, path in zip(link.new, link.paths, strict=True):
                if moves.get(place, 0.0) > _CLEAR_EFFECT:
                    continue
                # The gradient may be 0 by chance, so change the value: upwards, since a variance
                # has to stay positive.
                value = own[place]
                size = max(float(np.max(np.abs(value), initial=0.0)), 1.0)
                by = size * np.asarray(random.uniform(0.5, 1.0, value.shape), value.dtype)
                self._new.assign({place: value + by})
                if self._matching_targets(comparison):
                    unseen.append(path)
                self._new.assign({place: value})
        return tuple(unseen)

    def _failure(self, comparison: Comparison, found: Found) -> str:
        self._new.assign_old(found, self._values)
        called = self._call(comparison, 0)
        first = ""
        for layer, given in called.layers:
            if comparison.contains(given):
                first = ""
            elif not first and given.dtype.kind == "f":
                first = layer.name
        layers = f"; from layer {first} on, no layer matches" if first else ""
        differences = [self._nearest(comparison, scale) for scale in range(len(comparison.inputs))]
        if any(one.dtype.kind in "iu" for one in called.outputs):
            return (
                "an output of the model is integers; return the floats that they are computed from"
            )
        if not all(comparison.differences(0, one) for one in called.outputs):
            return f"no tensor of the original graph has the shape of the model's output{layers}"
        if not np.isfinite(differences[0]):
            return f"the model's output is NaN or infinite, the original graph's is not{layers}"
        again = comparison.old.run(
            [*comparison.tensors[0]], {**comparison.inputs[0], **comparison.others}
        )
        if not any(np.array_equal(again[name], one) for name, one in comparison.tensors[0].items()):
            layers += "; random ops make the original graph's own outputs vary from run to run"
        at = int(
            np.argmax(
                [difference if np.isfinite(difference) else -1.0 for difference in differences]
            )
        )
        scale = f" for inputs of scale {feeds.SCALES[at]:g}" if at else ""
        return (
            f"the nearest tensor of the graph has a relative difference of {differences[at]:.1e}"
            f"{scale}{layers}"
        )

    def _why_not_run(self) -> str:
        if self._comparisons.why:
            return self._comparisons.why
        reasons = [one for one in self._old.walk.refusals if not is_backward(one)]
        return reasons[0] if reasons else "no input of the graph fits the model's"

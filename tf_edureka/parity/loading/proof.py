"""Runs an old graph beside a new model on the same random inputs, and says whether they agree."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.parity.loading import feeds
from tf_edureka.parity.loading.new_network import Called, NewNetwork
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.loading.search import Search, Seen, owned
from tf_edureka.parity.loading.setting import Setting, Way
from tf_edureka.parity.loading.settings import Settings
from tf_edureka.parity.loading.walk import is_backward
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.tf1.checkpoint.content import Array

_SEED = 2019
_MOVES = 1e-3  # by how much of its size an output moves that clearly depends on a variable
_MOST_CALLS = 400  # of the model, to try assignments
_SECONDS = 60.0  # that trying them may take in one way to feed both
_SEARCHED = 2  # ways to feed both in which assignments are looked for


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What became of running both.

    Attributes:
        found: the mapping by which they agree, or the one by which most layers do.
        holds: whether the outputs agree.
        says: what was compared and how far apart it was, or why it could not be compared.
        unseen: paths of the model's variables that do not move its outputs.
        fed: by what both were fed, in words.
        was_run: whether there was anything to compare.
    """

    found: Found
    holds: bool
    says: str
    unseen: tuple[str, ...] = ()
    fed: str = ""
    was_run: bool = True


class Prover:
    """Compares a model with an old network.

    Args:
        new: the model.
        old: the old network.
        values: of the checkpoint, by name, any dtype and shape.
    """

    def __init__(self, new: NewNetwork, old: OldNetwork, values: Mapping[str, Array]) -> None:
        self._new, self._old, self._values = new, old, values
        self._settings = Settings(new, old, values)

    def prove(
        self, mappings: Sequence[Found], spare: Sequence[tuple[str, tuple[int, ...]]]
    ) -> Proof:
        """Looks for the assignment by which the model's outputs are tensors of the old network.

        Args:
            mappings: likely ones, the likeliest first.
            spare: old variables without a counterpart, with their shapes.
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
                break  # it was run as it is used, and there the model has to agree
        return failed or Proof(found=mappings[0], holds=False, says=self._not_run(), was_run=False)

    def _prove(
        self,
        mappings: Sequence[Found],
        spare: Sequence[tuple[str, tuple[int, ...]]],
        training: bool,
    ) -> Proof | None:
        """The proof with the model called in one of its two ways; None if nothing could be run."""
        tried: list[tuple[Seen, Setting, Found]] = []
        for setting in self._settings.all(mappings[0], training=training):
            for found in mappings:
                seen = self._look(setting, found)
                if seen.agrees:
                    return self._proved(setting, found)
                tried.append((seen, setting, found))
        refusals = [one for one in self._old.walk.refusals if not is_backward(one)]
        if refusals and not any(seen.is_comparable for seen, *_ in tried):
            self._settings.why = self._settings.why or refusals[0]
            return None
        if not tried:
            return None
        tried.sort(key=lambda one: one[0].worth[0])  # what is as likely stays in its order
        nearest = tried[0][1:]
        likely = [one for one in tried if one[0].is_comparable][:_SEARCHED]
        left = _MOST_CALLS
        for place, (_, setting, found) in enumerate(likely):
            search = Search(found, spare, functools.partial(self._look, setting), left, _SECONDS)
            held = search.run()
            left -= search.calls
            if held is not None:
                return self._proved(setting, held)
            if not place and search.best:
                nearest = setting, search.mapping(search.best[1])
            for one in found.alternatives():
                if self._look(setting, one).agrees:
                    return self._proved(setting, one)
        return Proof(found=nearest[1], holds=False, says=self._failed(*nearest))

    def _call(self, setting: Setting, scale: int) -> Called:
        return self._new.call(setting.way.feeding, setting.inputs[scale], training=setting.training)

    def _look(self, setting: Setting, found: Found) -> Seen:
        """What the model computes with a mapping, beside the old network."""
        self._new.load(found, self._values)
        called = self._call(setting, 0)
        return Seen(
            agrees=bool(self._agreeing(setting, called)),
            look=lambda: self._layers(setting, called),
            apart=self._nearest(setting, 0, called),
            is_comparable=all(setting.shares(0, one) for one in called.outputs),
        )

    def _nearest(self, setting: Setting, scale: int, called: Called | None = None) -> float:
        """How far the outputs are from the nearest tensors, as a share of the largest value."""
        outputs = (called or self._call(setting, scale)).outputs
        return float(
            max(min(setting.shares(scale, one).values(), default=np.inf) for one in outputs)
        )

    def _agreeing(self, setting: Setting, first: Called | None = None) -> list[Way]:
        """The tensors that the outputs are for all inputs; empty if one of them is none."""
        same: list[set[Way]] = []
        for scale in range(len(setting.inputs)):
            called = first if first is not None and not scale else self._call(setting, scale)
            now = [{*setting.same(scale, one)} for one in called.outputs]
            same = [a & b for a, b in zip(same, now, strict=True)] if scale else now
            same = [{one for one in ways if setting.is_telling(one[0])} for ways in same]
            if not all(same):
                return []
        return [min(ways) for ways in same]

    def _layers(self, setting: Setting, called: Called) -> list[tuple[frozenset[int], bool]]:
        places = {id(one): place for place, one in enumerate(self._new.variables)}
        given: dict[int, list[Array]] = {}
        for layer, value in called.layers:
            given.setdefault(id(layer), []).append(value)
        of_layer = owned([*{id(one): one for one, _ in called.layers}.values()], places)
        return [
            (of_layer[one], all(map(setting.is_among, values)))
            for one, values in given.items()
            if of_layer[one]
        ]

    def _proved(self, setting: Setting, found: Found) -> Proof:
        self._new.load(found, self._values)
        called = self._call(setting, 0)
        ways = self._agreeing(setting, called)
        shares = [
            setting.shares(0, one)[way] for one, way in zip(called.outputs, ways, strict=True)
        ]
        allowed = setting.allowed(0, ways).values()
        names = [f"{kind} of {name}" if kind else name for name, kind in ways]
        count = len(setting.inputs) * setting.way.batch
        is_plural = len(names) > 1
        return Proof(
            found=found,
            holds=True,
            says=f"on {count} random examples {'the outputs are' if is_plural else 'the output is'}"
            f" the old graph's {', '.join(names)}, {max(shares):.1e} of the largest value apart "
            f"(rounding may be {max(allowed):.1e})"
            + (", both as in training" if setting.training else "")
            + self._beyond(ways, setting),
            unseen=self._unseen(setting, found),
            fed=setting.said(),
        )

    def _beyond(self, ways: Sequence[Way], setting: Setting) -> str:
        """What the old graph computes of these tensors, and no loss, without another input."""
        fed = {*setting.way.shapes, *setting.others}
        taken = [one for way in ways for one in self._old.computed_of(way[0], fed)]
        return f"; the old graph computes on from there: {', '.join(taken[:4])}" if taken else ""

    def _unseen(self, setting: Setting, found: Found) -> tuple[str, ...]:
        """The variables that do not move the outputs, so that nothing is known of them."""
        own = found.to_new(self._values)
        random = np.random.default_rng(_SEED)
        moves = self._new.moves(setting.way.feeding, setting.inputs[0], training=setting.training)
        unseen = []
        for link in found.links:
            for place, path in zip(link.new, link.paths, strict=True):
                if moves.get(place, 0.0) > _MOVES:
                    continue
                # A gradient may be 0 where there is none. Upwards, so that a variance stays one.
                value = own[place]
                size = max(float(np.max(np.abs(value), initial=0.0)), 1.0)
                by = size * np.asarray(random.uniform(0.5, 1.0, value.shape), value.dtype)
                self._new.take({place: value + by})
                if self._agreeing(setting):
                    unseen.append(path)
                self._new.take({place: value})
        return tuple(unseen)

    def _failed(self, setting: Setting, found: Found) -> str:
        self._new.load(found, self._values)
        called = self._call(setting, 0)
        first = ""
        for layer, given in called.layers:
            if setting.is_among(given):
                first = ""
            elif not first and given.dtype.kind == "f":
                first = layer.name
        said = f"; from its layer {first} on it computes something else" if first else ""
        shares = [self._nearest(setting, scale) for scale in range(len(setting.inputs))]
        if any(one.dtype.kind in "iu" for one in called.outputs):
            return "an output of it is whole numbers, which tell too little: give what they are of"
        if not all(setting.shares(0, one) for one in called.outputs):
            return f"no tensor of the old graph has the shape of its output{said}"
        if not np.isfinite(shares[0]):
            return f"its output is NaN or infinite, the old graph's is not{said}"
        again = setting.old.run([*setting.tensors[0]], {**setting.inputs[0], **setting.others})
        if not any(np.array_equal(again[name], one) for name, one in setting.tensors[0].items()):
            said += "; what the old graph draws at random makes its own outputs differ, too"
        at = int(np.argmax([share if np.isfinite(share) else -1.0 for share in shares]))
        size = f" for inputs of size {feeds.SCALES[at]:g}" if at else ""
        return f"its output is {shares[at]:.1e} of the largest value from the nearest{size}{said}"

    def _not_run(self) -> str:
        if self._settings.why:
            return self._settings.why
        reasons = [one for one in self._old.walk.refusals if not is_backward(one)]
        return reasons[0] if reasons else "the graph has no input that fits the model"

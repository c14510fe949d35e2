"""What a model computes on a batch of the original's."""

from collections.abc import Mapping
from dataclasses import dataclass

from tf_edureka.parity.model.randomness import Replay
from tf_edureka.parity.model.slices import Slices
from tf_edureka.trace import Array

Arrays = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """What a step of the original was given.

    Attributes:
        inputs: what was fed, and what iterators and queues gave, by tensor.
        random: what random ops gave, by tensor.
    """

    inputs: Arrays
    random: Arrays

    @property
    def examples(self) -> Arrays:
        """The inputs as a model takes them: where only numbers were fed, each is a batch of one.

        Such a batch has the shape (1, 1).
        """
        if any(one.ndim for one in self.inputs.values()):
            return self.inputs
        return {name: one.reshape(1, 1) for name, one in self.inputs.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """What a model computes on a batch.

    Attributes:
        layers: names of its layers and what they gave, any dtype and shape, in the order of their
            calls.
        output: of the model, any dtype and shape; of several the first.
        loss: with all penalties.
        data_loss: without them.
        labels: as the loss had them, any dtype and shape.
        gradients: of the loss, by the old variable; sparse ones made dense.
        slices: the sparse ones, as they are.
        after: all variables that have a counterpart, by the old name, after the forward pass.
        replay: what of the recorded random numbers was used.
    """

    layers: tuple[tuple[str, Array], ...]
    output: Array
    loss: float
    data_loss: float
    labels: Array
    gradients: Arrays
    slices: Mapping[str, Slices]
    after: Arrays
    replay: Replay

    @property
    def has_labels(self) -> bool:
        """Whether there is a label for each output, or one for all classes."""
        outputs = self.output.size
        return self.labels.size in (outputs, outputs // max(self.output.shape[-1:] or (1,)))

"""The data of a recorded step, and what a model computes from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tf_edureka.parity.model.randomness import Replay
from tf_edureka.parity.model.slices import Slices
from tf_edureka.trace import Array

Arrays = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """The inputs and random numbers of a step of the original.

    Attributes:
        inputs: arrays that were fed or came from iterators and queues, by tensor name, any dtype
            and shape.
        random: outputs of the random ops, by tensor name, any dtype and shape.
    """

    inputs: Arrays
    random: Arrays

    @property
    def examples(self) -> Arrays:
        """The inputs for a model, any dtype and shape: if all are scalars, each is a batch of one.

        Such a batch has the shape (1, 1).
        """
        if any(one.ndim for one in self.inputs.values()):
            return self.inputs
        return {name: one.reshape(1, 1) for name, one in self.inputs.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """What a model computes from a batch.

    Attributes:
        layers: pairs of a layer's name and its output, any dtype and shape, in the order of the
            calls.
        output: the model's output, any dtype and shape; the first if it has several.
        loss: the loss including all penalties.
        data_loss: the loss without penalties.
        labels: labels in the form that the loss received, any dtype and shape.
        gradients: gradients of the loss, float, by the original's variable, in its shape; sparse
            ones made dense.
        slices: the sparse gradients as indices and values, by the original's variable.
        after: values of all mapped variables after the forward pass, by the original's name, any
            dtype and shape.
        replay: the recorded random numbers, and which of them were used.
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
        """True if there is one label per output, or one per example for all classes."""
        outputs = self.output.size
        return self.labels.size in (outputs, outputs // max(self.output.shape[-1:] or (1,)))

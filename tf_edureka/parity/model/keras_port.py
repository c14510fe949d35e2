"""Evaluates and trains a compiled Keras model on the recorded data."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.parity import mapping
from tf_edureka.parity.mapping import new_variables
from tf_edureka.parity.mapping.transforms import UNCHANGED
from tf_edureka.parity.model import inputs, losses, slices
from tf_edureka.parity.model.called_layers import called_layers
from tf_edureka.parity.model.evaluation import Arrays, Batch, Evaluation
from tf_edureka.parity.model.forward import nearest
from tf_edureka.parity.model.randomness import replayed
from tf_edureka.parity.model.recurrent_states import RecurrentStates
from tf_edureka.trace import Array

_SAME = 1e-3  # relative to the largest value
# Possible numbers of gates, by a part of the layer's class name.
_GATES = {"LSTM": (4,), "GRU": (3, 2), "Cell": (2, 3, 4), "RNN": (2, 3, 4)}


class KerasPort:
    """A compiled Keras model, used as a port of the recorded original.

    Args:
        model: built and compiled Keras model.
        found: mapping of the original's variables to those of the model.
        random_ops: op type of each random op of the original, by name.
    """

    def __init__(
        self, model: keras.Model, found: mapping.Mapping, *, random_ops: Mapping[str, str]
    ) -> None:
        self.model, self.mapping = model, found
        self.feeding: inputs.Feeding | None = None
        self.change_inputs: Callable[[Array], Array] = lambda array: array
        self.change_labels: Callable[[Array], Array] = lambda array: array
        self.change_state: Callable[[dict[int, Array]], dict[int, Array]] = lambda state: state
        self.recurrent_states = RecurrentStates(model)
        self._random_ops = random_ops
        self._variables = [*model.variables]
        self._gates = {
            one.place: next(
                (counts for kind, counts in _GATES.items() if kind in one.layer_class), ()
            )
            for one in new_variables.variables_of(model)
        }
        self._start = [variable.numpy() for variable in model.optimizer.variables]
        self._slices: dict[int, slices.Slices] = {}  # of the last evaluation, by place in the model

    def with_model(self, model: keras.Model) -> "KerasPort":
        """Returns a port with the same feeding for another `model` with the same variables."""
        port = KerasPort(model, self.mapping, random_ops=self._random_ops)
        port.feeding = self.feeding
        port.recurrent_states.copy_locations(self.recurrent_states)
        return port

    def gates(self, place: int) -> tuple[int, ...]:
        """Returns possible numbers of gates of the variable at a `place`; empty if it has none."""
        return self._gates.get(place, ())

    @property
    def storage_roundings(self) -> dict[str, float]:
        """The last place of the forget bias that a variable is stored with, by original name."""
        added = {
            name: sum(abs(number) for _, _, number in link.transform.added)
            for link in self.mapping.links
            for name in link.old
        }
        return {name: 2.0**-22 * number for name, number in added.items() if number}

    @functools.cached_property
    def _unchanged(self) -> dict[int, str]:
        """Names of original variables that the model has unchanged, by place in the model."""
        return {one.new[0]: one.old[0] for one in self.mapping.links if one.transform == UNCHANGED}

    def load(self, state: Arrays, *, linear: bool = False) -> None:
        """Sets the model's variables and states to those of the original.

        Args:
            state: all variables of the original by name, any dtype and shape.
            linear: whether to add no forget bias, so that an optimizer is compared without its
                rounding.
        """
        to_new = self.mapping.gradients_to_new if linear else self.mapping.to_new
        for place, value in self.change_state(to_new(state)).items():
            self._variables[place].assign(value)
        self.recurrent_states.reset()
        self.recurrent_states.load(state)

    def values(
        self, given: Sequence[Array] | None = None, *, linear: bool = False
    ) -> dict[str, Array]:
        """Returns the model's variables under the original's names.

        Args:
            given: values of the variables, each in its dtype and shape; None for their present
                values.
            linear: whether the variables were loaded with `linear`.

        Returns:
            arrays by the original's name, in the original's dtype and shape.

        Raises:
            InputError: if an initializer gave a variable another shape.
        """
        values = [one.numpy() for one in self._variables] if given is None else given
        for place, value in enumerate(values):
            variable = self._variables[place]
            if value.shape != tuple(variable.shape):
                raise InputError(
                    f"{variable.path}: expected a value of shape {tuple(variable.shape)}, got "
                    f"{value.shape} from its initializer"
                )
        return (self.mapping.gradients_to_old if linear else self.mapping.to_old)(
            dict(enumerate(values))
        )

    def choose_feeding(
        self, state: Arrays, batch: Batch, loss: float, tensors: Arrays
    ) -> tuple[bool, float]:
        """Finds which arrays are inputs and labels, by the loss that is nearest to the original's.

        Args:
            state: the original's variables before a step by name, any dtype and shape.
            batch: the recorded batch of that step.
            loss: the original's loss on it.
            tensors: recorded tensors of its forward pass by name, any dtype and shape; a feeding
                with which the model's output is one of them is preferred.

        Returns:
            whether the model's output then differs from all of them, and the absolute difference of
            the losses; infinity if it is not finite.

        Raises:
            InputError: if the model accepts nothing that was fed.
        """
        best, chosen, failed = (2, True, float("inf")), None, ""
        ways = [*inputs.feedings(self.model, batch.examples)]
        is_open = any(len(one) > 1 for one in losses.sparse_options_of_outputs(self.model))
        kinds = (False, True) if is_open else (False,)
        for feeding in (replace(way, sparse=sparse) for way in ways for sparse in kinds):
            self.feeding = feeding
            try:
                seen = self.evaluate(state, batch, gradients=False)
            except (
                Exception
            ) as error:  # a model may raise anything on an array that is not its input
                failed = str(error)
                continue
            difference = abs(seen.loss - loss)
            # The inputs are the labels only if no other array fits the output.
            found = nearest(seen.output, tensors)
            rank = (
                int(not feeding.labels),
                found is None or found.share > _SAME,
                difference if np.isfinite(difference) else float("inf"),
            )
            if (not feeding.labels or seen.has_labels) and rank < best:
                best, chosen = rank, feeding
        self.feeding = chosen
        if self.feeding is None:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in batch.inputs.items())
            why = failed.splitlines()[0] if failed else ""
            raise InputError(
                "model: expected one that accepts the arrays fed to the original "
                f"({shapes or 'none'}), got one that accepts none of them"
                f"{f' ({why})' if why else ''}"
            )
        return best[1:]

    def evaluate(self, state: Arrays, batch: Batch, *, gradients: bool = True) -> Evaluation:
        """Computes the loss and gradients of a step without updating the weights.

        Args:
            state: the original's variables before the step by name, any dtype and shape.
            batch: the recorded batch.
            gradients: whether to compute gradients.
        """
        self.load(state)
        weights = self.model.trainable_variables
        with replayed(batch.random, self._random_ops) as replay, called_layers() as layers:
            with tf.GradientTape(watch_accessed_variables=gradients) as tape:
                several, labels, loss = self._outputs_labels_loss(batch)
            computed = tape.gradient(loss, weights) if gradients else []
        penalty = sum(float(one) for one in self.model.losses)
        return Evaluation(
            layers=tuple((layer.name, given) for layer, given in layers),
            output=np.array(several[0]),
            loss=float(loss),
            data_loss=float(loss) - penalty,
            labels=labels[0],
            gradients=self._old_gradients(weights, computed),
            slices={self._unchanged[place]: one for place, one in self._slices.items()},
            after=self.values(),
            replay=replay,
        )

    def output(self, state: Arrays, batch: Batch, *, training: bool = False) -> Array:
        """Computes the model's output without labels; the first if it has several.

        Args:
            state: the original's variables by name, any dtype and shape.
            batch: the recorded batch; Keras samples random numbers that are not in it.
            training: whether to call the model in training mode.

        Returns:
            the output, any dtype and shape.
        """
        self.load(state)
        x = inputs.as_tensors(self._inputs(batch))
        with replayed(batch.random, self._random_ops, sample_missing=True):
            return np.array(keras.tree.flatten(self.model(x, training=training))[0])

    def train(self, batch: Batch) -> float:
        """Takes one training step on a `batch`, as `fit` does, and returns the loss before it."""
        weights = self.model.trainable_variables
        with replayed(batch.random, self._random_ops), tf.GradientTape() as tape:
            _, _, loss = self._outputs_labels_loss(batch)
        gradients = tape.gradient(loss, weights)
        self.model.optimizer.apply_gradients([*zip(gradients, weights, strict=True)])
        return float(loss)

    def _outputs_labels_loss(self, batch: Batch) -> tuple[list[Any], list[Array], Any]:
        """Returns the outputs, the labels and the loss of a batch in training mode."""
        x = self._inputs(batch)
        outputs = self.model(inputs.as_tensors(x), training=True)
        several = keras.tree.flatten(outputs)
        feeding = self.feeding or inputs.Feeding((), ())
        arrays = [np.array(one) for one in several]
        given = inputs.labels(self.model, feeding, batch.examples, outputs=arrays)
        labels = [*map(self.change_labels, given)]
        loss = self.model.compute_loss(
            x=x,
            y=keras.tree.pack_sequence_as(outputs, labels),
            y_pred=outputs,
            sample_weight=inputs.weights(feeding, batch.examples),
            training=True,
        )
        return several, labels, loss

    def _inputs(self, batch: Batch) -> Any:
        if self.feeding is None:
            raise RuntimeError("choose_feeding has to be called first")
        self.recurrent_states.load(batch.inputs)
        x = inputs.model_inputs(self.model, self.feeding, batch.examples)
        return keras.tree.map_structure(self.change_inputs, x)

    def _old_gradients(self, weights: Sequence[Any], computed: Sequence[Any]) -> dict[str, Array]:
        places = {id(variable): place for place, variable in enumerate(self._variables)}
        by_place = {}
        for variable, gradient in zip(weights, computed, strict=False):
            place = places[id(variable)]
            if gradient is None:
                by_place[place] = np.zeros(variable.shape, "float32")
            else:
                by_place[place] = np.array(tf.convert_to_tensor(gradient))
            if isinstance(gradient, tf.IndexedSlices) and place in self._unchanged:
                self._slices[place] = slices.from_tensor(gradient)
        return self.mapping.gradients_to_old(by_place) if by_place else {}

    def reset_optimizer(self, step: int) -> None:
        """Resets the optimizer to its initial state, with `step` as its iteration count."""
        optimizer = self.model.optimizer
        if not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        if len(self._start) < len(optimizer.variables):
            self._start = [variable.numpy() for variable in optimizer.variables]
        for variable, value in zip(optimizer.variables, self._start, strict=True):
            variable.assign(value)
        optimizer.iterations.assign(step)

    def apply(self, gradients: Arrays, sparse: Mapping[str, slices.Slices]) -> None:
        """Takes an optimizer step with recorded gradients.

        Args:
            gradients: gradients by the original's variable, float, in its shape; sparse ones made
                dense.
            sparse: sparse gradients; they are used where the model's own gradient is sparse.
        """
        new = self.mapping.gradients_to_new(gradients)
        places = {id(variable): place for place, variable in enumerate(self._variables)}
        pairs = []
        for variable in self.model.trainable_variables:
            place = places[id(variable)]
            if place in self._slices and self._unchanged[place] in sparse:
                given = slices.to_tensor(sparse[self._unchanged[place]], variable)
                pairs.append((given, variable))
            elif place in new:
                pairs.append((tf.constant(new[place], variable.dtype), variable))
        self.model.optimizer.apply_gradients(pairs)

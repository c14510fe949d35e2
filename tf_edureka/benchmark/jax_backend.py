"""Training the network with JAX."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from tf_edureka.benchmark.task import Task, Trainer

_Layers = list[tuple[jax.Array, jax.Array]]  # kernel and bias of each layer
# Weights, Adam's first and second moments, and the number of steps.
_State = tuple[_Layers, _Layers, _Layers, jax.Array]
_Step = Callable[[_State, jax.Array], tuple[_State, jax.Array]]


def step_by_step(task: Task) -> Trainer:
    """Trains `task` with one call of a compiled step per batch; all arrays are on the device."""
    state, step = _network(task)
    step = jax.jit(step, donate_argnums=0)

    def train(number: int) -> None:
        nonlocal state
        for batch in jnp.asarray(task.order(number)):
            state, cost = step(state, batch)
        cost.block_until_ready()

    return Trainer(train, lambda: _weights(state))


def scan(task: Task) -> Trainer:
    """Trains `task` with all steps of an epoch in one compiled `lax.scan`."""
    state, step = _network(task)
    epoch = jax.jit(lambda state, order: jax.lax.scan(step, state, order), donate_argnums=0)

    def train(number: int) -> None:
        nonlocal state
        state, costs = epoch(state, jnp.asarray(task.order(number)))
        costs.block_until_ready()

    return Trainer(train, lambda: _weights(state))


def _network(task: Task) -> tuple[_State, _Step]:
    """Returns the initial state, and the function that computes a step from state and batch."""
    images, labels = jnp.asarray(task.data.train.images), jnp.asarray(task.data.train.labels)
    start = [jnp.asarray(values) for values in task.initial_weights()]
    layers = list(zip(start[::2], start[1::2], strict=True))

    def cost_of(layers: _Layers, batch: jax.Array) -> jax.Array:
        values = images[batch].reshape(len(batch), -1) * jnp.float32(1 / 255)
        for kernel, bias in layers[:-1]:
            values = jax.nn.relu(values @ kernel + bias)
        kernel, bias = layers[-1]
        logits = jax.nn.log_softmax(values @ kernel + bias)
        return -jnp.mean(jnp.take_along_axis(logits, labels[batch][:, None], 1))

    def step(state: _State, batch: jax.Array) -> tuple[_State, jax.Array]:
        layers, first, second, count = state
        cost, gradient = jax.value_and_grad(cost_of)(layers, batch)
        count += 1
        first = jax.tree.map(lambda m, g: m + 0.1 * (g - m), first, gradient)
        second = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), second, gradient)
        rate = task.learning_rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        layers = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) + task.epsilon), layers, first, second
        )
        return (layers, first, second, count), cost

    first, second = (jax.tree.map(jnp.zeros_like, layers) for _ in range(2))
    return (layers, first, second, jnp.float32(0)), step


def _weights(state: _State) -> list[npt.NDArray[np.float32]]:
    return [np.asarray(values) for values in jax.tree.leaves(state[0])]

"""The article's network for MNIST as a Keras `Sequential`, 784-256-256-10."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, PIXELS, MlpConfig
from tf_edureka.data.mnist import expect_images
from tf_edureka.results import Floats
from tf_edureka.tf1 import initializers, layers, optimizers, seeds

Initializers = dict[str, keras.initializers.Initializer]


def network(config: MlpConfig) -> keras.Sequential:
    """Builds the network with its initial values.

    `logits = relu(relu(x K1 + b1) K2 + b2) K3 + b3`

    Source: the article's `multilayer_perceptron`. The recipe `article` keeps its initial values
    from N(0, 1) for kernels and biases, the very numbers that TensorFlow 1.15 drew under
    `tf.set_random_seed(config.seed)`; `tuned` has He's normal kernels and biases of 0.

    Args:
        config: recipe, sizes and seed.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).
    """
    dense = layers.Dense if config.recipe == "article" else keras.layers.Dense
    return _sequential(config, _initializers(config), dense)


def build(config: MlpConfig, total_steps: int) -> keras.Sequential:
    """Builds the network and compiles it, ready for its first step.

    Source: the article's "Define loss and optimizer". The recipe `article` keeps its Adam at a
    constant rate; `tuned` decays the kernels, smooths the labels, and has a learning rate that
    rises from 0 and falls back to it along a cosine, unless its schedule is constant.

    Args:
        config: as for `network`, and the numbers of loss and optimizer.
        total_steps: steps of the whole training, over which the tuned schedule runs.

    Returns:
        the network, compiled with softmax cross-entropy on one-hot labels and accuracy.
    """
    model = network(config)
    model.compile(
        optimizer=optimizer(config, total_steps),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing, dtype=config.dtype
        ),
        metrics=["accuracy"],
    )
    return model


def optimizer(config: MlpConfig, total_steps: int) -> keras.optimizers.Optimizer:
    """Makes the recipe's optimizer.

    Args:
        config: recipe and its numbers.
        total_steps: steps of the whole training, over which the tuned schedule runs.
    """
    if config.recipe == "article":
        return optimizers.Adam(config.learning_rate, config.adam_epsilon, dtype=config.dtype)
    rate = config.learning_rate
    if config.schedule == "cosine":
        rise = int(config.warmup * total_steps)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, total_steps - rise, warmup_target=rate, warmup_steps=rise
        )
    adam_w = keras.optimizers.AdamW(
        rate, weight_decay=config.weight_decay, epsilon=config.adam_epsilon
    )
    adam_w.exclude_from_weight_decay(var_names=["bias"])
    return adam_w


def from_weights(config: MlpConfig, weights: Sequence[Floats]) -> keras.Sequential:
    """The network with given weights, to look at, save or use.

    Args:
        config: as it was trained with.
        weights: kernel and bias of each layer, as in `MlpResult.weights`.

    Returns:
        the network, not compiled; gives logits.
    """
    # With Keras' own layers and initializers: who loads the saved network needs nothing of ours.
    model = _sequential(config, [{}] * (len(config.hidden_units) + 1), keras.layers.Dense)
    model.set_weights(weights)
    return model


def probabilities(model: keras.Model, images: npt.NDArray[np.uint8]) -> Floats:
    """What the network takes each image for.

    Args:
        model: gives logits.
        images: uint8, shape (n, 28, 28).

    Returns:
        in the dtype of the logits, shape (n, 10): their softmax.

    Raises:
        InputError: when the images have another dtype or shape.
    """
    expect_images(images)
    shares: Floats = tf.nn.softmax(model(pixels(images), training=False)).numpy()
    return shares


def pixels(images: tf.Tensor) -> tf.Tensor:
    """Flat pixels in [0, 1], as the article's network takes them.

    Source: `input_data` multiplied by 1/255, which rounds otherwise than dividing by 255 does.

    Args:
        images: uint8, shape (n, 28, 28).

    Returns:
        float32, shape (n, 784).
    """
    return tf.reshape(tf.cast(images, tf.float32) * (1 / 255), (images.shape[0], -1))


def _sequential(
    config: MlpConfig, initializers: Sequence[Initializers], dense: type[keras.layers.Dense]
) -> keras.Sequential:
    layers = [keras.Input((PIXELS,), name="pixels")]
    sizes = [*config.hidden_units, CLASSES]
    mixed = config.precision == "mixed_bfloat16"
    for depth, (units, initial) in enumerate(zip(sizes, initializers, strict=True), start=1):
        last = depth == len(sizes)
        layers.append(
            dense(
                units,
                activation=None if last else "relu",
                name="logits" if last else f"hidden_{depth}",
                # The logits in float32, since the loss is a small difference of them.
                dtype="mixed_bfloat16" if mixed and not last else config.dtype,
                **initial,
            )
        )
    return keras.Sequential(layers, name="mlp")


def _initializers(config: MlpConfig) -> list[Initializers]:
    layers = len(config.hidden_units) + 1
    if config.recipe == "article":
        # It made the placeholders of pixels and labels first, then all kernels, then all biases.
        draws = [
            initializers.RandomNormal(config.seed, op_seed)
            for op_seed in seeds.variable_op_seeds(2 * layers, ops=2)
        ]
        return [
            {"kernel_initializer": kernel, "bias_initializer": bias}
            for kernel, bias in zip(draws[:layers], draws[layers:], strict=True)
        ]
    state = np.random.SeedSequence(config.seed).generate_state(layers)
    return [{"kernel_initializer": keras.initializers.HeNormal(seed=int(s))} for s in state]

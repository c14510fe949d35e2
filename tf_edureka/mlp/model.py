"""The article's network for MNIST as a Keras `Sequential`, 784-256-256-10."""

import itertools
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
NORM_EPSILON = 1e-3  # Keras' default


def network(config: MlpConfig) -> keras.Sequential:
    """Builds the network with its initial values.

    `logits = relu(relu(x K1 + b1) K2 + b2) K3 + b3`

    Source: the article's `multilayer_perceptron`. The recipe `article` samples kernels and biases
    from N(0, 1), bit-identical to TensorFlow 1.15 under `tf.set_random_seed(config.seed)`; `tuned`
    uses He-normal kernels and zero biases.

    Args:
        config: configuration with the recipe, layer sizes and seed.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).

    Example:
        >>> from tf_edureka import MlpConfig, mlp
        >>> model = mlp.network(MlpConfig.article())
        >>> [layer.name for layer in model.layers], model.count_params()
        (['hidden_1', 'hidden_2', 'logits'], 269322)
    """
    dense = layers.Dense if config.recipe == "article" else keras.layers.Dense
    return _sequential(config, _initializers(config), dense, config.batch_norm)


def build(config: MlpConfig, total_steps: int) -> keras.Sequential:
    """Builds the network and compiles it for training.

    Source: the article's "Define loss and optimizer". The recipe `article` uses its Adam with a
    constant learning rate; `tuned` uses weight decay on the kernels, label smoothing, and a warmup
    from 0 followed by cosine decay to 0, unless its schedule is constant.

    Args:
        config: configuration of the network, the loss and the optimizer.
        total_steps: steps of the whole training, which set the length of the tuned schedule.

    Returns:
        the network, compiled with softmax cross-entropy on one-hot labels and with accuracy.

    Example:
        >>> from tf_edureka import MlpConfig, mlp
        >>> model = mlp.build(MlpConfig.article(), total_steps=5500)
        >>> model.loss.name, round(float(model.optimizer.learning_rate), 6)
        ('categorical_crossentropy', 0.001)
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
    """Creates the recipe's optimizer.

    Args:
        config: configuration with the recipe and its hyperparameters.
        total_steps: steps of the whole training, which set the length of the tuned schedule.
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
    adam_w.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    return adam_w


def without_batch_norm(config: MlpConfig, variables: Sequence[Floats]) -> list[Floats]:
    """Absorbs the batch normalization of a trained network into its kernels and biases.

    `(x K - mean) gamma / sqrt(variance + epsilon) + beta = x K' + b'`

    Args:
        config: configuration of the network.
        variables: variables of the model from `network`, in the order of `get_weights`: float, of
            any shape; others may follow.

    Returns:
        kernel and bias of each layer: float, shapes (inputs, units) and (units,); then the others.
        Without batch normalization, the `variables` as they are.

    Example:
        >>> from tf_edureka import MlpConfig, mlp
        >>> config = MlpConfig.tuned(hidden_units=(8,), batch_norm=True)
        >>> variables = mlp.network(config).get_weights()
        >>> len(variables), [one.shape for one in mlp.without_batch_norm(config, variables)]
        (7, [(784, 8), (8,), (8, 10), (10,)])
    """
    if not config.batch_norm:
        return list(variables)
    each, found = iter(variables), []
    for _ in config.hidden_units:
        kernel, gamma, beta, mean, variance = itertools.islice(each, 5)
        scale = gamma / np.sqrt(variance + np.asarray(NORM_EPSILON, variance.dtype))
        found += [kernel * scale, beta - mean * scale]
    return [*found, *each]


def from_weights(config: MlpConfig, weights: Sequence[Floats]) -> keras.Sequential:
    """Builds the network with given weights, for inspection, saving or prediction.

    Args:
        config: configuration the weights were trained with.
        weights: kernel and bias of each layer, in the order of `MlpResult.weights`: float, shapes
            (inputs, units) and (units,).

    Returns:
        the network, not compiled; it outputs logits.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, mlp
        >>> config = MlpConfig.tuned(hidden_units=(2,))
        >>> weights = [np.zeros((784, 2)), np.zeros(2), np.zeros((2, 10)), np.arange(10)]
        >>> model = mlp.from_weights(config, weights)
        >>> images = np.zeros((1, 28, 28), np.uint8)
        >>> int(mlp.probabilities(model, images).argmax())  # digit 9 has the largest bias
        9
    """
    # Only Keras' own layers and initializers, so a saved network loads without this package.
    model = _sequential(config, [{}] * (len(config.hidden_units) + 1), keras.layers.Dense)
    model.set_weights(weights)
    return model


def probabilities(model: keras.Model, images: npt.NDArray[np.uint8]) -> Floats:
    """Returns the probabilities of the ten digits for each image.

    Args:
        model: model that outputs logits.
        images: uint8, shape (n, 28, 28).

    Returns:
        softmax of the logits, in their dtype, shape (n, 10).

    Raises:
        InputError: if the images have another dtype or shape.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, mlp
        >>> model = mlp.network(MlpConfig.tuned())
        >>> images = np.zeros((3, 28, 28), np.uint8)  # blank: without biases all logits are 0
        >>> print(mlp.probabilities(model, images)[0].round(1))
        [0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1]
    """
    expect_images(images)
    shares: Floats = tf.nn.softmax(model(pixels(images), training=False)).numpy()
    return shares


def pixels(images: tf.Tensor) -> tf.Tensor:
    """Returns flat pixels in [0, 1], the input of the article's network.

    Source: TensorFlow 1's `input_data` multiplied by 1/255, which rounds differently from a
    division by 255.

    Args:
        images: uint8, shape (n, 28, 28).

    Returns:
        float32, shape (n, 784).
    """
    return tf.reshape(tf.cast(images, tf.float32) * (1 / 255), (images.shape[0], -1))


def _sequential(
    config: MlpConfig,
    initializers: Sequence[Initializers],
    dense: type[keras.layers.Dense],
    batch_norm: bool = False,
) -> keras.Sequential:
    layers = [keras.Input((PIXELS,), name="pixels")]
    hidden = "mixed_bfloat16" if config.precision == "mixed_bfloat16" else config.dtype
    *initial, last = initializers
    for depth, (units, own) in enumerate(zip(config.hidden_units, initial, strict=True), start=1):
        name = f"hidden_{depth}"
        if not batch_norm:
            layers.append(dense(units, activation="relu", name=name, dtype=hidden, **own))
            continue
        layers += [
            dense(units, use_bias=False, name=name, dtype=hidden, **own),
            # `synchronized` matters only with a strategy: the statistics are those of all replicas.
            keras.layers.BatchNormalization(
                name=f"norm_{depth}", epsilon=NORM_EPSILON, dtype=hidden, synchronized=True
            ),
            keras.layers.ReLU(name=f"relu_{depth}", dtype=hidden),
        ]
    # The logits stay in float32, since the loss is a small difference between them.
    layers.append(dense(CLASSES, name="logits", dtype=config.dtype, **last))
    return keras.Sequential(layers, name="mlp")


def _initializers(config: MlpConfig) -> list[Initializers]:
    layers = len(config.hidden_units) + 1
    if config.recipe == "article":
        # It created the placeholders of pixels and labels first, then all kernels, then all biases.
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

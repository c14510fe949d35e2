"""Random augmentation of images, written to run inside a compiled epoch."""

import math

from tf_edureka._tensorflow import tf
from tf_edureka.config import Distortion


def augment(
    images: tf.Tensor,
    amount: Distortion,
    seed: tf.Tensor,
    batch_size: int | None = None,
    first: tf.Tensor | int = 0,
) -> tf.Tensor:
    """Shifts, rotates, scales and shears each image by its own random amounts.

    Args:
        images: any numeric dtype, shape (n, height, width), n known.
        amount: maximum of each distortion.
        seed: int32 or int64, shape (2,). The same seed gives the same distortions. XLA samples
            different random numbers for a seed than TensorFlow 2.21's own kernels.
        batch_size: size of the batch that contains the images; None if they are the whole batch.
            The distortions of an image do not depend on how the batch is split.
        first: index of the first image in that batch: int32, a scalar.

    Returns:
        augmented images: float32, shape (n, height, width), in the value range of the input.
    """
    count = images.shape[0]
    draws = random_amounts(batch_size or count, seed)
    if batch_size is not None:
        draws = tf.slice(draws, (0, first), (6, count))
    return apply_distortions(images, amount, draws)


def random_amounts(count: int, seed: tf.Tensor) -> tf.Tensor:
    """Samples the distortions of each image in a batch, relative to their maximum.

    Args:
        count: number of images in the batch.
        seed: seed: int32 or int64, shape (2,).

    Returns:
        float32, shape (6, count), from -1 to 1: rotation, shear, both scalings, both shifts.
    """
    return tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)


def apply_distortions(images: tf.Tensor, amount: Distortion, draws: tf.Tensor) -> tf.Tensor:
    """Shifts, rotates, scales and shears each image by given amounts.

    Each pixel `(x, y)` of the result is the input at `A (x, y) + t`, bilinearly interpolated from
    four neighbours; pixels outside the input are 0.

    Args:
        images: any numeric dtype, shape (n, height, width), n known.
        amount: maximum of each distortion.
        draws: relative amounts from `random_amounts`: float32, shape (6, n).

    Returns:
        distorted images: float32, shape (n, height, width), in the value range of the input.
    """
    height, width = images.shape[1:]
    draws = draws[:, :, tf.newaxis, tf.newaxis]
    turn, shear = math.radians(amount.turn) * draws[0], amount.shear * draws[1]
    scale_x, scale_y = 1 + amount.scaling * draws[2], 1 + amount.scaling * draws[3]
    shift_x, shift_y = amount.shift * draws[4], amount.shift * draws[5]
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    to_x = tf.range(width, dtype=tf.float32)[None, None, :] - middle_x
    to_y = tf.range(height, dtype=tf.float32)[None, :, None] - middle_y
    x = tf.cos(turn) / scale_x * to_x + (shear - tf.sin(turn) / scale_x) * to_y
    y = tf.sin(turn) / scale_y * to_x + tf.cos(turn) / scale_y * to_y
    return interpolate(tf.cast(images, tf.float32), x + middle_x + shift_x, y + middle_y + shift_y)


def interpolate(images: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Returns the values of images at fractional coordinates, by bilinear interpolation.

    Args:
        images: float32, shape (n, height, width).
        x: column of each value, from 0: float32, shape (n, height, width).
        y: row of each value, from 0: float32, shape (n, height, width).

    Returns:
        float32, shape (n, height, width); 0 outside the image.
    """
    count, height, width = images.shape
    flat = tf.reshape(images, (count, height * width))
    left, top = tf.floor(x), tf.floor(y)

    def at(column: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = tf.where(inside, row * width + column, 0.0)
        place = tf.reshape(tf.cast(place, tf.int32), (count, height * width))
        values = tf.reshape(tf.gather(flat, place, batch_dims=1), (count, height, width))
        return tf.where(inside, values, 0.0)

    right_share, bottom_share = x - left, y - top
    upper = at(left, top) * (1 - right_share) + at(left + 1, top) * right_share
    lower = at(left, top + 1) * (1 - right_share) + at(left + 1, top + 1) * right_share
    return upper * (1 - bottom_share) + lower * bottom_share

"""Random augmentation of images, written to run inside a compiled epoch."""

import math

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.config import Distortion
from tf_edureka.results import Floats

_AFFINE = 6  # random numbers of each image: rotation, shear, both scalings, both shifts
# An elastic distortion is a sum of bumps, Gaussians of this standard deviation in pixels, at the
# points of a grid with this many rows and columns. It resembles white noise blurred by a Gaussian
# (Simard, Steinkraus and Platt, 2003) and needs only a matrix product.
_BUMP = 5.0
_GRID = 6


def augment(
    images: tf.Tensor,
    amount: Distortion,
    seed: tf.Tensor,
    done: tf.Tensor | float = 0.0,
    *,
    batch_size: int | None = None,
    first: tf.Tensor | int = 0,
) -> tf.Tensor:
    """Shifts, rotates, scales, shears and bends each image by its own random amounts.

    Args:
        images: any numeric dtype, shape (n, height, width), n known.
        amount: maximum of each distortion.
        seed: int32 or int64, shape (2,). The same seed gives the same distortions. XLA samples
            different random numbers for a seed than TensorFlow 2.21's own kernels.
        done: fraction of the training that is done: float32, a scalar in [0, 1].
        batch_size: size of the batch that contains the images; None if they are the whole batch.
            The distortions of an image do not depend on how the batch is split.
        first: index of the first image in that batch: int32, a scalar.

    Returns:
        augmented images: float32, shape (n, height, width), in the value range of the input.
    """
    count = images.shape[0]
    draws = random_amounts(batch_size or count, amount, seed)
    if batch_size is not None:
        draws = tf.slice(draws, (0, first), (draws.shape[0], count))
    return apply_distortions(images, amount, draws, done)


def random_amounts(count: int, amount: Distortion, seed: tf.Tensor) -> tf.Tensor:
    """Samples the distortions of each image in a batch, relative to their maximum.

    Args:
        count: number of images in the batch.
        amount: maximum of each distortion.
        seed: seed: int32 or int64, shape (2,).

    Returns:
        float32, shape (m, count), from -1 to 1, m from `numbers_per_image`: rotation, shear, both
        scalings, both shifts, and the heights of the bumps of an elastic distortion.
    """
    return tf.random.stateless_uniform((numbers_per_image(amount), count), seed, -1.0, 1.0)


def numbers_per_image(amount: Distortion) -> int:
    """Counts the random numbers that determine the distortion of an image.

    Args:
        amount: maximum of each distortion.
    """
    return _AFFINE + (2 * _GRID**2 if amount.elastic else 0)


def apply_distortions(
    images: tf.Tensor, amount: Distortion, draws: tf.Tensor, done: tf.Tensor | float = 0.0
) -> tf.Tensor:
    """Shifts, rotates, scales, shears and bends each image by given amounts.

    Each pixel `(x, y)` of the result is the input at `A (x, y) + t + e(x, y)`, bilinearly
    interpolated from four neighbours; pixels outside the input are 0.

    Args:
        images: any numeric dtype, shape (n, height, width), n known.
        amount: maximum of each distortion.
        draws: relative amounts from `random_amounts`: float32, shape (m, n).
        done: fraction of the training that is done: float32, a scalar in [0, 1].

    Returns:
        distorted images: float32, shape (n, height, width), in the value range of the input.
    """
    count, height, width = images.shape
    draws *= 1.0 + (amount.at_end - 1.0) * done
    turn, shear = math.radians(amount.turn) * draws[0], amount.shear * draws[1]
    scale_x, scale_y = 1 + amount.scaling * draws[2], 1 + amount.scaling * draws[3]
    to_x = [tf.cos(turn) / scale_x, shear - tf.sin(turn) / scale_x, amount.shift * draws[4]]
    to_y = [tf.sin(turn) / scale_y, tf.cos(turn) / scale_y, amount.shift * draws[5]]
    fields = [_columns(height, width), _rows(height, width), np.ones(height * width, np.float32)]
    coefficients = [tf.stack(to_x), tf.stack(to_y)]
    if amount.elastic:
        fields += [*_bumps(height, width)]
        # Uniform numbers from -1 to 1 have the standard deviation sqrt(1/3).
        heights = tf.split(amount.elastic * math.sqrt(3) * draws[_AFFINE:], 2)
        coefficients = [tf.concat(pair, 0) for pair in zip(coefficients, heights, strict=True)]
    # The coordinates of all pixels are linear in the coefficients: one matrix product.
    moved = tf.matmul(tf.concat(coefficients, axis=1), np.stack(fields), transpose_a=True)
    x, y = tf.unstack(tf.reshape(moved, (2, count, height, width)))
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    return interpolate(tf.cast(images, tf.float32), x + middle_x, y + middle_y)


def _columns(height: int, width: int) -> Floats:
    """Returns the column of each pixel, from the middle of the image."""
    return np.tile(np.arange(width, dtype=np.float32) - (width - 1) / 2, height)


def _rows(height: int, width: int) -> Floats:
    """Returns the row of each pixel, from the middle of the image."""
    return np.repeat(np.arange(height, dtype=np.float32) - (height - 1) / 2, width)


def _bumps(height: int, width: int) -> Floats:
    """Returns the bumps of the elastic distortion: float32, shape (bumps, height * width).

    Scaled so that random heights of variance 1 give each pixel a displacement of variance 1.
    """

    def along(size: int) -> Floats:
        places = np.linspace(-2, size + 1, _GRID)[:, np.newaxis]
        bumps = np.exp(-(((np.arange(size) - places) / _BUMP) ** 2) / 2)
        return bumps / np.sqrt(np.sum(bumps**2, axis=0))

    return np.kron(along(height), along(width)).astype(np.float32)


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

import dataclasses

import numpy as np
import tensorflow as tf

from tf_edureka.config import Distortion
from tf_edureka.mlp.augmentation import augment, interpolate

NOTHING = Distortion(turn=0, scaling=0, shear=0, shift=0, elastic=0)
IMAGE = np.zeros((1, 28, 28), np.uint8)
IMAGE[0, 10, 12] = 200


def test_zero_amounts_change_nothing(data):
    images = data.test.images[:20]
    # Coordinates are sums of halves, exact in float32, so the result is bit-identical.
    np.testing.assert_array_equal(augment(images, NOTHING, (1, 2)), images)


def test_seed_determines_the_distortion(data):
    images = data.test.images[:20]
    first, again, other = (augment(images, Distortion(), seed) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first, again)
    assert (first.numpy() != other.numpy()).any()


def test_distortion_does_not_depend_on_how_the_batch_is_split(data):
    images = data.test.images[:20]
    whole = augment(images, Distortion(), (1, 2))
    part = augment(images[5:8], Distortion(), (1, 2), batch_size=20, first=5)
    # Sines and cosines of 3 numbers and of 20 are computed by different instructions.
    np.testing.assert_allclose(part, whole[5:8], atol=0.01)  # of 255


def test_each_image_has_its_own_distortion():
    two = augment(np.repeat(IMAGE, 2, axis=0), Distortion(), (1, 2)).numpy()
    assert (two[0] != two[1]).any()


def test_shift_moves_ink_by_at_most_its_amount():
    many = np.repeat(IMAGE, 500, axis=0)
    moved = augment(many, dataclasses.replace(NOTHING, shift=2), (5, 0)).numpy()
    rows, columns = np.indices((28, 28))
    ink = moved.sum(axis=(1, 2))
    np.testing.assert_allclose(ink, 200, rtol=1e-5)  # ink moves between neighbours, none is lost
    down = (moved * rows).sum(axis=(1, 2)) / ink - 10
    right = (moved * columns).sum(axis=(1, 2)) / ink - 12
    assert 1.9 < np.abs(down).max() <= 2.001
    assert 1.9 < np.abs(right).max() <= 2.001


def test_rotation_keeps_the_distance_from_the_centre():
    corner = np.zeros((200, 28, 28), np.uint8)
    corner[:, 20, 20] = 200  # 6.5 pixels right of the middle and 6.5 below
    turned = augment(corner, dataclasses.replace(NOTHING, turn=40), (3, 0)).numpy()
    rows, columns = np.indices((28, 28)) - 13.5
    ink = turned.sum(axis=(1, 2))
    down, right = ((turned * place).sum(axis=(1, 2)) / ink for place in (rows, columns))
    # A tenth of a pixel: interpolation spreads a dot unevenly over its four neighbours.
    np.testing.assert_allclose(np.hypot(down, right), np.hypot(6.5, 6.5), atol=0.1)
    angles = np.degrees(np.arctan2(down, right)) - 45
    assert -40.5 < angles.min() < -35
    assert 35 < angles.max() < 40.5


def test_elastic_distortion_moves_pixels_smoothly_by_its_standard_deviation():
    amount = dataclasses.replace(NOTHING, elastic=0.8)
    count = 500
    # The brightness of these images is the column of the pixel, so it shows where a pixel is from.
    ramp = np.broadcast_to(np.arange(28, dtype=np.float32), (count, 28, 28))
    moved = augment(ramp, amount, (7, 0)).numpy() - ramp
    inner = moved[:, 6:22, 6:22]  # further than seven standard deviations from the edge
    assert abs(inner.mean()) < 0.05
    # 500 images with some 10 independent displacements each: standard error 0.01.
    np.testing.assert_allclose(inner.std(), 0.8, atol=0.04)
    steps = np.diff(inner, axis=2)
    assert steps.std() < 0.8 / 5  # neighbours move almost alike


def test_distortions_shrink_to_their_last_fraction():
    amount = dataclasses.replace(NOTHING, shift=2, at_end=0.5)
    many = np.repeat(IMAGE, 500, axis=0)
    columns = np.arange(28)
    furthest = []
    for done in (0.0, 0.5, 1.0):
        moved = augment(many, amount, (5, 0), done).numpy()
        right = (moved * columns).sum(axis=(1, 2)) / moved.sum(axis=(1, 2)) - 12
        furthest.append(np.abs(right).max())
    np.testing.assert_allclose(furthest, [2, 1.5, 1], rtol=0.03)  # 500 samples come close to it


def test_values_between_pixels_are_interpolated_bilinearly():
    image = np.float32([[[0, 100], [20, 40]]])
    x, y = np.float32([[[0.25, 0], [0.5, 9]]]), np.float32([[[0, 0.5], [0.5, 9]]])
    values = interpolate(tf.constant(image), tf.constant(x), tf.constant(y))
    # 3/4*0 + 1/4*100; (0+20)/2; the mean of all four; outside
    np.testing.assert_array_equal(values, [[[25, 10], [40, 0]]])

import numpy as np
import pytest

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.data import rendered
from tf_edureka.data.mnist import Mnist, Split


def test_shapes_types_and_range(digits):
    train_images, train_labels, test_images, test_labels = digits
    assert (train_images.shape, train_images.dtype) == ((6000, 28, 28), np.uint8)
    assert (test_labels.shape, test_labels.dtype) == ((500,), np.uint8)
    assert set(train_labels) == set(range(10))
    assert train_images[:, 0, 0].mean() < 20  # the background is dark
    assert train_images.reshape(6000, -1).max(axis=1).min() > 100  # there is ink on each


def test_equal_seeds_give_equal_digits_and_others_differ():
    first, again, other = (rendered.digits(30, 10, seed) for seed in (4, 4, 5))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).any()


def test_no_test_digit_is_a_training_digit(digits):
    train, test = ({image.tobytes() for image in part} for part in (digits[0], digits[2]))
    assert not train & test


@pytest.mark.slow
def test_clean_digits_have_the_form_of_mnist():
    images, labels = rendered.clean_digits()
    assert (images.shape, images.dtype) == ((100, 28, 28), np.uint8)
    assert labels.tolist() == [*range(10)] * 10
    places = np.arange(28)
    for image in images.astype(float):
        drawn = np.argwhere(image)
        assert np.ptp(drawn, axis=0).max() == 19  # the larger side has 20 pixels
        for side in (image.sum(axis=0), image.sum(axis=1)):
            assert abs((side * places).sum() / side.sum() - 13.5) <= 1  # the centre of mass
    assert len({image.tobytes() for image in images}) == 100


@pytest.mark.slow
def test_a_linear_model_does_clearly_worse_than_the_network():
    train_images, train_labels, test_images, test_labels = rendered.digits(12000, 2000)
    pixels, test_pixels = (i.reshape(len(i), -1) / 255.0 for i in (train_images, test_images))
    ridge = pixels.T @ pixels + 10 * np.eye(784)
    linear = np.linalg.solve(ridge, pixels.T @ np.eye(10)[train_labels])
    linear_accuracy = np.mean((test_pixels @ linear).argmax(axis=1) == test_labels)
    train = Split(train_images, train_labels)
    data = Mnist(train, train, test=Split(test_images, test_labels), source="rendered", title="")
    network_accuracy = mlp.train(MlpConfig.tuned(epochs=5), data).accuracy[-1]
    assert network_accuracy > 0.9
    assert linear_accuracy < network_accuracy - 0.1

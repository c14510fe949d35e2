import numpy as np
import pytest

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.mlp import MIN_CERTAINTY, with_certainty

UPRIGHT = np.zeros((28, 28), np.uint8)
UPRIGHT[4:24, 13:15] = 255


def upright_or_slanted(images):
    """Answers 3 for a line that stands upright, less surely where it is slanted."""
    places = [np.argwhere(image > 127)[:, 1] for image in images]
    upright = np.array([np.ptp(columns) < 3 for columns in places])
    shares = np.full((len(images), 10), 0.01)
    shares[:, 3], shares[:, 1] = np.where(upright, 0.9, 0.5), np.where(upright, 0.02, 0.42)
    return shares


def test_certainty_is_limited_by_the_slanted_image():
    shares, certainty = with_certainty(upright_or_slanted, np.stack([UPRIGHT, UPRIGHT.T]))
    np.testing.assert_array_equal(shares[0], upright_or_slanted(UPRIGHT[np.newaxis])[0])
    assert certainty.tolist() == [0.5, 0.5]


def test_slanted_image_leans_back_around_its_centre():
    asked = []
    with_certainty(lambda images: asked.append(images) or np.eye(10)[:1], UPRIGHT[np.newaxis])
    as_it_is, slanted = (images[0] for images in asked)
    np.testing.assert_array_equal(as_it_is, UPRIGHT)
    columns = [slanted[row] @ np.arange(28) / slanted[row].sum() for row in (5, 14, 22)]
    assert np.diff(columns) == pytest.approx([9 / 4, 8 / 4], abs=0.3)
    assert columns[1] == pytest.approx(13.5, abs=0.3)


def test_certainty_is_for_the_predicted_class_not_for_the_slanted_images_class():
    answers = iter([np.eye(10)[[7]], np.eye(10)[[1]]])
    shares, certainty = with_certainty(lambda _: next(answers), UPRIGHT[np.newaxis])
    assert (shares.argmax(), certainty.tolist()) == (7, [0])


@pytest.fixture(scope="module")
def network(mnist):
    """A network trained for some epochs with augmentation."""
    config = MlpConfig.augmented(epochs=5)
    return mlp.from_weights(config, mlp.train(config, mnist).weights)


@pytest.mark.slow
def test_few_mnist_digits_are_unsure_and_most_other_images_are(network, mnist):
    def unsure(images):
        _, certainty = with_certainty(lambda some: mlp.probabilities(network, some), images)
        return np.mean(certainty < MIN_CERTAINTY)

    digits = mnist.test.images[:5000]
    assert unsure(digits) < 0.12
    threes_and_fours = digits[np.isin(mnist.test.labels[:5000], (3, 4))]
    assert unsure(threes_and_fours[:, ::-1, ::-1]) > 0.6  # upside down
    discs = np.hypot(*(np.indices((28, 28)) - 14)) < np.array([6, 8, 10])[:, np.newaxis, np.newaxis]
    assert unsure(np.uint8(255 * discs)) > 0.6


@pytest.mark.slow
def test_synthetic_photographs_are_recognised(network, mnist, tmp_path):
    import photos

    from tf_edureka.data import picture

    for kind in photos.KINDS:
        images, labels = [], []
        for index, content in photos.pictures(kind, mnist.test.images, 25, seed=1):
            (tmp_path / "photo").write_bytes(content)
            images.append(picture.read(tmp_path / "photo"))
            labels.append(mnist.test.labels[index])
        answers = mlp.probabilities(network, np.stack(images)).argmax(axis=1)
        assert np.sum(answers != labels) <= 3, kind

import base64
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from tf_edureka import interactive
from tf_edureka.gates import GATES

PNG = b"\x89PNG"


@pytest.fixture
def shown(monkeypatch):
    """What the pad's network was asked about: images of (28, 28)."""
    images = []

    def probabilities(network, image):
        images.append(image[0])
        return np.eye(10, dtype=np.float32)[[3]]

    monkeypatch.setattr(interactive.training, "probabilities", probabilities)
    return images


@pytest.fixture
def no_widgets(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setitem(sys.modules, "ipycanvas", None)


def test_a_dragged_weight_changes_the_picture():
    neuron = interactive.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])
    before = neuron.picture
    neuron.sliders[2].value = 0.5
    assert neuron.picture.startswith(PNG)
    assert neuron.picture != before
    assert neuron.widget.children[1].value == neuron.picture
    neuron.sliders[2].value = -0.5
    assert neuron.picture == before


def test_the_loss_of_the_dragged_weights_is_in_the_title(monkeypatch):
    titles = []

    def decision(activation, gate, weights, title):
        titles.append(title)
        return Figure()

    monkeypatch.setattr(interactive.gate_plots, "decision", decision)
    neuron = interactive.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])
    neuron.sliders[0].value = 0.5
    # 0, 1/2, 1/2 and 3/2 where 0, 1, 1 and 1 should be, then 0, 1/2, 0 and 1.
    assert [title.split()[-1] for title in titles] == ["0.75", "1.25"]


def test_a_drawn_stroke_is_what_the_network_gets(shown):
    pad = interactive.DigitPad(None)
    pad.clear()
    pad.press(140, 40)
    pad.move(140, 240)
    pad.lift()
    rows, columns = np.nonzero(shown[-1] > 127)
    assert np.ptp(rows) >= 18  # a vertical stroke fills the 20 x 20 box from top to bottom
    assert np.ptp(columns) <= 3
    assert abs(columns.mean() - 14) < 1
    assert pad.widget.children[1].value == pad.picture


def test_the_pen_draws_only_while_it_is_down(shown):
    pad = interactive.DigitPad(None)
    pad.clear()
    pad.move(10, 10)
    assert not pad.strokes
    pad.press(100, 100)
    pad.lift()
    pad.move(200, 200)
    assert pad.strokes == [[(100, 100), (100, 100)]]


def test_clear_in_the_middle_of_a_stroke_ends_it(shown):
    pad = interactive.DigitPad(None)
    pad.press(100, 100)
    pad.clear()
    pad.move(200, 200)
    assert not pad.strokes


def test_an_empty_pad_asks_nothing(shown):
    pad = interactive.DigitPad(None)
    asked = len(shown)
    pad.clear()
    pad.lift()
    assert len(shown) == asked


@pytest.mark.usefixtures("no_widgets")
def test_without_widgets_there_are_still_pictures(shown):
    for made in (
        interactive.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5]),
        interactive.DigitPad(None),
    ):
        (shown_as,) = made._repr_mimebundle_().items()
        assert shown_as[0] == "image/png"
        assert base64.b64decode(shown_as[1]).startswith(PNG)


def test_with_widgets_a_page_without_a_kernel_still_has_the_picture():
    shown_as = interactive.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= set(shown_as)

import base64
import sys

import ipycanvas
import numpy as np
import pytest
from matplotlib.figure import Figure

from tf_edureka import notebook
from tf_edureka.mlp import model
from tf_edureka.perceptron.gates import GATES

PNG = b"\x89PNG"


@pytest.fixture
def shown(monkeypatch):
    """What the pad's network was asked about: images of (28, 28)."""
    images = []

    def probabilities(network, image):
        images.append(image[0])
        return np.eye(10, dtype=np.float32)[[3]]

    monkeypatch.setattr(model, "probabilities", probabilities)
    return images


@pytest.fixture
def canvas(monkeypatch):
    """What is drawn on the pad's canvas, and what its mouse and page call."""
    drawn, calls = [], {}
    for name in ("stroke_line", "fill_rect", "clear"):

        def draw(self, *at, name=name):
            drawn.append((name, self.width, *at))

        monkeypatch.setattr(ipycanvas.Canvas, name, draw)
    for name in ("mouse_down", "mouse_move", "mouse_up", "mouse_out", "client_ready"):

        def on(self, call, name=name):
            calls[name] = call

        monkeypatch.setattr(ipycanvas.Canvas, f"on_{name}", on)
    return drawn, calls


@pytest.fixture
def no_widgets(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setitem(sys.modules, "ipycanvas", None)


def test_a_dragged_weight_changes_the_picture():
    neuron = notebook.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])
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

    monkeypatch.setattr(notebook, "decision", decision)
    neuron = notebook.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])
    neuron.sliders[0].value = 0.5
    # 0, 1/2, 1/2 and 3/2 where 0, 1, 1 and 1 should be, then 0, 1/2, 0 and 1.
    assert [title.split()[-1] for title in titles] == ["0.75", "1.25"]


def test_a_drawn_stroke_is_what_the_network_gets(shown):
    pad = notebook.DigitPad(None)
    pad.clear()
    pad.press(140, 40)
    pad.move(140, 240)
    pad.lift()
    rows, columns = np.nonzero(shown[-1] > 127)
    assert np.ptp(rows) >= 18  # a vertical stroke fills the 20 x 20 box from top to bottom
    assert np.ptp(columns) <= 1  # the pen is a tenth as wide as the stroke is long
    assert abs(columns.mean() - 14) < 1
    assert pad.widget.children[1].value == pad.picture


def test_the_pen_draws_only_while_it_is_down(shown):
    pad = notebook.DigitPad(None)
    pad.clear()
    pad.move(10, 10)
    assert not pad.strokes
    pad.press(100, 100)
    pad.lift()
    pad.move(200, 200)
    assert pad.strokes == [[(100, 100), (100, 100)]]


def test_a_dot_is_round(shown):
    pad = notebook.DigitPad(None)
    pad.clear()
    pad.press(100, 150)
    pad.lift()
    rows, columns = np.nonzero(shown[-1] > 127)
    assert np.ptp(rows) == np.ptp(columns) >= 18
    assert shown[-1][rows.min(), columns.min()] < 127  # no corner


def test_the_mouse_draws_and_its_release_asks(shown, canvas):
    drawn, mouse = canvas
    notebook.DigitPad(None)
    drawn.clear()
    asked = len(shown)
    mouse["mouse_down"](10, 20)
    mouse["mouse_move"](30, 40)
    assert drawn[-1] == ("stroke_line", 280, 10, 20, 30, 40)
    mouse["mouse_up"](30, 40)
    assert len(shown) == asked + 1
    mouse["mouse_out"](30, 40)  # no stroke has begun: nothing to ask
    assert len(shown) == asked + 1
    mouse["mouse_down"](10, 20)
    mouse["mouse_out"](0, 0)
    assert len(shown) == asked + 2
    drawn.clear()
    mouse["mouse_move"](50, 60)
    assert drawn == []


def test_the_button_clears_to_white_paper(shown, canvas):
    drawn, _ = canvas
    pad = notebook.DigitPad(None)
    drawn.clear()
    pad.widget.children[0].children[1].click()
    assert not pad.strokes
    assert drawn == [("clear", 1), ("fill_rect", 280, 0, 0, 280, 280)]


def test_a_page_that_is_loaded_again_gets_all_drawn_again(shown, canvas):
    drawn, page = canvas
    notebook.DigitPad(None)
    at_first = list(drawn)
    drawn.clear()
    page["client_ready"]()
    assert drawn == at_first
    assert [name for name, *_ in drawn] == ["clear", "fill_rect", *["stroke_line"] * 3]


def test_sliders_reach_as_far_as_the_weights():
    neuron = notebook.Neuron("relu", GATES["or"], [10.0, 1.0, -0.5])
    assert [slider.value for slider in neuron.sliders] == [10, 1, -0.5]
    usual = notebook.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])
    assert {(slider.min, slider.max) for slider in usual.sliders} == {(-3, 3)}


def test_clear_in_the_middle_of_a_stroke_ends_it(shown):
    pad = notebook.DigitPad(None)
    pad.press(100, 100)
    pad.clear()
    pad.move(200, 200)
    assert not pad.strokes


def test_an_empty_pad_asks_nothing(shown):
    pad = notebook.DigitPad(None)
    asked = len(shown)
    pad.clear()
    pad.lift()
    assert len(shown) == asked


@pytest.mark.usefixtures("no_widgets")
def test_without_widgets_there_are_still_pictures(shown):
    for made in (
        notebook.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5]),
        notebook.DigitPad(None),
    ):
        (shown_as,) = made._repr_mimebundle_().items()
        assert shown_as[0] == "image/png"
        assert base64.b64decode(shown_as[1]).startswith(PNG)


def test_with_widgets_a_page_without_a_kernel_still_has_the_picture():
    shown_as = notebook.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5])._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= set(shown_as)

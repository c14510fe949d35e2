"""What one drags and draws in a notebook; where its widgets are not installed, a still picture."""

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from tf_edureka import mlp, perceptron
from tf_edureka._keras import keras
from tf_edureka.data import picture
from tf_edureka.mlp.plots import answer
from tf_edureka.perceptron import Gate
from tf_edureka.perceptron.plots import decision

if TYPE_CHECKING:
    import ipywidgets

# A box whose parts keep their shape and go below each other where it is narrow.
_ROW = {"flex_flow": "row wrap", "align_items": "flex-start"}
# Side of the pad and width of its pen, in pixels: as wide as MNIST's pens were.
_PAD, _PEN = 280, 22
# A seven: what the pad shows before anybody draws.
_EXAMPLE: list[tuple[float, float]] = [(75, 65), (205, 65), (165, 135), (130, 220)]


class Interactive:
    """A picture with a widget that changes it: a notebook shows the widget if it can.

    Attributes:
        picture: PNG, as it is now.
        widget: of ipywidgets; None where that is not installed.
    """

    picture = b""
    widget: "ipywidgets.HBox | None" = None

    def _show(self, figure: Figure) -> None:
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=80)
        self.picture = file.getvalue()
        if self.widget is not None:
            self.widget.children[1].value = self.picture

    def _put_beside(self, controls: "ipywidgets.Widget") -> None:
        """Makes the widget: `controls`, which are of ipywidgets, and the picture beside them."""
        import ipywidgets

        shown = ipywidgets.Image(value=self.picture)
        self.widget = ipywidgets.HBox([controls, shown], layout=_ROW)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        still: dict[str, object] = {"image/png": base64.b64encode(self.picture).decode()}
        return still if self.widget is None else still | self.widget._repr_mimebundle_()


class Neuron(Interactive):
    """A neuron whose weights one drags: the decision line follows.

    `z = w1 x1 + w2 x2 + b`, `output = f(z)`

    Source: "Perceptron and Artificial Neural Networks" of the article, which tells it in words.

    Args:
        activation: name of f.
        gate: whose rows it should tell apart.
        weights: w1, w2 and b, to begin with.

    Attributes:
        sliders: of w1, w2 and b; empty where ipywidgets is not installed.
    """

    sliders: "list[ipywidgets.FloatSlider]"

    def __init__(self, activation: str, gate: Gate, weights: Sequence[float]) -> None:
        self._activation, self._gate = activation, gate
        self.sliders = []
        self._draw(*weights)
        try:
            import ipywidgets
        except ImportError:
            return
        reach = max(3, *map(abs, weights))
        self.sliders = [
            ipywidgets.FloatSlider(value, min=-reach, max=reach, step=0.1, description=name)
            for name, value in zip(("w1", "w2", "b"), weights, strict=True)
        ]
        for slider in self.sliders:
            slider.observe(self._dragged, "value")
        self._put_beside(ipywidgets.VBox(self.sliders))

    def _dragged(self, _: object) -> None:
        self._draw(*(slider.value for slider in self.sliders))

    def _draw(self, *weights: float) -> None:
        activation, gate, kernel = self._activation, self._gate, np.array(weights, np.float32)
        outputs = perceptron.outputs(activation, gate.inputs, kernel=kernel[:, np.newaxis])
        loss = float(np.square(outputs - gate.targets).sum())
        formula = "$z = {:.1f}\\, x_1 {:+.1f}\\, x_2 {:+.1f}$".format(*weights)
        title = f"{formula}, {activation}, loss {loss:.3g}"
        self._show(decision(activation, gate, kernel, title))


class DigitPad(Interactive):
    """A pad to draw a digit on, and what a network takes it for.

    Args:
        network: from pixels to logits, as `mlp.from_weights` gives it.

    Attributes:
        strokes: of the pen, each a list of places (x, y) in pixels from the upper left corner of
            280 x 280; at first an example.
    """

    def __init__(self, network: keras.Model) -> None:
        self._network = network
        self._drawing = False
        self.strokes = [list(_EXAMPLE)]
        self._ask()
        try:
            import ipycanvas
            import ipywidgets
        except ImportError:
            return
        self._canvas = ipycanvas.Canvas(width=_PAD, height=_PAD, layout={"border": "1px solid"})
        self._other = ipycanvas.Canvas(width=1, height=1)
        self._redraw()
        self._canvas.on_client_ready(self._redraw)
        self._canvas.on_mouse_down(self.press)
        self._canvas.on_mouse_move(self.move)
        self._canvas.on_mouse_up(self.lift)
        self._canvas.on_mouse_out(self.lift)
        clear = ipywidgets.Button(description="clear")
        clear.on_click(lambda _: self.clear())
        self._put_beside(ipywidgets.VBox([self._canvas, clear]))

    def press(self, x: float, y: float) -> None:
        """Begins a stroke at `x` and `y`, in pixels."""
        self.strokes.append([(x, y)])
        self._drawing = True
        self.move(x, y)

    def move(self, x: float, y: float) -> None:
        """Draws on to `x` and `y`, in pixels, if a stroke has begun."""
        if self._drawing:
            stroke = self.strokes[-1]
            stroke.append((x, y))
            if self.widget is not None:
                self._canvas.stroke_line(*stroke[-2], x, y)

    def lift(self, *_: float) -> None:
        """Ends the stroke, if one has begun, and asks the network."""
        if self._drawing:
            self._drawing = False
            self._ask()

    def _ask(self) -> None:
        image = picture.formed(self._ink())
        if image is not None:
            self._show(answer(image, mlp.probabilities(self._network, image[np.newaxis])[0]))

    def clear(self) -> None:
        """Takes all strokes away; the last answer stays until the next stroke ends."""
        self.strokes, self._drawing = [], False
        if self.widget is not None:
            self._redraw()

    def _redraw(self) -> None:
        """Draws all on white paper, which a dark notebook would not have."""
        # A reloaded page has forgotten which canvas is drawn on, and ipycanvas says so only when
        # it changes (its issue 322).
        self._other.clear()
        self._canvas.fill_style = "white"
        self._canvas.fill_rect(0, 0, _PAD, _PAD)
        self._canvas.line_width, self._canvas.line_cap = _PEN, "round"
        for stroke in self.strokes:
            for start, end in zip(stroke, stroke[1:], strict=False):
                self._canvas.stroke_line(*start, *end)

    def _ink(self) -> npt.NDArray[np.float32]:
        """What is drawn: float32, shape (280, 280), 0 for paper, 255 for ink."""
        picture = Image.new("L", (_PAD, _PAD))
        pen = ImageDraw.Draw(picture)
        for stroke in self.strokes:
            pen.line(stroke, fill=255, width=_PEN)
            for x, y in stroke:  # round ends and corners
                pen.ellipse((x - _PEN / 2, y - _PEN / 2, x + _PEN / 2, y + _PEN / 2), fill=255)
        return np.asarray(picture, np.float32)

"""The notebook widgets in Chromium: alone, in an exported page, and in JupyterLab."""

import html.parser
import subprocess
import sys

import keras
import nbformat
import numpy as np
import pytest
from browser import browser, opened, until
from helpers import SCRIPTS
from lab import jupyterlab, opened_notebook, run_all, save, until_ready

from tf_edureka import mlp, notebook
from tf_edureka.config import MlpConfig
from tf_edureka.data import Split
from tf_edureka.errors import InputError
from tf_edureka.page import assembly
from tf_edureka.perceptron import GATES, Gate

CONFIG = MlpConfig.tuned(hidden_units=(32,))
WIDE, NARROW = 1100, 390
LAST = "Epoch-- 99 --loss-- 0.2716712"  # last line of the article's seed, 15


@pytest.fixture(scope="module")
def network():
    return mlp.network(CONFIG)


@pytest.fixture(scope="module")
def file(tmp_path_factory, network, data):
    """A page with two neurons and a pad, with text around them."""
    shown = (
        notebook.Neuron("relu", GATES["or"], [1.0, 1.0, -0.5]),
        notebook.Neuron("tanh", GATES["xor"], seed=1, learning_rate=0.1, epochs=250, hidden=2),
        notebook.DigitPad(network, data.test),
    )
    path = tmp_path_factory.mktemp("notebook") / "page.html"
    text = "".join(f"<p>Before.</p><div>{one._repr_html_()}</div>" for one in shown)
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{text}<p>After.</p>", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tab(file):
    with opened(file, viewport={"width": WIDE, "height": 900}, has_touch=True) as tab:
        yield tab


@pytest.fixture
def frames(tab, file):
    """Both neurons and the pad in their initial state; the outer page's address must not change."""
    tab.set_viewport_size({"width": WIDE, "height": 900})
    tab.reload()
    steps = tab.evaluate("history.length")
    yield frames_of(tab)
    assert tab.url == file.as_uri()
    assert tab.evaluate("history.length") == steps


def frames_of(tab):
    """The content frames, once they are ready."""
    found = [handle.content_frame() for handle in tab.query_selector_all("iframe")]
    for frame in found:
        until(frame, "byId('neuron') ? !!neuron.training : !DATA.images || images !== null")
    return found


def place_in(frame, selector):
    """The middle of an element in coordinates of the outer page."""
    element = frame.locator(selector)
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(tab, frame, selector, *moves, touch):
    """Drags from the middle of an element to each of the offsets `moves`, in pixels."""
    x, y = place_in(frame, selector)
    places = [(x + dx, y + dy) for dx, dy in moves]
    if not touch:
        tab.mouse.move(x, y)
        tab.mouse.down()
        for place in places:
            tab.mouse.move(*place, steps=3)
        tab.mouse.up()
        return
    finger = tab.context.new_cdp_session(tab)
    for kind, points in (
        ("touchStart", [(x, y)]),
        *(("touchMove", [place]) for place in places),
        ("touchEnd", []),
    ):
        at = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


BY = pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])


def weights_of(frame):
    return frame.evaluate("[...neuron.training.weights]")


def train(frame):
    frame.click("#n-train")
    until(frame, "!neuron.running")


def test_training_one_neuron_does_not_change_the_other(frames):
    one, other, _ = frames
    assert one.text_content("#n-line") == "Weights set by hand: loss 0.75"
    one.click("#n-reset")
    assert one.text_content("#n-line").startswith("Not trained yet: loss 2.53")
    train(one)
    assert one.text_content("#n-line") == LAST
    assert one.text_content("#n-verdict").startswith("4 of 4 points right: learned")
    assert other.text_content("#n-line").startswith("Not trained yet")
    one.click("#n-step")
    assert one.text_content("#n-line").startswith("Epoch-- 100 ")


def test_gate_activation_rate_and_seed_can_be_changed(frames):
    one, *_ = frames
    one.select_option("#n-gate", "and")
    one.select_option("#n-f", "sigmoid")
    one.fill("#n-rate", "0.5")
    one.fill("#n-seed", "7")
    one.locator("#n-seed").blur()
    begun = "['gate', 'f', 'rate', 'seed'].map((name) => neuron.state[name])"
    assert one.evaluate(begun) == ["and", "sigmoid", 0.5, 7]
    train(one)
    assert one.text_content("#n-verdict").startswith("4 of 4 points right: learned")


def test_neuron_starts_with_its_arguments(frames):
    _, other, _ = frames
    shown = {
        name: other.input_value(f"#n-{name}")
        for name in ("gate", "hidden", "f", "rate", "seed", "epochs")
    }
    expected = {"gate": "xor", "hidden": "2", "f": "tanh", "rate": "0.1", "seed": "1"}
    assert shown == {**expected, "epochs": "250"}
    assert other.is_visible("#n-hidden-panel")
    train(other)
    assert other.text_content("#n-line").startswith("Epoch-- 249 ")


def test_widgets_leave_out_the_parts_of_the_whole_page(frames):
    one, _, pad = frames
    there = "#n-train, #n-diagram, #n-plane, #n-loss, #n-points"
    assert one.locator(there).count() == 5
    left_out = "header, footer, #n-lottery, #n-own, #n-keras, #n-link, #n-presets, #n-speed"
    assert one.locator(left_out).count() == 0
    assert not one.is_visible("#n-hidden-panel")
    assert one.evaluate("[...document.getElementById('n-gate').options].length") == len(GATES)
    assert pad.locator("#net-pad, #net-answers, #net-spoke, #net-examples").count() == 4
    assert pad.locator("#net-layers, #net-epoch, #net-noise, #net-mistakes").count() == 0


@BY
def test_weight_is_dragged(tab, frames, touch):
    one, other, _ = frames
    before = weights_of(other)
    one.locator('[data-weight="w2"]').scroll_into_view_if_needed()
    scrolled = tab.evaluate("scrollY")
    drag(tab, one, '[data-weight="w2"]', (0, -20), (0, -40), touch=touch)
    w1, w2, b = weights_of(one)
    assert [w1, b] == [1, -0.5]
    assert w2 > 1.4
    assert tab.evaluate("scrollY") == scrolled  # the page has not scrolled
    assert weights_of(other) == before


@BY
def test_line_is_dragged(tab, frames, touch):
    one, *_ = frames
    drag(tab, one, "#n-plane .handle >> nth=0", (-15, 15), (-30, 45), touch=touch)
    w1, w2, b = weights_of(one)
    assert [w1, w2] == [1, 1]
    assert b > -0.45


@BY
def test_drawing_is_read_and_cleared(tab, frames, network, touch):
    *_, pad = frames
    assert pad.evaluate("pad.strokes.length") == 1  # the initial drawing
    pad.click("#net-clear")
    assert pad.text_content(".net-words") == "Nothing is drawn"  # immediately
    assert pad.text_content("#net-spoke-words") == ""  # not only with the next drawing
    assert pad.evaluate("view.pixels") is None
    assert "".join(pad.locator(".net-bars .number").all_text_contents()) == ""
    assert pad.locator(".net-best").count() == 0
    drag(tab, pad, "#net-pad", (20, 40), (-30, 90), touch=touch)
    drag(tab, pad, "#net-pad", (-60, -60), touch=touch)
    assert pad.evaluate("pad.strokes.length") == 2
    image = np.array(pad.evaluate("[...view.pixels]"), np.uint8).reshape(1, 28, 28)
    expected = mlp.probabilities(network, image)[0]
    # The weights are rounded to float16, with 11 bits.
    assert pad.evaluate("view.verdict.shares") == pytest.approx(expected.tolist(), abs=2e-3)
    assert pad.locator(".net-bars .number").nth(3).text_content() != ""


def test_digit_is_drawn_by_keys(tab, frames):
    *_, pad = frames
    pad.focus("#net-pad")
    for key in ("Escape", "Space", *["ArrowDown"] * 10):
        tab.keyboard.press(key)
    assert pad.evaluate("pad.strokes.length") == 1
    assert pad.evaluate("view.verdict.answer") in range(10)


def test_test_images_can_be_chosen(frames, data):
    *_, pad = frames
    buttons = pad.locator("[data-image]")
    labels = [int(label) for label in buttons.all_text_contents()]
    assert labels == sorted({*data.test.labels.tolist()})
    buttons.nth(4).click()
    number = pad.evaluate("DATA.images.numbers[view.image]")
    assert pad.evaluate("[...view.pixels]") == data.test.images[number].ravel().tolist()
    assert data.test.labels[number] == labels[4]


def heights(tab):
    """Heights of the frames, none of which may need scrolling."""
    for frame in frames_of(tab):
        html = "document.documentElement"
        assert frame.evaluate(f"{html}.scrollWidth <= innerWidth")
        assert frame.evaluate(f"{html}.scrollHeight <= innerHeight")
    return [handle.bounding_box()["height"] for handle in tab.query_selector_all("iframe")]


def test_frame_is_as_high_as_its_content(tab, frames):
    wide = heights(tab)
    assert 550 < wide[0] < 750
    assert 450 < wide[2] < 750
    tab.set_viewport_size({"width": NARROW, "height": 844})
    tab.wait_for_timeout(300)
    narrow = heights(tab)
    assert all(tall > 1.5 * low for tall, low in zip(narrow, wide, strict=True))
    frames[0].select_option("#n-hidden", "2")
    tab.wait_for_timeout(300)
    assert heights(tab)[0] > narrow[0] + 300
    frames[0].select_option("#n-hidden", "0")
    tab.set_viewport_size({"width": WIDE, "height": 900})
    tab.wait_for_timeout(300)
    assert heights(tab) == wide


@pytest.mark.parametrize("width", [NARROW, 740, 850, 960, WIDE])
def test_table_of_points_is_never_cut_off(tab, frames, width):
    tab.set_viewport_size({"width": width, "height": 900})
    for frame in frames[:2]:
        table = frame.locator(".wide:has(#n-points)")
        assert table.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0


def test_height_settles_if_a_scroll_bar_appears(tab, frames):
    """A page that is just too high: with the scroll bar it is narrower, and needs none."""
    changes = tab.evaluate(
        """async () => {
          const frame = document.querySelector("iframe");
          const atWidth = async (width) => {
            frame.style.width = `${width}px`;
            await new Promise((done) => setTimeout(done, 200));
            return frame.clientHeight;
          };
          const high = await atWidth(1000);
          await atWidth(500); // otherwise the height would not be fitted
          const low = await atWidth(985);
          let changes = 0;
          new ResizeObserver(() => {
            changes += 1;
            frame.style.width = frame.clientHeight > (high + low) / 2 ? "985px" : "1000px";
          }).observe(frame);
          await new Promise((done) => setTimeout(done, 1000));
          return [high - low, changes];
        }"""
    )
    assert changes[0] > 1  # otherwise the test would prove nothing
    assert changes[1] < 10
    heights(tab)


def test_frame_keeps_its_state_when_removed_and_restored(tab, frames):
    """Jupyter may do this with cells that are out of sight; the page in the frame reloads."""
    one, *_ = frames
    one.select_option("#n-gate", "nand")
    train(one)
    line, weights = one.text_content("#n-line"), weights_of(one)
    until(one, "address.read().trained === '100'")
    tab.evaluate(
        """() => {
          const frame = document.querySelector("iframe"), place = frame.parentNode;
          frame.remove();
          place.append(frame);
        }"""
    )
    one, *_ = frames_of(tab)
    assert one.input_value("#n-gate") == "nand"
    assert one.text_content("#n-line") == line
    assert weights_of(one) == weights


def test_widgets_are_light_in_dark_mode(file):
    with opened(file, color_scheme="dark") as tab:
        for frame in frames_of(tab):
            assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == (
                "rgb(255, 255, 255)"
            )
            assert frame.evaluate("shade.page") == "#ffffff"


def test_axe_finds_nothing_serious(tab, frames):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs the extra 'browser'"
    )
    for frame in frames:
        found = axe.Axe().run(frame).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []


class Elements(html.parser.HTMLParser):
    """The HTML elements of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_widget_is_one_titled_frame_with_the_whole_page():
    ((tag, frame),) = Elements(notebook.Neuron()._repr_html_()).found
    assert tag == "iframe"
    assert frame["title"] == "A neuron"
    state = {"gate": "or", "hidden": 0, "f": "relu", "rate": 0.01, "seed": 15, "epochs": 100}
    assert frame["srcdoc"] == assembly.assemble_part("neuron", state=state)
    assert "color-scheme: light" in frame["style"]


def test_neuron_widget_is_small_and_contains_no_network(network):
    assert len(notebook.Neuron()._repr_html_()) < 90_000
    assert "net-pad&quot;" not in notebook.Neuron()._repr_html_()
    assert "n-diagram&quot;" not in notebook.DigitPad(network)._repr_html_()


def test_repr_is_one_line(network):
    assert repr(notebook.Neuron()).startswith("Neuron(relu, or): ")
    assert repr(notebook.DigitPad(network)).startswith("DigitPad(784-32-10): ")
    assert "\n" not in repr(notebook.Neuron()) + repr(notebook.DigitPad(network))


def test_pad_without_test_images_shows_none(tmp_path, network, data):
    for number, test in enumerate((None, data.test.first(0))):
        path = tmp_path / f"{number}.html"
        path.write_text(notebook.DigitPad(network, test)._repr_html_(), encoding="utf-8")
        with opened(path) as tab:
            (pad,) = frames_of(tab)
            assert pad.text_content(".net-words") != ""
            assert not pad.is_visible("#net-examples-title")


def test_pad_has_no_examples_of_missing_digits(network, data):
    few = Split(data.test.images[:3], data.test.labels[:3])
    shown = notebook.DigitPad(network, few)._repr_html_()
    assert f"&quot;labels&quot;:{sorted({*few.labels.tolist()})}".replace(" ", "") in shown


def test_weights_may_be_arrays_of_any_shape():
    kernel = np.array([[1.0], [-2.0], [0.5]], np.float32)
    assert "w=1.0%2C-2.0%2C0.5" in notebook.Neuron(weights=kernel)._repr_html_()
    copied = Gate("mine", GATES["and"].inputs, targets=GATES["and"].targets)
    assert repr(notebook.Neuron(gate=copied)).startswith("Neuron(relu, and)")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"activation": "gelu"}, "activation: expected one of"),
        ({"seed": -1}, "seed: expected"),
        ({"epochs": 0}, "epochs: expected"),
        ({"learning_rate": 101.0}, "learning_rate: expected a number from 0 to 100"),
        ({"hidden": 1}, "hidden: expected 0 or 2"),
        ({"weights": [1.0, 2.0]}, "weights: expected 3 numbers"),
        ({"weights": [1.0, 2.0, 3.0], "hidden": 2}, "weights: expected 9 numbers"),
        ({"weights": [1.0, 2.0, float("nan")]}, "weights: expected 3 numbers"),
        ({"weights": [1.0, 2.0, 1e300]}, "weights: expected 3 numbers from -1000000 to 1000000"),
        ({"weights": "abc"}, "weights: expected 3 numbers"),
        ({"gate": "or"}, r"gate: expected a Gate such as GATES\['or'\], got 'or'"),
        (
            {"gate": Gate("never", GATES["or"].inputs, targets=0 * GATES["or"].targets)},
            "gate: expected one of or, and, nand, xor, got never",
        ),
    ],
)
def test_invalid_arguments_of_neuron_are_rejected(wrong, expected):
    with pytest.raises(InputError, match=expected):
        notebook.Neuron(**wrong)


@pytest.mark.parametrize("wrong", [None, "model.keras"])
def test_objects_that_are_not_networks_are_rejected(wrong):
    with pytest.raises(InputError, match=f"network: expected a stack of Dense .*, got {wrong!r}$"):
        notebook.DigitPad(wrong)


def test_network_without_inputs_is_rejected():
    with pytest.raises(InputError, match="network: expected a stack .*, got a Sequential model of"):
        notebook.DigitPad(keras.Sequential([keras.layers.Dense(10)]))


def test_network_with_nan_weights_is_rejected():
    weights = mlp.network(CONFIG).get_weights()
    weights[0][3, 4] = np.nan
    with pytest.raises(InputError, match="network: expected weights .* got nan"):
        notebook.DigitPad(mlp.from_weights(CONFIG, weights))


CELLS = (
    "from tf_edureka import mlp, notebook\nfrom tf_edureka.config import MlpConfig\n"
    "notebook.Neuron()",
    "notebook.DigitPad(mlp.network(MlpConfig.tuned(hidden_units=(32,))))",
)


@pytest.fixture
def small(tmp_path):
    """A notebook with a neuron and a pad."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "small.ipynb")
    return folder / "small.ipynb"


def use(tab):
    """Uses the widgets as a reader does: selects, drags, trains, draws by touch."""
    one, pad = frames_of(tab)
    one.select_option("#n-gate", "and")
    one.select_option("#n-gate", "or")
    before = weights_of(one)
    drag(tab, one, '[data-weight="w1"]', (0, -20), (0, -40), touch=False)
    assert weights_of(one)[0] > before[0] + 0.2
    one.click("#n-reset")
    train(one)
    assert one.text_content("#n-line") == LAST
    pad.click("#net-clear")
    assert pad.text_content(".net-words") == "Nothing is drawn"
    drag(tab, pad, "#net-pad", (20, 40), (-30, 90), touch=True)
    assert pad.evaluate("view.verdict.answer") in range(10)
    heights(tab)


@pytest.mark.slow
def test_widgets_work_offline_in_an_exported_page(small, tmp_path):
    # In a separate process, since Playwright occupies asyncio here.
    command = [sys.executable, SCRIPTS / "render_notebooks.py", small, "--out", tmp_path]
    subprocess.run(command, check=True)
    with browser() as chromium:
        context = chromium.new_context(has_touch=True, offline=True)
        tab = context.new_page()
        tab.goto((tmp_path / "small.html").as_uri())
        use(tab)
        context.close()


@pytest.mark.slow
def test_widgets_work_in_jupyterlab_without_a_kernel_and_after_a_reload(small, tmp_path):
    with (
        jupyterlab(small.parent, tmp_path / "own") as address,
        opened_notebook(address, small.name, has_touch=True) as tab,
    ):
        run_all(tab)
        save(tab)
        at = tab.url
        tab.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        use(tab)
        assert tab.url == at
        tab.reload()
        until_ready(tab)
        until(tab, "document.querySelectorAll('iframe').length === 2")
        use(tab)

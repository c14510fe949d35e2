import io
import re
import time
from typing import Any

import numpy as np
import pytest
from browser import opened, until
from PIL import Image

from tf_edureka import page
from tf_edureka.config import MlpConfig
from tf_edureka.data import picture, rendered
from tf_edureka.mlp import MIN_CERTAINTY, from_weights, with_certainty
from tf_edureka.page import encoding

_, _, IMAGES, LABELS = rendered.digits(1, 300)
LAYERS = ([784, 32, 10], [784, 24, 12, 16, 10])
EPOCHS = 3  # of the first network; the first two are stored in 8 bits
# A 2 of half a circle and a foot; an 8 that is not quite closed; a 5 in one stroke; a 4.
DRAWN = [
    [[[90, 90], [120, 60], [170, 60], [195, 95], [170, 140], [85, 220], [205, 215]]],
    [[[150, 60], [110, 80], [115, 120], [165, 160], [170, 205], [120, 220], [100, 180], [170, 80]]],
    [[[190, 55], [100, 60], [95, 130], [150, 130], [180, 170], [150, 220], [90, 215]]],
    [[[110, 50], [80, 150], [200, 150]], [[170, 80], [165, 235]]],
]


def weights_of(layers, seed):
    """Random weights, rounded to float16 as in a page."""
    rng = np.random.default_rng(seed)
    for inputs, units in zip(layers, layers[1:], strict=False):
        for shape in ((inputs, units), (units,)):
            yield rng.normal(0, 4 / np.sqrt(inputs), shape).astype(np.float16).astype(np.float32)


WEIGHTS = [list(weights_of(layers, seed)) for seed, layers in enumerate(LAYERS)]


def logits_of(weights, images):
    outputs = images.reshape(len(images), -1) / np.float32(255)
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        logits = outputs.astype(float) @ kernel + bias
        outputs = np.maximum(logits, 0)
    return logits


def number_right(weights):
    """Number of sample images that are read correctly."""
    return (logits_of(weights, IMAGES[:100]).argmax(axis=1) == LABELS[:100]).sum()


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def kept(epoch):
    """The first network's weights after an epoch, before they are stored in 8 bits."""
    return [weight * np.float32((epoch + 1) / 4) for weight in WEIGHTS[0]]


def data_of(weights, snapshots=()):
    answers = [logits_of(one, IMAGES).argmax(axis=1) for one in weights]
    wrong = [np.flatnonzero(answer != LABELS).tolist() for answer in answers]
    return {
        "networks": [
            {
                "name": "other" if i else "tuned",
                "title": f"network {i}",
                "source": f"runs/{i}",
                "layers": [784, *(bias.size for bias in one[1::2])],
                "weights": encoding.encoded(encoding.rounded(one)),
                "accuracy": 1 - len(wrong[i]) / len(LABELS),
                "cost": [] if i else [2.5, None, 0.25],
                "accuracies": [] if i else [0.5, None, 0.875],
                "snapshots": [] if i else list(snapshots),
            }
            for i, one in enumerate(weights)
        ],
        "images": {
            "count": len(IMAGES),
            "pixels": encoding.packed(IMAGES),
            "labels": LABELS.tolist(),
            "numbers": [2 * i + 7 for i in range(len(IMAGES))],
        },
        "examples": [int(np.flatnonzero(digit == LABELS)[0]) for digit in range(10)],
        "sample": list(range(100)),
        "mistakes": [one[:90] for one in wrong],
        "mistakes_in_all": [len(one) for one in wrong],
        "sure": MIN_CERTAINTY,
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    data = data_of(
        WEIGHTS,
        [{"epoch": epoch, **encoding.quantized(kept(epoch))} for epoch in range(EPOCHS - 1)],
    )
    path.write_text(page.assemble(data), encoding="utf-8")
    return path


@pytest.fixture
def fresh(tab):
    """The page in its initial state."""
    until(tab, "images !== null")
    link(tab, f"other={time.monotonic()}")
    return tab


def link(tab, state):
    """Opens an address and waits until the page has handled the change."""
    tab.evaluate(
        """state => new Promise((done) => {
             if (location.hash.slice(1) === state) return done();
             addEventListener("hashchange", () => setTimeout(done), {once: true});
             location.hash = state;
           })""",
        state,
    )


def of_all(tab, expression, images, which=0):
    """Evaluates `expression` in `network` and `image` for each image."""
    return np.array(
        tab.evaluate(
            f"""([all, which]) => {{
              const bytes = bytesOf(all), network = view.trained[which], made = [];
              for (let i = 0; i < bytes.length; i += 784) {{
                const image = bytes.subarray(i, i + 784);
                made.push({expression});
              }}
              return made;
            }}""",
            [encoding.encoded([images]), which],
        )
    )


def words(tab, which=0):
    return tab.locator(".net-words").nth(which).text_content()


def shares(tab, which=0):
    """The percentages next to the bars."""
    bars = tab.locator(".net-bars").nth(which).locator(".number").all_text_contents()
    return np.array([float(bar.split()[0]) for bar in bars])


@pytest.mark.parametrize("which", [0, 1])
def test_logits_equal_numpy(tab, which):
    expected = logits_of(WEIGHTS[which], IMAGES)
    found = of_all(tab, "[...logitsOf(network, image)]", IMAGES, which)
    # Both sum in float64.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


@pytest.mark.slow
def test_logits_of_10_000_images_equal_keras(tmp_path):
    images = rendered.digits(1, 10_000)[2]
    weights = list(weights_of([784, 256, 256, 10], 5))
    path = tmp_path / "page.html"
    path.write_text(page.assemble(data_of([weights])), encoding="utf-8")
    with opened(path) as tab:
        found = of_all(tab, "[...logitsOf(network, image)]", images)
    model = from_weights(MlpConfig.tuned(), weights)
    expected = np.asarray(model(images.reshape(-1, 784) / np.float32(255)))
    # Keras sums in float32.
    errors = np.abs(found - expected).max(axis=1) / np.abs(expected).max(axis=1)
    assert errors.max() < 1e-5


def test_slanted_image_equals_pillow(tab):
    some = IMAGES[:50]
    found = of_all(tab, "[...slanted(image)]", some)
    asked = []
    with_certainty(lambda images: asked.append(images) or np.eye(len(images), 10), some)
    np.testing.assert_array_equal(found.reshape(some.shape), asked[1])


@pytest.mark.parametrize("which", [0, 1])
def test_certainty_equals_python(tab, which):
    found = of_all(tab, "judged(network, image).certainty", IMAGES, which)
    _, expected = with_certainty(lambda images: softmax(logits_of(WEIGHTS[which], images)), IMAGES)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert 0 < np.mean(expected >= MIN_CERTAINTY) < 1  # some sure, some not


@pytest.mark.parametrize("strokes", DRAWN)
def test_drawing_is_converted_as_in_python(fresh, strokes):
    ink, found = fresh.evaluate(
        "strokes => { pad.set(strokes); return [[...pad.ink], [...formed(pad.ink)]]; }", strokes
    )
    drawn = np.array(ink, np.float32).reshape(280, 280)
    found = np.array(found, int).reshape(28, 28)
    # Python treats the drawing as a photograph and smooths its edges.
    assert np.abs(found - picture.from_grey(255 * drawn)).max() <= 5


def test_empty_pad_has_no_answer(fresh):
    fresh.click("#net-clear")
    assert words(fresh) == "Nothing is drawn"
    assert fresh.locator(".net-bars .number").first.text_content() == ""


def draw(tab, points):
    tab.locator("#net-pad").scroll_into_view_if_needed()
    box = tab.locator("#net-pad").bounding_box()
    places = [
        [
            box[a] + box[b] * part
            for a, b, part in zip("xy", ("width", "height"), point, strict=True)
        ]
        for point in points
    ]
    tab.mouse.move(*places[0])
    tab.mouse.down()
    for place in places[1:]:
        tab.mouse.move(*place)
    tab.mouse.up()


CIRCLE = [
    (0.5 + 0.3 * np.cos(angle), 0.5 + 0.35 * np.sin(angle)) for angle in np.linspace(0, 6.2, 60)
]


def test_bars_are_updated_within_the_pen_event(fresh):
    fresh.click("#net-clear")
    fresh.evaluate("""() => {
      window.seen = [];
      const bars = document.getElementById("net-answers");
      addEventListener("pointermove", () => seen.push(bars.textContent)); // after the pad's own
    }""")
    draw(fresh, CIRCLE)
    assert len(set(fresh.evaluate("seen"))) > 30
    expected = softmax(logits_of(WEIGHTS[1], np.uint8([fresh.evaluate("[...view.pixels]")])))
    np.testing.assert_allclose(shares(fresh, 1), 100 * expected[0], atol=0.0501)
    fresh.click("#net-undo")
    assert words(fresh) == "Nothing is drawn"


def test_pad_can_be_used_by_keyboard(fresh):
    fresh.click("#net-clear")
    fresh.focus("#net-pad")
    for key in ["ArrowLeft", " ", *["ArrowDown"] * 12, " ", *["ArrowRight"] * 5]:
        fresh.keyboard.press(key)
    strokes = fresh.evaluate("pad.strokes")
    assert len(strokes) == 1
    assert len(strokes[0]) == 13
    assert strokes[0][0][0] == strokes[0][-1][0]
    assert strokes[0][-1][1] - strokes[0][0][1] == 12 * 7
    assert words(fresh) != "Nothing is drawn"
    fresh.keyboard.press("Escape")
    assert words(fresh) == "Nothing is drawn"


def test_touch_draws_and_does_not_scroll_the_page(file):
    how: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with opened(file, is_mobile=True, **how) as tab:
        tab.locator("#net-pad").scroll_into_view_if_needed()
        box, before = tab.locator("#net-pad").bounding_box(), tab.evaluate("scrollY")
        touch = tab.context.new_cdp_session(tab)
        for kind, share in (("Start", 0.3), ("Move", 0.5), ("Move", 0.8), ("End", None)):
            at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] * (share or 0)}
            points = [] if share is None else [at]
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        assert tab.evaluate("pad.strokes.length") == 2  # with the initial drawing
        assert tab.evaluate("pad.strokes[1].at(-1)[1]") == pytest.approx(224, abs=2)
        assert tab.evaluate("scrollY") == before
        # The bars are visible while drawing on the pad.
        bars = tab.locator(".net-bars").first.bounding_box()
        top = tab.locator(".net-draw").bounding_box()["y"]
        assert bars["y"] + bars["height"] - top <= 844


def test_occlusion_finds_the_pixel_that_the_network_uses(tab):
    # The network uses a single pixel: with ink in it, digit 3 has logit 2, all others 0.
    lost = tab.evaluate("""() => {
      const kernels = [new Float32Array(784), new Float32Array(10)];
      const inputs = new Float32Array(784).fill(0.5);
      kernels[0][10 * 28 + 12] = 4;
      kernels[1][3] = 1;
      const biases = [new Float32Array(1), new Float32Array(10)];
      return [...oddsLost({layers: [784, 1, 10], kernels, biases, silenced: [[], []]}, inputs, 3)];
    }""")
    expected = np.zeros((28, 28))
    expected[8:13, 10:15] = 2  # change of the log odds where the patch covers the pixel
    np.testing.assert_allclose(np.reshape(lost, (28, 28)), expected, atol=1e-12)


def test_occlusion_equals_the_change_of_the_log_odds(fresh):
    found = of_all(fresh, "[...oddsLost(network, scaled(image), 3)]", IMAGES[:2], 1)
    for image, lost in zip(IMAGES[:2], found, strict=True):
        spots = [(9, 9), (14, 14), (20, 12), (0, 27)]
        images = np.repeat(image[np.newaxis], 1 + len(spots), axis=0)
        for one, (y, x) in zip(images[1:], spots, strict=True):
            one[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 0
        logits = logits_of(WEIGHTS[1], images)
        odds = logits[:, 3] - np.logaddexp.reduce(np.delete(logits, 3, axis=1), axis=1)
        expected = odds[0] - odds[1:]
        np.testing.assert_allclose([lost[28 * y + x] for y, x in spots], expected, atol=1e-6)


def test_explanation_uses_logits_if_the_answer_stays_at_100_percent(fresh):
    """As with the article's recipe: 100 % with the spot and without it."""
    link(fresh, "net-image=27")
    fresh.evaluate("""() => {
      const {kernels, biases} = view.network, answer = view.verdict.answer;
      const last = kernels.at(-1).map((weight) => 1000 * weight);
      const bias = biases.at(-1).map((number, digit) => (digit === answer ? 10_000 : number));
      view.network = {...view.network, kernels: [kernels[0], last], biases: [biases[0], bias]};
      view.verdict = judged(view.network, view.pixels);
      showOcclusion();
    }""")
    kernel, bias, last, last_bias = WEIGHTS[0]
    images = np.repeat(IMAGES[10:11], 785, axis=0)
    for place, image in enumerate(images[1:]):
        y, x = divmod(place, 28)
        image[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 0
    answer = logits_of(WEIGHTS[0], images[:1])[0].argmax()
    last_bias = np.where(np.arange(10) == answer, 10_000, last_bias)
    logits = logits_of([kernel, bias, 1000 * last, last_bias], images)
    lead = logits[:, answer] - np.delete(logits, answer, axis=1).max(axis=1)
    said = fresh.text_content("#net-spoke-words")
    assert said.startswith("This explains network 0. The ink ")
    told = [float(number) for number in re.findall(r"(?:from|to) ([\d.]+?)(?=\.? |\.$)", said)]
    # The page shows three digits.
    np.testing.assert_allclose(told, [lead[0], lead.min(), lead[0], lead.max()], rtol=0.005)


def test_pad_full_of_ink_is_not_a_digit(fresh):
    fresh.evaluate("pad.ink.fill(1); show({image: null})")
    assert [words(fresh, which) for which in (0, 1)] == [
        "Not sure; more ink than any digit has"
    ] * 2
    link(fresh, "net-image=27")
    assert "ink" not in words(fresh)


def test_certainty_of_known_recipes_is_explained(fresh):
    notes = fresh.locator("#net-answers p:last-child").all_text_contents()
    assert "smoothed" in notes[0]
    assert notes[1] == ""


def test_bars_are_visible_with_forced_colours(fresh):
    link(fresh, "net-image=27")
    fresh.emulate_media(forced_colors="active")
    picture = Image.open(io.BytesIO(fresh.locator(".net-best .net-track").first.screenshot()))
    fresh.emulate_media(forced_colors="none")
    bar = np.asarray(picture.convert("L"))[picture.height // 2]
    share = fresh.evaluate("Math.max(...view.verdict.shares)")
    # Black and white, except at the edges.
    assert np.mean(bar < 128) == pytest.approx(share, abs=0.1)


def test_invalid_neuron_number_is_reset(fresh):
    link(fresh, "net-unit=7")
    for wrong in ("999", "-3"):
        fresh.fill("#net-unit", wrong)
        fresh.press("#net-unit", "Enter")
        assert fresh.input_value("#net-unit") == "7"
    assert fresh.text_content("#net-unit-label") == "Neuron (0 to 31)"
    fresh.evaluate("show({layer: 1, unit: 0})")  # while the field has another number
    assert fresh.input_value("#net-unit") == "0"


def test_other_noise_has_the_same_size_and_is_kept_in_the_address(fresh):
    weights = "[...view.networks[1].kernels[0]]"
    before = np.array(fresh.evaluate(weights))
    fresh.fill("#net-noise", "50")
    first = np.array(fresh.evaluate(weights)) - before
    fresh.click("#net-other-noise")
    second = np.array(fresh.evaluate(weights)) - before
    assert second.std() == pytest.approx(first.std(), rel=0.05)  # 18,816 random numbers
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    until(fresh, "location.hash.includes('net-seed=1')")
    link(fresh, "net-noise=50&net-seed=1&again")
    np.testing.assert_array_equal(np.array(fresh.evaluate(weights)) - before, second)


def test_terms_of_a_neuron_add_up_to_its_output(fresh):
    link(fresh, "network=1&net-layer=1&net-unit=5&net-image=27")
    image = IMAGES[10]  # number 27
    kernel, bias, second, second_bias = WEIGHTS[1][:4]
    first = np.maximum(image.ravel() / np.float32(255) @ kernel.astype(float) + bias, 0)
    z = first @ second[:, 5] + second_bias[5]
    cells = fresh.locator("#net-sum td").all_text_contents()
    found = [float(cell.replace("−", "-")) for cell in cells]
    expected = [first @ second[:, 5], second_bias[5], z, max(z, 0)]
    np.testing.assert_allclose(found, expected, rtol=1e-3)  # the page shows four digits
    rows = fresh.locator("#net-terms tr").all_text_contents()
    assert rows[0].startswith(f"neuron {np.abs(first * second[:, 5]).argmax()}")
    terms = [
        float(row.replace("−", "-"))
        for row in fresh.locator("#net-terms td:last-child").all_text_contents()
    ]
    assert sum(terms) == pytest.approx(expected[0], abs=0.002)
    fresh.select_option("#net-layer", "3")
    fresh.fill("#net-unit", "7")
    assert fresh.text_content("#net-unit-name") == "Output neuron of the digit 7"
    share = softmax(logits_of(WEIGHTS[1], image[np.newaxis]))[0, 7]
    told = fresh.locator("#net-sum td").last.text_content()
    assert float(told.split()[0]) == pytest.approx(100 * share, abs=0.0501)


def test_click_on_a_cell_selects_its_neuron(fresh):
    cells = fresh.locator(".net-cells").first
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    # 32 neurons in rows of six.
    fresh.mouse.click(box["x"] + box["width"] * 2.5 / 6, box["y"] + box["height"] * 3.5 / 6)
    assert fresh.text_content("#net-unit-name") == "Hidden layer 1, neuron 20"


def test_earlier_epochs_are_decoded_from_8_bits(fresh):
    link(fresh, "net-image=27")
    for epoch in range(EPOCHS - 1):
        fresh.fill("#net-epoch", str(epoch))
        found = fresh.evaluate(
            "view.network.kernels.flatMap((kernel, i) => [...kernel, ...view.network.biases[i]])"
        )
        expected = kept(epoch)
        # Half a step of 8 bits; the largest weight of a neuron is 127 steps.
        steps = [np.broadcast_to(np.abs(one).max(axis=0) / 127, one.shape) for one in expected]
        found, expected, steps = (
            np.concatenate([np.ravel(one) for one in all_]) for all_ in (found, expected, steps)
        )
        assert (np.abs(found - expected) <= 0.501 * steps).all()
        assert f"epoch {epoch}" in fresh.locator("#net-answers h4").first.text_content()
    assert (
        fresh.text_content("#net-curves figure:first-child figcaption:last-child") == "Epoch 1: 2.5"
    )
    ends = fresh.locator("#net-curves svg text").all_text_contents()
    assert {"0.25", "2.5", "50.0\u00a0%", "87.5\u00a0%"} <= set(ends)
    fresh.click("#net-play")
    until(fresh, "view.epoch === null")
    found = fresh.evaluate("[...logitsOf(view.network, view.pixels)]")
    np.testing.assert_allclose(found, logits_of(WEIGHTS[0], IMAGES[10:11])[0], rtol=1e-9)
    until(fresh, "!playing")


def test_page_without_snapshots_explains_how_to_get_them(fresh):
    assert not fresh.is_visible("#net-no-snapshots")
    fresh.select_option("#net-which", "1")
    assert fresh.is_visible("#net-no-snapshots")
    assert not fresh.is_visible("#net-epoch")


def test_network_is_broken_as_chosen_and_restored(fresh):
    link(fresh, "network=1&net-unbiased=0,3&net-silent=1.4,0.2&net-noise=50&net-image=27")
    noisy = fresh.evaluate("view.network.kernels.map((kernel) => [...kernel])")
    weights = [one.copy() for one in WEIGHTS[1]]
    for layer, kernel in enumerate(noisy):
        off = np.reshape(kernel, weights[2 * layer].shape) - weights[2 * layer]
        # The tolerance of a deviation of 160 random numbers.
        assert off.std() / weights[2 * layer].std() == pytest.approx(0.5, rel=0.2)
        weights[2 * layer] += off
    for layer in (0, 3):
        weights[2 * layer + 1][:] = 0
    weights[2][:, 4] = weights[3][4] = 0
    weights[4][4] = 0  # weights from neuron 4 of layer 1
    weights[2][2] = 0  # weights from neuron 2 of layer 0
    found = fresh.evaluate("[...view.verdict.layers.at(-1).z]")
    np.testing.assert_allclose(found, logits_of(weights, IMAGES[10:11])[0], rtol=1e-5, atol=1e-6)
    # The other network lacks its first and last biases and has noise, but no silenced neuron.
    others = fresh.evaluate("view.networks[0].kernels.map((kernel) => [...kernel])")
    other = [one.copy() for one in WEIGHTS[0]]
    for layer, kernel in enumerate(others):
        assert not np.array_equal(kernel, other[2 * layer].ravel())
        other[2 * layer][:] = np.reshape(kernel, other[2 * layer].shape)
        other[2 * layer + 1][:] = 0
    before = [number_right(WEIGHTS[0]), number_right(WEIGHTS[1])]
    now = [number_right(other), number_right(weights)]
    until(fresh, "document.getElementById('net-right').textContent.includes('unbroken')")
    assert fresh.locator("#net-right p").all_text_contents() == [
        f"network {i}, broken: {now[i]} of 100 test images right; unbroken {before[i]}."
        for i in (0, 1)
    ]
    fresh.locator("#net-silenced button").first.click()
    assert fresh.evaluate("view.silenced") == [[0, 2]]
    fresh.click("#net-mend")
    found = fresh.evaluate("[...view.verdict.layers.at(-1).z]")
    np.testing.assert_allclose(found, logits_of(WEIGHTS[1], IMAGES[10:11])[0], rtol=1e-9)
    until(fresh, "!document.getElementById('net-right').textContent.includes('unbroken')")
    assert f"network 1: {before[1]} of 100" in fresh.text_content("#net-right")


def test_mistakes_are_those_of_the_network_and_can_be_opened(fresh):
    answers = logits_of(WEIGHTS[0], IMAGES).argmax(axis=1)
    wrong = np.flatnonzero(answers != LABELS)
    buttons = fresh.locator("#net-mistakes button")
    assert buttons.count() == 40
    fresh.click("#net-more")
    fresh.click("#net-more")
    assert buttons.count() == 90
    assert not fresh.is_visible("#net-more")
    # The focus moves on from the hidden button.
    assert fresh.evaluate("Number(document.activeElement.dataset.image)") == wrong[80]
    assert fresh.text_content("#net-mistakes-count").startswith(f"{len(wrong)} in all")
    chosen = wrong[50]
    told = f"{LABELS[chosen]}, read as {answers[chosen]}"
    assert buttons.nth(50).text_content() == told
    buttons.nth(50).click()
    assert fresh.evaluate("[...view.pixels]") == IMAGES[chosen].ravel().tolist()
    assert words(fresh).endswith(str(answers[chosen]))
    assert buttons.nth(50).get_attribute("aria-pressed") == "true"
    fresh.locator("#net-examples button").nth(6).click()
    assert LABELS[fresh.evaluate("view.image")] == 6


@pytest.mark.slow
def test_link_restores_the_state(fresh):
    fresh.select_option("#net-layer", "1")
    fresh.fill("#net-unit", "3")
    fresh.fill("#net-epoch", "1")
    fresh.fill("#net-noise", "12")
    fresh.locator("#net-biases input").first.check()
    fresh.select_option("#net-layer", "0")
    fresh.fill("#net-unit", "9")
    fresh.click("#net-silence")
    draw(fresh, CIRCLE)
    before = [shares(fresh, which).tolist() for which in (0, 1)]
    strokes = fresh.evaluate("pad.strokes")
    until(fresh, "location.hash.includes('net-silent')")
    fresh.wait_for_timeout(400)
    fresh.reload()
    assert fresh.evaluate("pad.strokes") == strokes
    assert [shares(fresh, which).tolist() for which in (0, 1)] == before
    state = fresh.evaluate("({...view, trained: 0, whole: 0, network: 0})")
    assert [
        state[name] for name in ("epoch", "noise", "unbiased", "silenced", "layer", "unit")
    ] == [*(1, 0.12, [0], [[0, 9]], 0, 9)]
    link(fresh, "net-image=27")
    assert fresh.evaluate("view.image") == 10
    assert fresh.evaluate("isBroken()") is False


@pytest.mark.parametrize(
    "state",
    [
        "network=7&net-layer=9&net-unit=99&net-epoch=-1&net-image=1e9&net-noise=900",
        "net-ink=xx&net-silent=a.b,0,9.9,0.x&net-unbiased=x",
        "net-unit=1.5&net-silent=1.3",  # the output layer
        "%%%",
    ],
)
def test_invalid_address_opens_the_initial_state(fresh, state):
    before = shares(fresh).tolist()
    link(fresh, state)
    assert shares(fresh).tolist() == before
    assert fresh.text_content("#net-unit-name") == "Hidden layer 1, neuron 0"
    assert fresh.evaluate("isBroken()") is False


@pytest.mark.slow
def test_page_works_without_decompression_stream(file):
    with opened(file) as tab:
        tab.add_init_script("delete window.DecompressionStream")
        tab.goto(tab.url + "#net-image=27")
        tab.reload()
        until(tab, "!document.getElementById('net-no-images').hidden")
        tab.click("#net-clear")
        draw(tab, CIRCLE)
        assert words(tab) != "Nothing is drawn"


@pytest.mark.parametrize(
    ("scheme", "width", "touch"), [("light", 1280, False), ("dark", 360, True)]
)
def test_page_fits_the_screen_and_axe_finds_nothing_serious(file, scheme, width, touch):
    how = {"viewport": {"width": width, "height": 844}, "has_touch": touch, "is_mobile": touch}
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs the extra 'browser'"
    )
    with opened(file, color_scheme=scheme, **how) as tab:
        until(tab, "images !== null")
        link(tab, "net-silent=0.3&net-unit=3&net-image=27&net-epoch=1")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.Axe().run(tab, context="#network").response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []

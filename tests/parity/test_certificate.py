import dataclasses
import json
import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser

import numpy as np
import pytest

from tf_edureka.errors import InputError
from tf_edureka.parity.certificate import page as certificate
from tf_edureka.parity.certificate.drawing import bar, line_charts, number
from tf_edureka.parity.certificate.port_ladder import (
    ESSENTIAL,
    Cause,
    PortLadder,
    PortRung,
    run_facts,
    training_name,
)

NAMES = ("structure", "initial values", "batches", "forward pass", "loss", "gradients", "optimizer")
MOMENTUM = Cause("momentum", 0.998, "MomentumOptimizer is not SGD(momentum).")
SCHEDULE = Cause("schedule", 0.41, "The rate falls a step later.")
# Attributes that request other files, and tags without an end tag.
OUTWARD = {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}
ALONE = {"meta", "link", "br"}


def rung(name: str, measured: float | None = 1e-7, tolerance: float | None = 1e-6, **more):
    values = {"compared": f"{name} of 9 steps", "unit": "relative", "why": f"for {name}"}
    return PortRung(rung=name, measured=measured, tolerance=tolerance, **values | more)


def ladder(*changed: PortRung, **more) -> PortLadder:
    """A ladder in which all rungs hold except the changed ones."""
    rungs = {name: rung(name) for name in NAMES} | {one.rung: one for one in changed}
    values = {"trace": "traces/old", "port": "port.py:build", "script": "old.py"}
    return PortLadder(rungs=tuple(rungs.values()), **values | {"versions": {"NumPy": "2.1"}} | more)


def fails(name: str, **more) -> PortRung:
    return rung(
        name, 0.03, causes=(MOMENTUM, SCHEDULE), first="first difference in step 101", **more
    )


class Page(HTMLParser):
    """A parsed page: its tags in order and its visible texts; all tags must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def test_ladder_without_failure_is_passed_and_counts_its_rungs():
    made = ladder(rung("batches", None, None))
    assert made.passed
    assert made.first is None
    assert made.verdict == "This port computes what old.py computed: 6 of 7 rungs hold, 1 skipped."


def test_ladder_of_one_of_several_trainings_says_which():
    """A script with several trainings is not proved by one ladder."""
    manifest = {"trainings": [{"loss": "loss_of_d"}, {"loss": "loss_of_g"}]}
    name = training_name(manifest, 1)
    assert name == "training 2 of 2 (loss loss_of_g)"
    assert ladder(training=name).verdict == (
        f"This port computes what old.py computed in {name}: 7 of 7 rungs hold."
    )
    failed = ladder(fails("loss"), training=name)
    assert f"compared with {name}" in failed.text()
    assert failed.to_json()["training"] == name
    assert name in Page(certificate.page(failed)).text


def test_the_only_training_needs_no_name():
    assert training_name({"trainings": [{"loss": "loss"}]}, 0) == ""
    assert training_name({}, 0) == ""


def test_verdict_names_first_failing_rung_with_place_and_cause():
    made = ladder(fails("gradients"), fails("optimizer"))
    assert not made.passed
    assert made.first == "gradients"
    assert made.verdict == (
        "First rung that fails: gradients (first difference in step 101). Probable cause: momentum."
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_proved_without_loss_gradients_and_optimizer(name):
    made = ladder(rung(name, None, None, why="it was not recorded"))
    assert made.first is None
    assert made.passed == (name not in ESSENTIAL)
    assert made.lacking == ((name,) if name in ESSENTIAL else ())


def test_empty_ladder_is_not_passed():
    made = dataclasses.replace(ladder(), rungs=())
    assert not made.passed
    assert made.verdict == (
        "Not proved: no rung fails, but loss and gradients and optimizer could not be compared."
    )


@pytest.mark.parametrize(
    ("measured", "tolerance", "passed"),
    [
        (0.0, 0.0, True),
        (1e-6, 1e-6, True),
        (1.1e-6, 1e-6, False),
        (float("nan"), 1e-6, False),
        (float("inf"), 1e-6, False),
        (1e-7, float("nan"), False),
        (None, 1e-6, None),
        (1e-7, None, None),
    ],
)
def test_rung_holds_within_its_tolerance_and_never_for_nan(measured, tolerance, passed):
    assert rung("loss", measured, tolerance).passed is passed


def test_the_json_has_the_keys_that_programs_read():
    values = ladder(rung("batches", None, None), fails("optimizer")).to_json()
    assert (values["passed"], values["first"]) == (False, "optimizer")
    assert [one["rung"] for one in values["rungs"]] == list(NAMES)
    assert {"rung", "passed", "measured", "tolerance", "unit", "why", "causes"} <= {
        *values["rungs"][0]
    }
    assert values["rungs"][2]["passed"] is None
    assert values["rungs"][-1]["causes"][0] == {
        "cause": "momentum",
        "explains": 0.998,
        "says": "MomentumOptimizer is not SGD(momentum).",
    }


def test_json_has_null_for_non_finite_values_and_numbers_for_numpy_scalars():
    unknown = (Cause("adam", float("nan"), ""),)
    made = ladder(
        rung("loss", float("nan"), causes=unknown),
        rung("optimizer", np.float32(0.5), np.float64("inf")),
    )
    *_, loss, _, optimizer = json.loads(json.dumps(made.to_json(), allow_nan=False))["rungs"]
    assert (loss["measured"], loss["passed"], loss["causes"][0]["explains"]) == (None, False, None)
    assert (optimizer["measured"], optimizer["tolerance"]) == (0.5, None)


def test_text_is_returned_and_not_printed_in_a_notebook(monkeypatch, capsys):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert "optimizer" in ladder(fails("optimizer")).text()
    assert capsys.readouterr().out == ""


def test_text_has_table_verdict_causes_and_skipped_rungs_in_100_columns():
    long = "each of the many weights of this network after each of very many steps, one by one"
    made = ladder(
        rung("batches", None, None, why="the port has none of its own"),
        fails("optimizer", compared=long),
        notes=("One example was left out. " * 9,),
    )
    lines = made.text().splitlines()
    assert max(map(len, lines)) <= 100
    words = re.sub(r"\s+", " ", made.text())
    for said in (
        "0.03 1e-6 relative FAILS",
        "First rung that fails: optimizer (first difference in step 101). Probable cause: "
        "momentum.",
        "optimizer: momentum explains 99.8% of the difference: MomentumOptimizer is not "
        "SGD(momentum).",
        "batches: skipped, the port has none of its own",
    ):
        assert said in words


def test_text_has_no_control_characters():
    made = ladder(fails("optimizer"), script="a\x1b[2J\u202e.py", notes=("\x07",))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", made.text())


HOSTILE = "<script>alert(1)</script>\"'&<img src=https://example.com/x>\udc80\u202e${title}"


def hostile() -> PortLadder:
    """A ladder with HTML and control characters in every text from outside."""
    cause = Cause(HOSTILE, 0.9, HOSTILE)
    text = {"compared": HOSTILE, "unit": HOSTILE, "why": HOSTILE, "first": HOSTILE}
    names = {"series": {"difference": [1.0], "tolerance": [0.5]}, "labels": (HOSTILE,)}
    return PortLadder(
        rungs=(
            PortRung(rung=HOSTILE, measured=1.0, tolerance=0.5, causes=(cause,), **text, **names),
            PortRung(rung=HOSTILE, measured=None, tolerance=None, **text),
        ),
        **{"trace": HOSTILE, "port": HOSTILE, "script": HOSTILE, "versions": {HOSTILE: HOSTILE}},
        mapping=((HOSTILE, HOSTILE, HOSTILE),),
        ran={HOSTILE: HOSTILE},
        notes=(HOSTILE,),
        training=HOSTILE,
    )


def test_untrusted_text_is_escaped_in_the_page():
    page = Page(certificate.page(hostile()))
    assert page.of("script") == page.of("img") == []
    assert page.text.count("<script>alert(1)</script>\"'&<img src=") >= 15
    assert not [name for _, tag in page.tags for name in tag if name.startswith("on")]
    assert not [one for one in page.text if not one.isprintable()]


@pytest.mark.parametrize("made", [ladder(), ladder(fails("optimizer")), hostile()])
def test_page_requests_no_other_file(made):
    text = certificate.page(made)
    page = Page(text)
    found = [value for _, tag in page.tags for name, value in tag.items() if name in OUTWARD]
    assert found == ["data:,"]
    assert "url(" not in text
    assert "@import" not in text
    (policy,) = [tag for tag in page.of("meta") if "http-equiv" in tag]
    assert policy["content"].startswith("default-src 'none'")
    if made.script == "old.py":
        assert "http:" not in text
        assert "https:" not in text


def test_page_shows_the_ladder_and_is_accessible():
    steps = {"original": [3.0, 2.0, 1.0], "port": [3.0, 2.0, 1.5], "tolerance": [1e-6] * 3}
    made = ladder(
        rung("batches", None, None, why="the port has none of its own"),
        fails("optimizer", series=steps),
        mapping=(("w", "dense/kernel", "transposed"),),
        ran={"SHA-256 of the script": "abc"},
        notes=("One example was left out.",),
    )
    page = Page(certificate.page(made))
    for said in (
        made.verdict,
        "optimizer (first difference in step 101): optimizer of 9 steps. Measured: 0.03 relative; "
        "allowed: 1e-6 .",
        "momentum 99.8% MomentumOptimizer is not SGD(momentum).",
        "The port has none of its own",
        "w dense/kernel transposed",
        "SHA-256 of the script abc",
        "One example was left out.",
        "NumPy 2.1",
    ):
        assert said in page.text
    assert len(page.of("h1")) == 1
    assert page.of("html") == [{"lang": "en"}]
    assert all("scope" in tag for tag in page.of("th"))
    spoken = [tag for tag in page.of("svg") if tag.get("aria-hidden") != "true"]
    assert len([tag for tag in spoken if tag["class"] == "chart"]) == 2
    assert all(tag["role"] == "img" and tag["aria-label"] for tag in spoken)


def test_page_is_deterministic():
    assert certificate.page(ladder(fails("loss"))) == certificate.page(ladder(fails("loss")))


def test_table_of_many_layers_shows_those_around_the_first_difference():
    apart = [1e-7] * 100
    apart[70:] = [0.5] * 30
    names = tuple(f"layer{place}" for place in range(100))
    made = fails(
        "forward pass", labels=names, series={"difference": apart, "tolerance": [1e-6] * 100}
    )
    text = Page(certificate.page(ladder(made))).text
    assert "layer69 1e-7 1e-6 holds layer70 0.5 1e-6 FAILS" in text
    assert "layer57 " not in text
    assert "76 more rows are not shown." in text


def test_last_series_is_drawn_if_no_rung_fails():
    course = {"original": [3.0, 2.0, 1.0], "port": [3.0, 2.0, 1.0]}
    text = Page(certificate.page(ladder(rung("free run", series=course)))).text
    assert "Original and port compared free run : free run of 9 steps" in text


def test_chart_marks_the_first_step_beyond_the_tolerance():
    apart = np.full(5000, 1e-7)
    apart[3001:] = 1e-2
    ((_, chart),) = line_charts({"difference": apart, "tolerance": np.full(5000, 1e-6)})
    assert "first beyond the tolerance at 3001" in chart
    # Of 5,000 steps only as many are drawn as can be distinguished.
    assert chart.count("L") < 2 * 610
    # Axis of x: from pixel 64 to 448.
    mark = re.search(r'class="mark" d="M([\d.]+)', chart)
    assert float(mark[1]) == pytest.approx(64 + 384 * 3001 / 4999, abs=0.1)


def test_nan_is_beyond_the_tolerance_and_leaves_a_gap_in_the_line():
    nan = float("nan")
    values = {"original": [1.0, 2.0, 3.0], "port": [1.0, nan, 3.0], "tolerance": [0.1] * 3}
    (_, sides), (_, apart) = line_charts(values)
    assert "first beyond the tolerance at 1" in sides
    port = re.search(r'class="port" d="([^"]*)"', sides)
    assert port[1].count("M") == 2
    assert "first beyond the tolerance at 1" in apart


@pytest.mark.parametrize(
    "series",
    [
        {},
        {"original": [1.0], "tolerance": [1.0]},
        {"original": [], "port": []},
        {"difference": [float("nan")]},
    ],
)
def test_series_without_drawable_values_have_no_chart(series):
    assert line_charts(series) == []


@pytest.mark.parametrize(
    "values",
    [[0.0, 0.0], [1e300, -1e300], [5e-324, 1.0], [float("inf"), 1.0], [7.0], [1e38, 0.0]],
)
def test_chart_coordinates_stay_inside_for_extreme_values(values):
    zero = [0.0] * len(values)
    for drawn in (
        line_charts({"original": values, "port": zero, "tolerance": zero}),
        line_charts({"original": zero, "port": values, "tolerance": values}),
        line_charts(
            {"difference": [abs(one) for one in values], "tolerance": [1e-6] * len(values)}
        ),
    ):
        text = "".join(chart for _, chart in drawn)
        paths = " ".join(re.findall(r' (?:d|points)="([^"]*)"', text))
        assert not re.search("nan|inf", paths)
        assert all(0 <= float(place) <= 460 for place in re.findall(r"-?[\d.]+", paths))


@pytest.mark.parametrize(
    ("measured", "tolerance", "width", "kind", "says"),
    [
        (1e-6, 1e-6, 50, "holds", "1 times the tolerance"),
        (1e-9, 1e-6, 1.5, "holds", "0.001 times the tolerance"),
        (1e-3, 1e-6, 100, "fails", "1000 times the tolerance"),
        (1.0, 1e-6, 100, "fails", "1000000.0 times the tolerance"),
        (0.0, 0.0, 0, "holds", "0 times the tolerance"),
        (2.0, 0.0, 100, "fails", "beyond any tolerance"),
        (float("nan"), 1e-6, 100, "fails", "beyond any tolerance"),
        (float("inf"), 1e-6, 100, "fails", "beyond any tolerance"),
    ],
)
def test_bar_reaches_the_middle_at_the_tolerance(measured, tolerance, width, kind, says):
    drawn = bar(measured, tolerance)
    assert f'class="{kind}" y="1" width="{width:.1f}"' in drawn
    said = re.search('aria-label="([^"]*)"', drawn)[1]
    assert said == says or float(said.split()[0]) == pytest.approx(float(says.split()[0]))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0.0, "0"),
        (12.0, "12"),
        (3.14e-7, "3.1e-7"),
        (0.0312, "0.031"),
        (float("nan"), "NaN"),
        (float("inf"), "inf"),
        (1.5e12, "1.5e12"),
    ],
)
def test_numbers_are_formatted_with_two_digits(value, shown):
    assert number(value) == shown


def test_write_creates_json_and_page(tmp_path):
    made = ladder()
    made.write(tmp_path / "new" / "folder")
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == {
        *("port.json", "port.html")
    }
    assert json.loads((tmp_path / "new/folder/port.json").read_text()) == made.to_json()
    assert (tmp_path / "new/folder/port.html").read_text("utf-8") == certificate.page(made)


def test_failed_write_keeps_the_previous_files(tmp_path, monkeypatch):
    ladder().write(tmp_path)
    before = (tmp_path / "port.json").read_bytes()

    def no_page(_):
        raise RuntimeError("no page")

    monkeypatch.setattr(certificate, "page", no_page)
    with pytest.raises(RuntimeError, match="no page"):
        ladder(fails("loss")).write(tmp_path)
    assert (tmp_path / "port.json").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"port.json", "port.html"}


def test_unwritable_folder_raises_input_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file: cannot be written"):
        ladder().write(tmp_path / "file")


def test_run_facts_come_from_the_manifest():
    manifest = {
        "script": {"name": "old.py", "sha256": "abc", "arguments": ["--name", "a b"]},
        "threads": {"cores": 2, "inter": 1, "intra": 0},
        "graph_seed": 0,
        "record_steps": None,
        "precision": "float32",
        "ended": None,
    }
    assert run_facts(manifest) == {
        "SHA-256 of the script": "abc",
        "arguments": "--name 'a b'",
        "graph's seed": "0",
        "precision": "float32",
        "threads": "cores 2, inter 1, intra default",
        "how it ended": "it was killed",
    }


def luminance(colour: str) -> float:
    """Relative luminance as defined by WCAG 2."""
    digits = colour * 2 if len(colour) == 3 else colour
    parts = np.array([int(digits[place : place + 2], 16) for place in (0, 2, 4)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_text_contrast_satisfies_wcag_in_light_dark_and_print():
    style = certificate.page(ladder())
    themes = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(themes) == 3
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): #(\w+)", theme))
        page = luminance(colours["page"])
        for name in ("text", "quiet", "holds", "fails", "skipped"):
            low, high = sorted([page, luminance(colours[name])])
            assert (high + 0.05) / (low + 0.05) >= 4.5, name


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_browser_shows_the_page_without_errors_on_phone_and_desktop(tmp_path):
    steps = {"original": [3.0, 2.0, 1.0], "port": [3.0, 2.0, 1.5], "tolerance": [1e-6] * 3}
    names = tuple(f"a/long/name/of/a/layer/{place}/kernel" for place in range(9))
    apart = {"difference": [1e-7] * 9, "tolerance": [1e-6] * 9}
    made = ladder(
        fails("optimizer", series=steps),
        mapping=tuple((name, f"of_the_port/{name}", "unchanged") for name in names),
        ran={"SHA-256 of the script": "0123456789abcdef" * 4},
    )
    other = ladder(fails("forward pass", series=apart, labels=names))
    frames = "".join(
        f'<iframe width="{width}" height="4000" srcdoc="{escape(certificate.page(one))}"></iframe>'
        for one in (made, other)
        for width in (360, 1200)
    )
    wide = "Array.from(frames, one => one.document.documentElement.scrollWidth)"
    script = f"<script>onload = () => {{ document.title = {wide} }}</script>"
    (tmp_path / "frames.html").write_text(frames + script, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
    command += [(tmp_path / "frames.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "CONSOLE" not in done.stderr
    # No page is wider than its frame.
    assert re.search("<title>(.*?)</title>", done.stdout)[1] == "360,1200,360,1200"

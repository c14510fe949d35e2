"""The page's parts, put together into one HTML file that asks for nothing else."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Literal
from urllib.parse import urlencode

Texts = Mapping[str, Mapping[str, str]]
"""All that the page says, by part of the page and by name."""
Part = Literal["neuron", "network"]

_ASSETS = resources.files("tf_edureka.page") / "assets"
# Each in the order in which they need one another.
_BASE = ("base.js", "address.js", "drawing.js")
_NEURON = (
    *("random.js", "perceptron.js", "outcome.js", "diagram.js", "plane.js", "loss_curve.js"),
    *("neuron.js", "neuron_view.js"),
)
_NETWORK = (
    *("network.js", "certainty.js", "form.js", "pixels.js", "pad.js", "images.js", "answer.js"),
    *("occlusion.js", "network_address.js", "network_view.js"),
)
# What only the whole page has.
_NEURON_MORE = ("lottery.js", "own_points.js", "keras_code.js", "neuron_more.js")
_NETWORK_MORE = (
    *("layers.js", "unit.js", "breaking.js", "replay.js", "mistakes.js", "network_inside.js"),
)
_PAGE = (*_BASE, *_NEURON, *_NEURON_MORE, *_NETWORK, *_NETWORK_MORE, "main.js")
_PARTS: Mapping[Part, Sequence[str]] = {
    "neuron": (*_BASE, *_NEURON, "main.js", "frame.js"),
    "network": (*_BASE, *_NETWORK, "main.js", "frame.js"),
}
_STYLES = ("page.css", "neuron.css", "network.css")


def texts() -> Texts:
    """All that the page says, in English; to translate the page, give `assemble` others.

    Returns:
        the texts by part of the page and by name. What stands in braces, as `{epoch}`, is filled in
        by the page.
    """
    loaded: Texts = json.loads(_asset("text.json"))
    return loaded


def assemble(data: Mapping[str, Any] | None = None, *, text: Texts | None = None) -> str:
    """Makes the page.

    It holds all it needs, and a rule that lets it ask for nothing (Content-Security-Policy): only
    its own script runs.

    Args:
        data: networks and images, as `networks.from_runs` gives them; None for the neuron alone.
        text: what the page says instead of `texts()`, with the same names.

    Returns:
        the content of the HTML file.
    """
    text = text or texts()
    markup = _asset("page.html"), _asset("neuron.html"), _asset("network.html") if data else ""
    return _document(markup, data, text, _PAGE, (*_STYLES, "dark.css"))


def assemble_part(
    part: Part, data: Mapping[str, Any] | None = None, *, state: Mapping[str, object]
) -> str:
    """Makes a page of one part alone, to be the `srcdoc` of a frame, as in a notebook.

    It is light, as high as what it holds, and keeps its state in its frame.

    Args:
        part: `"neuron"` or `"network"`, without what only the whole page has beside it.
        data: for `"network"`, as `networks.from_network` gives it.
        state: to begin with, by the names of the page's address.

    Returns:
        the content of the HTML file.
    """
    document, panels = (_PAGE_ONLY.sub("", _asset(f"{name}.html")) for name in ("page", part))
    markup = (document, panels, "") if part == "neuron" else (document, "", panels)
    text = {name: texts()[name] for name in ("page", part)}
    return _document(
        markup, data, text, _PARTS[part], ("page.css", f"{part}.css", "part.css"), state
    )


_PAGE_ONLY = re.compile("<!--page-->.*?<!--/page-->", re.DOTALL)


def _document(
    markup: tuple[str, str, str],
    data: Mapping[str, Any] | None,
    text: Texts,
    scripts: Sequence[str],
    styles: Sequence[str],
    state: Mapping[str, object] | None = None,
) -> str:
    """A document with a neuron and a network, all of which may be only in part."""
    document, neuron, network = (_with_texts(one, text) for one in markup)
    # Without lines of comment: a tenth of it, and the page is to stay below a megabyte.
    script = re.sub(r"^ *//.*\n", "", "\n".join(map(_asset, scripts)), flags=re.MULTILINE)
    digest = base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode()
    state_attribute = "" if state is None else f' data-state="{html.escape(urlencode(state))}"'
    parts = {
        "schemes": "light dark" if state is None else "light",
        "style": "\n".join(map(_asset, styles)),
        "state": state_attribute,
        "script_hash": digest,
        "script": script,
        "text": _embedded(text),
        "data": _embedded(data),
        "neuron": neuron,
        "network": network,
    }
    return re.sub(r"\$(\w+)\$", lambda found: parts[found[1]], document)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _with_texts(markup: str, text: Texts) -> str:
    """With the texts that `{{part.name}}` stands for."""

    def text_of(found: re.Match[str]) -> str:
        return html.escape(text[found[1]][found[2]])

    return re.sub(r"\{\{(\w+)\.(\w+)\}\}", text_of, markup)


def _embedded(value: object) -> str:
    """JSON that can stand in an HTML file: nothing in it ends the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")

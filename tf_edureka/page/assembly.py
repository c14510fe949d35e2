"""Assembles the page from its assets into one HTML file that loads nothing else."""

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
"""All texts of the page, by part of the page and by key."""
Part = Literal["neuron", "network"]

_ASSETS = resources.files("tf_edureka.page") / "assets"
# Each list is in the order of dependence.
_BASE = ("base.js", "address.js", "drawing.js")
_NEURON = (
    *("random.js", "perceptron.js", "outcome.js", "diagram.js", "plane.js", "loss_curve.js"),
    *("neuron.js", "neuron_view.js"),
)
_NETWORK = (
    *("network.js", "certainty.js", "form.js", "pixels.js", "pad.js", "images.js", "answer.js"),
    *("occlusion.js", "network_address.js", "network_view.js"),
)
# Only in the whole page, not in a part.
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
    """Returns the English texts of the page; pass translated ones to `assemble`.

    Returns:
        the texts, by part of the page and by key. The page fills in names in braces, such as
        `{epoch}`.

    Example:
        >>> from tf_edureka.page import texts
        >>> sorted(texts())
        ['network', 'neuron', 'page']
        >>> texts()["neuron"]["speed_said"]
        '{speed} epochs per second'
    """
    loaded: Texts = json.loads(_asset("text.json"))
    return loaded


def assemble(data: Mapping[str, Any] | None = None, *, text: Texts | None = None) -> str:
    """Assembles the page as one HTML file.

    The file contains everything it needs. Its Content-Security-Policy forbids all requests and all
    scripts but its own.

    Args:
        data: networks and images, from `networks.from_runs`; None for the neuron only.
        text: texts of the page with the keys of `texts()`; None for English.

    Returns:
        the content of the HTML file.

    Example:
        >>> from pathlib import Path
        >>> from tf_edureka.page import assemble
        >>> page = assemble()
        >>> page[:15]
        '<!DOCTYPE html>'
        >>> count = Path("neuron.html").write_text(page, encoding="utf-8")
    """
    text = text or texts()
    markup = _asset("page.html"), _asset("neuron.html"), _asset("network.html") if data else ""
    return _document(markup, data, text, _PAGE, (*_STYLES, "dark.css"))


def assemble_part(
    part: Part, data: Mapping[str, Any] | None = None, *, state: Mapping[str, object]
) -> str:
    """Assembles one part of the page as the `srcdoc` of a frame, for a notebook.

    The part uses light colours, fits the frame's height to its content, and keeps its state in the
    frame.

    Args:
        part: `"neuron"` or `"network"`; controls that only the whole page has are left out.
        data: data for `"network"`, from `networks.from_network`; None for `"neuron"`.
        state: initial state, by the names used in the page's address.

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
    """Fills the document with markup, texts, data, scripts and styles."""
    document, neuron, network = (_with_texts(one, text) for one in markup)
    # Comment lines are a tenth of the script, and the page must stay below a megabyte.
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
    """Replaces each `{{part.key}}` by its text."""

    def text_of(found: re.Match[str]) -> str:
        return html.escape(text[found[1]][found[2]])

    return re.sub(r"\{\{(\w+)\.(\w+)\}\}", text_of, markup)


def _embedded(value: object) -> str:
    """Returns JSON that is safe inside an HTML element: nothing in it can end the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")

"""The page's parts, put together into one HTML file that asks for nothing else."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

Texts = Mapping[str, Mapping[str, str]]
"""All that the page says, by part of the page and by name."""

_ASSETS = resources.files("tf_edureka.page") / "assets"
# In the order in which they need one another.
SCRIPTS = (
    *("base.js", "random.js", "perceptron.js", "outcome.js"),
    *("address.js", "drawing.js", "diagram.js", "plane.js", "lottery.js"),
    *("loss_curve.js", "own_points.js", "keras_code.js", "neuron.js", "neuron_view.js"),
    # Of the network.
    *("network.js", "certainty.js", "form.js", "pixels.js", "pad.js", "answer.js", "layers.js"),
    *("unit.js", "occlusion.js", "breaking.js", "replay.js", "mistakes.js"),
    *("network_address.js", "network_view.js"),
    "main.js",
)
STYLES = ("page.css", "neuron.css", "network.css")


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
        data: networks and images, as `networks.of_runs` gives them; None for the neuron alone.
        text: what the page says instead of `texts()`, with the same names.

    Returns:
        the content of the HTML file.
    """
    text = text or texts()
    # Without lines of comment: a tenth of it, and the page is to stay below a megabyte.
    script = re.sub(r"^ *//.*\n", "", "\n".join(map(_asset, SCRIPTS)), flags=re.MULTILINE)
    digest = base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode()
    parts = {
        "style": "\n".join(_asset(name) for name in STYLES),
        "script_hash": digest,
        "script": script,
        "text": _embedded(text),
        "data": _embedded(data),
        "neuron": _said(_asset("neuron.html"), text),
        "network": _said(_asset("network.html"), text) if data else "",
    }
    page = _said(_asset("page.html"), text)
    return re.sub(r"\$(\w+)\$", lambda found: parts[found[1]], page)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _said(markup: str, text: Texts) -> str:
    """With the texts that `{{part.name}}` stands for."""

    def say(found: re.Match[str]) -> str:
        return html.escape(text[found[1]][found[2]])

    return re.sub(r"\{\{(\w+)\.(\w+)\}\}", say, markup)


def _embedded(value: object) -> str:
    """JSON that can stand in an HTML file: nothing in it ends the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")

"""The documentation site: `sphinx-build -W --keep-going docs runs/site`."""

import contextlib
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tf_edureka import __version__, cli

HERE = Path(__file__).parent
NOTEBOOKS = HERE / "notebooks"
# `python scripts/set_address.py` writes it into pyproject.toml.
PROJECT = (HERE.parent / "pyproject.toml").read_text(encoding="utf-8")
ADDRESSES = dict(re.findall(r'^(\w+) = "(https://.*)"$', PROJECT, re.MULTILINE))
REPOSITORY = ADDRESSES["Repository"]

ARRAY = re.compile(r"~?numpy\.ndarray\[tuple\[~?typing\.Any, \.\.\.\], ~?numpy\.dtype\[([^]]*)\]\]")
COLON = "\ue000"  # stands for a colon while napoleon looks for the end of a type

project = html_title = "tf_edureka"
version = release = __version__
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", ADDRESSES["Documentation"])
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_sitemap",
    "sphinxext.opengraph",
]
templates_path = []
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_copyright = False
highlight_language = "none"  # of what a command prints
# Error messages are searched for with their own quotation marks.
smartquotes_action = "D"
nitpicky = True
# Types of other projects, whose sites the build does not read; and private ones.
nitpick_ignore_regex = [("py:.*", r"(?!tf_edureka).*|.*\._\w+")]
linkcheck_ignore = [r"https://[^/]*\bOWNER\b.*"]

# The texts say `name` for code, as Markdown does.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_use_ivar = True
napoleon_attr_annotations = False
python_maximum_signature_line_length = 88

myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True

sitemap_url_scheme = "{link}"
ogp_social_cards = {"enable": False}
ogp_enable_meta_description = True


class CommandHelp(SphinxDirective):
    """Shows the `--help` of each command."""

    def run(self) -> list[nodes.Node]:
        """Returns a section for each command."""
        sections = []
        for name, (module, _) in cli.COMMANDS.items():
            section = nodes.section(ids=[name], names=[name])
            section += nodes.title(text=f"tf-edureka {name}")
            section += nodes.literal_block(text=help_of(name, module), language="none")
            sections.append(section)
        return sections


def help_of(name: str, module: str) -> str:
    """Returns what `tf-edureka NAME --help` prints in a window of 80 columns."""
    text = io.StringIO()
    with (
        mock.patch.object(sys, "argv", [f"tf-edureka {name}"]),
        mock.patch.dict(os.environ, COLUMNS="80"),
        contextlib.redirect_stdout(text),
        contextlib.suppress(SystemExit),
    ):
        importlib.import_module(module).main(["--help"])
    return text.getvalue()


def copy_notebooks(app: Sphinx, config: object) -> None:
    """Copies the notebooks here: Sphinx reads only what is in its folder."""
    NOTEBOOKS.mkdir(exist_ok=True)
    for path in (HERE.parent / "notebooks").glob("*.ipynb"):
        shutil.copy2(path, NOTEBOOKS)


def adapt(app: Sphinx, name: str, source: list[str]) -> None:
    """Rewrites links to places outside of this folder, and the badges, which are images."""
    text = source[0].replace("](../docs/", "](../").replace("](../notebooks/", "](notebooks/")
    if name.startswith("notebooks/"):
        text = re.sub(r"\[!\[(Open in Colab)\]\([^)]*\)\]", r"[\1]", text)
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            if "%pip install" in "".join(cell["source"]):
                cell["metadata"]["tags"] = ["hide-input"]
        text = json.dumps(notebook)
    else:
        text = re.sub(r"\]\(\.\./(?=tf_edureka/|tests/|[A-Z])", f"]({REPOSITORY}/blob/main/", text)
    source[0] = text


def describe_pictures(app: Sphinx, tree: nodes.document) -> None:
    """Gives the pictures of notebooks an alternative text; otherwise it is the file name."""
    for picture in tree.findall(nodes.image):
        picture.setdefault("alt", "Picture drawn by the code above")


def shorten(app: Sphinx, *signature: object) -> tuple[object, ...]:
    """Writes arrays in a signature as the source does, `NDArray[float32]`, and omits factories."""
    return tuple(
        one and ARRAY.sub(r"~numpy.typing.NDArray[\1]", str(one)).replace("<factory>", "...")
        for one in signature[-2:]
    )


def hide_colons(app: Sphinx, what: str, *others: object) -> None:
    """Hides colons of results from napoleon, for which the text before a colon is a type."""
    lines: list[str] = others[-1]
    hides = what == "property"
    for number, line in enumerate(lines):
        if heading := re.fullmatch(r"(\w+):", line):
            hides = heading[1] in ("Returns", "Yields")
        elif hides:
            lines[number] = line.replace(":", COLON)


def show_colons(app: Sphinx, *others: object) -> None:
    """Shows the hidden colons again."""
    others[-1][:] = [line.replace(COLON, ":") for line in others[-1]]


def write_page(app: Sphinx) -> None:
    """Trains the network, and writes the page of one file into the site unless it has one."""
    page = Path(app.outdir, "neuron-and-network.html")
    if app.builder.format != "html" or page.exists():
        return
    Path(app.outdir, "robots.txt").write_text(f"Sitemap: {html_baseurl}sitemap.xml\n")
    command = [sys.executable, "-m", "tf_edureka"]
    with tempfile.TemporaryDirectory() as folder:  # with the run in its folder runs/mnist
        train = ["train-mnist", "--epochs=6", "--snapshots"]
        subprocess.run([*command, *train], check=True, cwd=folder)
        subprocess.run([*command, "page", f"--out={page}"], check=True, cwd=folder)


def setup(app: Sphinx) -> None:
    """Registers the functions above."""
    app.add_directive("command-help", CommandHelp)
    app.connect("config-inited", copy_notebooks)
    app.connect("source-read", adapt)
    app.connect("autodoc-process-signature", shorten)
    # Napoleon has the default priority, 500.
    app.connect("autodoc-process-docstring", hide_colons, priority=400)
    app.connect("autodoc-process-docstring", show_colons, priority=600)
    app.connect("doctree-read", describe_pictures)
    app.connect("builder-inited", write_page)

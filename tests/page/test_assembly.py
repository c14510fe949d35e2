"""The page's file: its security policy, its texts, and that it is self-contained."""

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser

import pytest
from helpers import PACKAGE

from tf_edureka.page import assemble, texts
from tf_edureka.page.assembly import assemble_part

ASSETS = PACKAGE / "page" / "assets"
PICTURE = "http://www.w3.org/2000/svg"  # a name, not an address: nothing is loaded from there
SHOWN = ("aria-label", "aria-description", "title", "alt", "placeholder", "content")
DATA = {"networks": [{"title": "</script><img src=x onerror=alert(1)><!--\u2028"}]}


class Page(HTMLParser):
    """A parsed page: its elements, its visible texts and its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.said: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag == "script":
            self.scripts.append("")
        if tag != "meta" or attributes.get("name") == "description":
            self.said += [attributes[name] for name in SHOWN if name in attributes]

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        elif self.cdata_elem != "style":
            self.said.append(data)

    def embedded(self, name: str):
        scripts = [attributes for tag, attributes in self.elements if tag == "script"]
        (place,) = [i for i, attributes in enumerate(scripts) if attributes.get("id") == name]
        return json.loads(self.scripts[place])


def sources(*endings: str) -> str:
    files = sorted(path for path in ASSETS.iterdir() if path.suffix in endings)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def translated() -> dict[str, dict[str, str]]:
    """Texts with the same names in braces, but without any English word."""
    return {
        part: {key: "".join(["«", *re.findall(r"\{\w+\}", text), "»"]) for key, text in of.items()}
        for part, of in texts().items()
    }


PAGES = pytest.mark.parametrize(
    "text",
    [
        assemble(),
        assemble(DATA),
        assemble_part("neuron", state={"gate": "and"}),
        assemble_part("network", DATA, state={}),
    ],
    ids=["neuron alone", "with data", "part: neuron", "part: network"],
)


@PAGES
def test_content_security_policy_allows_only_the_own_script_and_no_requests(text):
    page = Page(text)
    (rule,) = [
        attributes["content"]
        for _, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    digest = hashlib.sha256(page.scripts[-1].encode()).digest()
    rules = dict(one.strip().split(" ", 1) for one in rule.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert rules["img-src"] == "data:"
    assert not {"connect-src", "font-src", "frame-src"} & set(rules)


@PAGES
def test_page_has_no_external_references(text):
    text = text.replace(PICTURE, "")
    assert re.findall(r"https?:|(?:src|href)=\"?/|@import|url\((?!\"?data:)", text) == []


@PAGES
def test_all_placeholders_are_filled_in(text):
    assert re.findall(r"\{\{\w|\$\w+\$", re.sub(r"<script>.*", "", text, flags=re.DOTALL)) == []


def test_part_contains_only_its_own_content_and_its_initial_state():
    page = Page(assemble_part("neuron", state={"gate": "and", "w": "1,-2,0.5", "f": "<&\"'"}))
    (body,) = [attributes for tag, attributes in page.elements if tag == "body"]
    assert body["data-state"] == "gate=and&w=1%2C-2%2C0.5&f=%3C%26%22%27"
    assert [*page.embedded("text")] == ["page", "neuron"]
    names = {attributes.get("id") for _, attributes in page.elements}
    assert {"neuron", "n-train"} <= names
    assert not {"network", "parts", "n-lottery"} & names
    assert "class Lottery" not in page.scripts[-1]
    assert not [tag for tag, _ in page.elements if tag in ("header", "footer", "h1", "h2")]


def test_page_only_markers_enclose_whole_elements():
    """Pieces left out of a part open and close the same elements."""
    for path in ASSETS.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        pieces = re.findall("<!--page-->(.*?)<!--/page-->", text, flags=re.DOTALL)
        assert 2 * len(pieces) == len(re.findall("<!--/?page-->", text)), path
        for piece in pieces:
            for tag in ("div", "section", "details", "header", "footer", "p", "label"):
                assert len(re.findall(rf"<{tag}\b", piece)) == piece.count(f"</{tag}>"), piece


def test_network_section_exists_only_with_data():
    page = assemble(DATA)
    assert 'id="network"' in page
    assert 'id="network"' not in assemble()
    assert Page(assemble()).embedded("data") is None


def test_hostile_data_and_texts_add_no_elements():
    page, plain = Page(assemble(DATA)), Page(assemble({"networks": [{"title": ""}]}))
    assert page.embedded("data") == DATA
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    hostile = {part: {key: "</script><b>&\"'" for key in of} for part, of in texts().items()}
    assert [tag for tag, _ in Page(assemble(DATA, text=hostile)).elements] == [
        tag for tag, _ in plain.elements
    ]


def test_translated_page_contains_no_english():
    """All visible texts of the HTML come from `texts()`."""
    page = Page(assemble(DATA, text=translated()))
    assert page.embedded("text") == translated()
    said = [re.sub(r"«[^»]*»", "", one) for one in page.said]
    # The rest is signs, digits, and single letters as names of numbers.
    assert [one for one in said if re.search(r"[A-Za-z]{2}", one)] == []
    for part, of in texts().items():
        for key, text in of.items():
            if len(text) > 2:  # "en", say, is in many words
                shown = html.escape(text)
                assert not [one for one in page.said if shown in one or text in one], (part, key)


def test_texts_and_their_uses_match():
    script, markup = sources(".js"), sources(".html")
    there = {f"{part}.{key}" for part, of in texts().items() for key in of}
    parts = "|".join(texts())
    named = set(re.findall(r"\{\{(\w+\.\w+)\}\}", markup))
    named |= set(re.findall(rf"[\"'`]((?:{parts})\.\w+)[\"'`]", re.sub(r"//.*", "", script)))
    # ${...} stands for any word of the script or nothing; another ` ends the name.
    word = f"(?:{'|'.join(sorted(set(re.findall(r'[A-Za-z0-9_]+', script))))})?"
    for template in re.findall(rf"`((?:{parts})\.[^`]*\$\{{.*)", script):
        pattern = re.sub(r"\$\{[^}]*\}", "\0", template).split("`")[0]
        pattern = re.escape(pattern).replace(re.escape("\0"), word)
        used = {key for key in there if re.fullmatch(pattern, key)}
        assert used, template
        named |= used
    assert there - named == set()
    assert named - there == set()


def test_each_name_in_braces_is_used_by_the_script():
    """Each name in braces occurs in the script, which fills it in."""
    script = sources(".js")
    names = {
        name
        for of in texts().values()
        for text in of.values()
        for name in re.findall(r"\{(\w+)\}", text)
    }
    assert [name for name in names if not re.search(rf"\b{name}\b", script)] == []


def test_scripts_declare_no_name_twice():
    """All scripts share one scope, so a second function would replace the first."""
    declared = re.findall(
        r"^(?:async )?(?:const|let|function|class) (?:\[?\{?)(\w+)", sources(".js"), re.MULTILINE
    )
    assert len(declared) > 100
    assert sorted(declared) == sorted(set(declared))


def test_scripts_have_at_most_300_lines_of_120_characters():
    for script in ASSETS.glob("*.js"):
        lines = script.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 300, script
        assert max(map(len, lines)) <= 120, script

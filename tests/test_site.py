"""The documentation site in `runs/site`: its links, its requests, its fit, and its public names.

`sphinx-build -W --keep-going docs runs/site` builds it, in some minutes. Without it these tests are
skipped.
"""

import functools
import inspect
import mimetypes
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import web
from browser import browser
from helpers import ROOT

from tf_edureka import cli

SITE = ROOT / "runs" / "site"
OUTSIDE = ("http", "https", "mailto", "data", "javascript")
OWN_TESTS = "neuron-and-network.html"  # in tests/page

needs_site = pytest.mark.skipif(
    not (SITE / "objects.inv").exists(),
    reason="needs the site: sphinx-build -W --keep-going docs runs/site",
)


class Page(HTMLParser):
    """The anchors of a page and the addresses that it names; those in a frame are not its own."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.add(attributes.get("id") or attributes.get("name"))
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]


page = functools.cache(Page)


def pages(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*.html") if path.name != OWN_TESTS)


def dead_links(site: Path) -> list[str]:
    """Links to files or anchors that do not exist."""
    dead = []
    for path in pages(site):
        for link in page(path).links:
            url = urlsplit(link)
            anchor = unquote(url.fragment)
            target = path.parent / unquote(url.path) if url.path else path
            if url.scheme in OUTSIDE:
                continue
            if not target.is_file() or (anchor and anchor not in page(target.resolve()).anchors):
                dead.append(f"{path.relative_to(site)}: {link}")
    return dead


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "there.html").write_text('<p id="one">')
    (tmp_path / "a b.png").touch()
    links = ("there.html#one", "there.html#two", "absent.html", "#here", "https://a", "a%20b.png")
    (tmp_path / "from.html").write_text("".join(f'<a href="{one}">' for one in links))
    assert dead_links(tmp_path) == [
        "from.html: there.html#two",
        "from.html: absent.html",
        "from.html: #here",
    ]


@needs_site
def test_no_link_of_the_site_is_dead():
    assert dead_links(SITE) == []


def public_names() -> list[str]:
    listing = import_module("test_examples")
    names = [name.replace(":", ".") for name in listing.ALSO]
    for package in listing.PACKAGES:
        module = import_module(package)
        listed = getattr(module, "__all__", dir(module))
        names += [
            f"{package}.{name}"
            for name in listed
            if not (name.startswith("_") or inspect.ismodule(getattr(module, name)))
        ]
    return names


@needs_site
def test_every_public_name_and_command_is_in_the_reference():
    anchors = [one for path in (SITE / "reference").glob("*.html") for one in page(path).anchors]
    names = public_names()
    assert {name: anchors.count(name) for name in names} == dict.fromkeys(names, 1)
    assert page(SITE / "commands.html").anchors >= set(cli.COMMANDS)


@pytest.fixture(scope="module")
def address():
    """The address of a server on this machine that serves the site."""
    with web.serving(file_of_the_site) as served_at:
        yield served_at


def file_of_the_site(request: web.Handler) -> None:
    file = SITE / unquote(urlsplit(request.path).path).lstrip("/")
    if file.is_file():
        request.give(file.read_bytes(), Content_Type=mimetypes.guess_type(file.name)[0] or "")
    else:
        request.send_error(404)


@needs_site
@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_pages_request_nothing_elsewhere_fit_and_are_accessible(address, width, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs the extra 'browser'"
    ).Axe()
    faults = []
    with browser() as chromium:
        how = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        tab = chromium.new_page(**how)
        tab.on("pageerror", lambda error: faults.append((tab.url, str(error))))
        tab.on("request", lambda request: requested.append(request.url))
        for path in pages(SITE):
            requested: list[str] = []
            name = str(path.relative_to(SITE))
            tab.goto(address + name)
            faults += [
                (name, url)
                for url in requested
                if not url.startswith((address, "data:", "blob:", "about:"))
            ]
            if (wide := tab.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append((name, f"{wide} pixels wide"))
            faults += [
                (name, f"{one['id']}: {one['nodes'][0]['html'][:200]}")
                for one in axe.run(tab).response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
        tab.close()
    assert faults == []

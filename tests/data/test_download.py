import gzip
import hashlib
import re
import socket
import threading

import pytest
from helpers import NAMES
from web import folder, serving

from tf_edureka.data import download
from tf_edureka.data.published import Published
from tf_edureka.errors import InputError


@pytest.fixture
def contents(monkeypatch):
    """Four small files that replace the published ones."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    contents = {name: gzip.compress(name.encode() * 9, mtime=0) for name in NAMES}
    published = {
        name: Published("", hashlib.sha256(content).hexdigest(), len(content))
        for name, content in contents.items()
    }
    monkeypatch.setattr(download, "FILES", published)
    return contents


@pytest.fixture
def mirror(contents, tmp_path):
    """A mirror with these files."""
    for name, content in contents.items():
        (tmp_path / f"{name}.gz").write_bytes(content)
    with serving(folder(tmp_path)) as address:
        yield address


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(download, "SECONDS", 0.2)


def test_four_files_are_returned_unchanged(contents, mirror):
    assert download.fetch(NAMES, [mirror]) == contents


def test_next_mirror_is_asked_for_the_missing_files_only(contents):
    asked = []

    def first(request):
        asked.append(f"1 {request.name}")
        if len(asked) <= 2:
            request.give(contents[request.name.removesuffix(".gz")])
        else:
            request.send_error(503)

    def second(request):
        asked.append(f"2 {request.name}")
        request.give(contents[request.name.removesuffix(".gz")])

    with serving(first) as one, serving(second) as other:
        assert download.fetch(NAMES, [one, other]) == contents
    assert asked == [
        *[f"1 {name}.gz" for name in NAMES[:3]],
        *[f"2 {name}.gz" for name in NAMES[2:]],
    ]


def cut(request):
    request.give(b"\x1f\x8b" + bytes(3), length=99)


def early_end(request):
    request.give(b"\x1f\x8b" + bytes(3), length=-1)


def endless(request):
    request.give(b"", length=-1)
    while True:
        request.wfile.write(bytes(2**16))


def login(request):
    if request.path.startswith("/login"):
        request.give(b"<!DOCTYPE html><p>Welcome to our network")
    else:
        request.give(b"", 302, Location=f"/login/{request.name}")


def in_circles(request):
    request.give(b"", 302, Location=request.path)


def without_a_status(request):
    request.wfile.write(b"\x1b[31m\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (lambda request: request.send_error(404), "HTTP status 404 Not Found"),
        (lambda request: request.give(b"", 599), r"HTTP status 599\)"),
        (lambda request: request.give(b"", 407), "HTTP status 407 Proxy Authentication Required"),
        (lambda request: request.give(b"\n <html>"), "got an HTML page"),
        (login, "got an HTML page"),
        (in_circles, "HTTP status 302"),
        (lambda request: request.give(b"", 302, Location="file:///etc/passwd"), "No connection ad"),
        (lambda request: request.give(bytes(46)), "got another file than the published one"),
        (cut, "the connection was interrupted"),
        (early_end, r"the file ends after 5 of \d+ bytes"),
        (lambda request: None, "closed connection without response"),
        (endless, r"expected at most \d+ bytes, got more"),
        (without_a_status, "31m"),
    ],
)
def test_each_download_failure_is_one_line(contents, answer, complaint):
    with serving(answer) as address, pytest.raises(InputError, match=complaint) as error:
        download.fetch(NAMES, [address])
    assert str(error.value).isprintable()
    assert address.split("/")[2] in str(error.value)


def test_each_mirror_that_failed_is_named_once(contents):
    with pytest.raises(
        InputError, match=r"MNIST could .* \(a.invalid: .*; b.invalid: .*\)"
    ) as error:
        download.fetch(NAMES, ["http://a.invalid/", "http://b.invalid/", "http://a.invalid/"])
    assert str(error.value).count("a.invalid") == 1


@pytest.mark.parametrize("mirror", ["http://[/", "nowhere", "", "ftp://127.0.0.1/", "http:///"])
def test_invalid_address_is_named(contents, mirror):
    with pytest.raises(
        InputError, match=re.escape(f"downloaded ({mirror.removeprefix('ftp://')[:9]}")
    ):
        download.fetch(NAMES, [mirror])


def test_password_in_a_url_is_not_shown(contents):
    with pytest.raises(InputError, match=r"\(127\.0\.0\.1:9: Connection refused\)"):
        download.fetch(NAMES, ["http://me:secret@127.0.0.1:9/"])


def test_unreachable_proxy_is_reported_as_proxy_error(contents, mirror, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(InputError, match="proxy error: Connection refused"):
        download.fetch(NAMES, [mirror])


def test_proxy_that_requires_a_login_is_reported(contents, monkeypatch):
    with serving(lambda request: request.give(b"", 407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(InputError, match="proxy error: .* 407"):
            download.fetch(NAMES, ["https://a.invalid/"])


@pytest.fixture
def end():
    """An event that is set at the end of the test; a server may wait for it."""
    event = threading.Event()
    yield event
    event.set()


def test_silent_server_is_abandoned_after_the_timeout(contents, end, impatient):
    with serving(lambda request: end.wait(60)) as address:
        with pytest.raises(InputError, match=r"only 0 bytes received in 0\.2 s|timed out"):
            download.fetch(NAMES, [address])
        end.set()


@pytest.mark.parametrize("coded", [False, True], ids=["by length", "in chunks"])
def test_very_slow_server_is_abandoned(contents, end, impatient, coded):
    def answer(request):
        more = {"Transfer_Encoding": "chunked"} if coded else {}
        request.protocol_version = "HTTP/1.1"
        request.give(b"", length=-1 if coded else 99, **more)
        for _ in range(99):
            request.wfile.write(b"1\r\nx\r\n" if coded else b"x")
            if end.wait(0.02):
                break

    with serving(answer) as address:
        with pytest.raises(InputError, match=r"only \d+ bytes received in 0\.2 s"):
            download.fetch(NAMES, [address])
        end.set()


def test_hanging_name_lookup_is_abandoned(contents, end, impatient, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: end.wait(60))
    with pytest.raises(InputError, match=r"only 0 bytes received in 0\.2 s"):
        download.fetch(NAMES, ["http://a.invalid/"])


def test_gzip_sent_as_content_encoding_is_accepted(contents):
    def answer(request):
        request.give(contents[request.name.removesuffix(".gz")], Content_Encoding="gzip")

    with serving(answer) as address:
        assert download.fetch(NAMES, [address]) == contents


def test_a_redirection_is_followed(contents, mirror):
    def answer(request):
        request.give(b"see there", 301, Location=mirror + request.name)

    with serving(answer) as address:
        assert download.fetch(NAMES[:1], [address]) == {NAMES[0]: contents[NAMES[0]]}


def test_progress_is_reported_with_byte_counts(contents, mirror):
    told = []
    download.fetch(NAMES, [mirror], report=lambda *what: told.append(what))
    total = sum(map(len, contents.values()))
    place = mirror.split("/")[2]
    assert {what for what, _, _ in told} == {f"downloading MNIST from {place}"}
    assert [told[0][1], told[-1][1]] == [0, total]
    assert {of for _, _, of in told} == {total}


def test_other_data_set_must_be_a_complete_idx_file(drawn_folder):
    whole = {name: (drawn_folder / f"{name}.gz").read_bytes() for name in NAMES}
    with serving(folder(drawn_folder)) as address:
        assert download.fetch(NAMES, [address], published=False) == whole

    def half(request):
        content = whole[request.name.removesuffix(".gz")]
        request.give(content[: len(content) // 2], length=-1)

    with serving(half) as address, pytest.raises(InputError, match="ends early"):
        download.fetch(NAMES, [address], published=False)

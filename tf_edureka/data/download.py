"""The four files of MNIST from the web, as they were published, from whichever mirror has them.

A file is kept in memory until it is checked, so whatever happens meanwhile leaves nothing behind.
TFDS and Keras have downloaders of their own, but those wait for a silent server for ever, and write
down whatever comes.
"""

import contextlib
import http.client
import io
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from tf_edureka.data import idx
from tf_edureka.data.published import FILES
from tf_edureka.errors import InputError

# TFDS's own source, torchvision's, and a copy on GitHub.
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
# A mirror that sends less than this in this time is left for the next. At that rate the four files
# would take an hour.
SECONDS = 10
LEAST_BYTES = 2**15
_MOST_BYTES = 2**28  # of a file whose size is not known; EMNIST's largest has 0.1 GB
_REDIRECTIONS = 5
_PIECE = 2**12

Report = Callable[[str, int, int], object]
"""What a download is told to: what it does, how many bytes have come, and how many will."""


class _Failure(Exception):
    """Why a mirror does not give a file."""


def fetch(
    names: Iterable[str] = tuple(FILES),
    mirrors: Iterable[str] = MIRRORS,
    *,
    published: bool = True,
    report: Report | None = None,
) -> dict[str, bytes]:
    """Downloads files of MNIST, or of a data set in the same form.

    Args:
        names: of the files, without .gz.
        mirrors: the folders on the web to look for them, in this order; each ends with a slash.
        published: whether to accept only MNIST's own files, by their SHA-256.
        report: is told how far it is.

    Returns:
        the content of each file, gzipped, by its name.

    Raises:
        InputError: when no mirror gives a file; with what happened at each.
    """
    names = list(names)
    what = "MNIST" if len(names) > 1 else f"{names[0]}.gz"
    total = sum(FILES[name].size for name in names) if published else 0
    files: dict[str, bytes] = {}
    failures: list[str] = []
    for mirror in dict.fromkeys(mirrors):  # each once
        place = _host(mirror)

        def received(count: int, place: str = place) -> None:
            if report is not None:
                done = count + sum(map(len, files.values()))
                report(f"downloading {what} from {place}", done, total)

        try:
            for name in names:
                if name not in files:
                    files[name] = _file(mirror, name, published, received)
        except _Failure as failure:
            failures.append(f"{place}: {failure}")
        else:
            return files
    raise InputError(
        f"{what} could not be downloaded ({'; '.join(failures)})",
        topic="no MNIST folder",
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url  # a password is nobody's business
    except ValueError:  # it is no URL
        return url


def _file(mirror: str, name: str, published: bool, received: Callable[[int], None]) -> bytes:
    most = FILES[name].size if published else _MOST_BYTES
    content = bytearray()
    received(0)
    for piece in _pieces(f"{mirror}{name}.gz"):
        content += piece
        if len(content) > most:
            raise _Failure(f"expected at most {most} bytes, but more came")
        received(len(content))
    _check(content, name, published)
    return bytes(content)


def _check(content: bytearray, name: str, published: bool) -> None:
    if not published:  # whatever it is, it must be whole
        try:
            idx.parse(io.BytesIO(content), name, rank=3 if "images" in name else 1)
        except InputError as error:
            raise _Failure(error) from None
    elif not FILES[name].matches_gzip(content):
        if content.lstrip().startswith(b"<"):
            raise _Failure("an HTML page came, as from a network that wants a login")
        if len(content) < FILES[name].size:
            raise _Failure(f"the file ends after {len(content)} of {FILES[name].size} bytes")
        raise _Failure("another file than the published one came, by its SHA-256")


def _pieces(url: str) -> Iterator[bytes]:
    """What arrives, by a thread that can be left behind.

    The time-outs of sockets end neither the look-up of a name nor a byte now and then.
    """
    arrived: queue.Queue[bytes | Exception | None] = queue.Queue(4)

    def receive() -> None:
        with contextlib.suppress(queue.Full):  # nobody waits for it any more
            try:
                for piece in _stream(url):
                    arrived.put(piece, timeout=SECONDS)
            except queue.Full:
                raise
            except Exception as error:  # of requests, urllib3, http.client, ssl
                arrived.put(error, timeout=SECONDS)
            else:
                arrived.put(None, timeout=SECONDS)

    threading.Thread(target=receive, daemon=True).start()
    due, left = time.monotonic() + SECONDS, LEAST_BYTES
    while True:
        try:
            piece = arrived.get(timeout=max(0.0, due - time.monotonic()))
        except queue.Empty:
            raise _Failure(f"only {LEAST_BYTES - left} bytes came in {SECONDS} s") from None
        if piece is None:
            return
        if isinstance(piece, Exception):
            raise _Failure(_reason(piece)) from None
        left -= len(piece)
        if left <= 0:
            due, left = time.monotonic() + SECONDS, LEAST_BYTES
        yield piece


def _stream(url: str) -> Iterator[bytes]:
    import requests

    with requests.Session() as session:
        for _ in range(_REDIRECTIONS):
            # An address that cannot be reached must leave time for the next one of that name.
            answer = session.get(
                url,
                stream=True,
                timeout=(SECONDS / 4, SECONDS),
                headers={"Accept-Encoding": "identity"},  # a .gz file is to stay one
                allow_redirects=False,  # or bodies of any length would be read on the way
            )
            if answer.next is None or answer.next.url is None:
                break
            url = answer.next.url
        if answer.status_code != 200:
            status = answer.status_code
            raise _Failure(f"HTTP status {status} {http.client.responses.get(status, '')}".rstrip())
        yield from answer.raw.stream(_PIECE, decode_content=False)


def _reason(error: BaseException) -> str:
    """What the innermost error says, in one line of what can be printed."""
    import requests

    by_proxy = isinstance(error, requests.exceptions.ProxyError)
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was cut"
    said = str(getattr(error, "strerror", None) or error) or type(error).__name__
    said = "".join(letter if letter.isprintable() else " " for letter in said)[:200]
    return f"by the proxy: {said}" if by_proxy else said

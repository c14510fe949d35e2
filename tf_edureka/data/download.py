"""Downloads the four published MNIST files from one of several mirrors.

A file stays in memory until it is verified, so that a failed download leaves nothing on disk. The
downloaders of TFDS and Keras have no timeout for a silent server, and write unverified files.
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
# A mirror that sends fewer bytes in this time is abandoned for the next one. At that rate the four
# files would take an hour.
SECONDS = 10
LEAST_BYTES = 2**15
_MOST_BYTES = 2**28  # limit for a file of unknown size; EMNIST's largest has 0.1 GB
_REDIRECTIONS = 5
_PIECE = 2**12

Report = Callable[[str, int, int], object]
"""Progress callback: a description, the bytes received so far, and the total number of bytes."""


class _Failure(Exception):
    """The reason why a mirror does not provide a file."""


def fetch(
    names: Iterable[str] = tuple(FILES),
    mirrors: Iterable[str] = MIRRORS,
    *,
    published: bool = True,
    report: Report | None = None,
) -> dict[str, bytes]:
    """Downloads files of MNIST, or of a data set in the same format.

    Args:
        names: names of the files, without .gz.
        mirrors: URLs of the folders to try in this order; each ends with a slash.
        published: whether to accept only the published MNIST files, by their SHA-256.
        report: progress callback; None for none.

    Returns:
        the gzipped content of each file, by its name.

    Raises:
        InputError: if no mirror provides all files; it lists the failure of each mirror.
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
        return urlsplit(url).netloc.rpartition("@")[2] or url  # without user name and password
    except ValueError:  # not a URL
        return url


def _file(mirror: str, name: str, published: bool, received: Callable[[int], None]) -> bytes:
    most = FILES[name].size if published else _MOST_BYTES
    content = bytearray()
    received(0)
    for piece in _pieces(f"{mirror}{name}.gz"):
        content += piece
        if len(content) > most:
            raise _Failure(f"expected at most {most} bytes, got more")
        received(len(content))
    _check(content, name, published)
    return bytes(content)


def _check(content: bytearray, name: str, published: bool) -> None:
    if not published:  # any IDX file, but a complete one
        try:
            idx.parse(io.BytesIO(content), name, rank=3 if "images" in name else 1)
        except InputError as error:
            raise _Failure(error) from None
    elif not FILES[name].matches_gzip(content):
        if content.lstrip().startswith(b"<"):
            raise _Failure("got an HTML page, as from a network that asks for a login")
        if len(content) < FILES[name].size:
            raise _Failure(f"the file ends after {len(content)} of {FILES[name].size} bytes")
        raise _Failure("got another file than the published one, by its SHA-256")


def _pieces(url: str) -> Iterator[bytes]:
    """Yields the received bytes, read by a thread that is abandoned after a timeout.

    Socket timeouts cover neither a slow name lookup nor a server that sends a byte now and then.
    """
    arrived: queue.Queue[bytes | Exception | None] = queue.Queue(4)

    def receive() -> None:
        with contextlib.suppress(queue.Full):  # the download was abandoned
            try:
                for piece in _stream(url):
                    arrived.put(piece, timeout=SECONDS)
            except queue.Full:
                raise
            except Exception as error:  # raised by requests, urllib3, http.client or ssl
                arrived.put(error, timeout=SECONDS)
            else:
                arrived.put(None, timeout=SECONDS)

    threading.Thread(target=receive, daemon=True).start()
    due, left = time.monotonic() + SECONDS, LEAST_BYTES
    while True:
        try:
            piece = arrived.get(timeout=max(0.0, due - time.monotonic()))
        except queue.Empty:
            raise _Failure(f"only {LEAST_BYTES - left} bytes received in {SECONDS} s") from None
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
            # If one address of the host cannot be reached, time must remain for the next.
            answer = session.get(
                url,
                stream=True,
                timeout=(SECONDS / 4, SECONDS),
                headers={"Accept-Encoding": "identity"},  # the .gz file itself, not decoded
                allow_redirects=False,  # requests would read bodies of any length on the way
            )
            if answer.next is None or answer.next.url is None:
                break
            url = answer.next.url
        if answer.status_code != 200:
            status = answer.status_code
            raise _Failure(f"HTTP status {status} {http.client.responses.get(status, '')}".rstrip())
        yield from answer.raw.stream(_PIECE, decode_content=False)


def _reason(error: BaseException) -> str:
    """Returns the message of the innermost error as one printable line."""
    import requests

    by_proxy = isinstance(error, requests.exceptions.ProxyError)
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was interrupted"
    message = str(getattr(error, "strerror", None) or error) or type(error).__name__
    message = "".join(letter if letter.isprintable() else " " for letter in message)[:200]
    return f"proxy error: {message}" if by_proxy else message

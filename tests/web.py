"""Local web servers, for correct and faulty answers."""

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers requests with the `answer` function of the server."""

    def do_GET(self):
        with contextlib.suppress(OSError):  # the client may disconnect
            self.server.answer(self)

    do_HEAD = do_CONNECT = do_GET

    def log_message(self, *_):
        pass

    @property
    def name(self) -> str:
        """Last part of the requested path."""
        return self.path.rpartition("/")[2]

    def give(self, content: bytes, status: int = 200, length: int | None = None, **headers: str):
        """Sends an answer; `length` overrides the Content-Length header, -1 leaves it out."""
        self.send_response(status)
        if length != -1:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def serving(answer: Callable[[Handler], object]) -> Iterator[str]:
    """Starts a server that answers each request by `answer`; yields its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answer = answer
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def folder(path: Path) -> Callable[[Handler], object]:
    """Returns an answer function that serves the files of a folder."""

    def answer(request: Handler) -> None:
        file = path / request.name
        if file.is_file():
            request.give(file.read_bytes())
        else:
            request.send_error(404)

    return answer

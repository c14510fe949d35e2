"""Web servers on this machine, well-behaved and not."""

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers a request by the function that the server was started with."""

    def do_GET(self):
        with contextlib.suppress(OSError):  # the client may go
            self.server.answer(self)

    do_HEAD = do_CONNECT = do_GET

    def log_message(self, *_):
        pass

    @property
    def name(self) -> str:
        """The last part of what is asked for."""
        return self.path.rpartition("/")[2]

    def give(self, content: bytes, status: int = 200, length: int | None = None, **headers: str):
        """Sends an answer that says its length, or another one, or none if that is -1."""
        self.send_response(status)
        if length != -1:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def serving(answer: Callable[[Handler], object]) -> Iterator[str]:
    """Gives the address of a server that answers each request by `answer`."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answer = answer
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def folder(path: Path) -> Callable[[Handler], object]:
    """Gives the files of a folder."""

    def answer(request: Handler) -> None:
        file = path / request.name
        if file.is_file():
            request.give(file.read_bytes())
        else:
            request.send_error(404)

    return answer

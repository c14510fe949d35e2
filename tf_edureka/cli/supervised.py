"""A worker of a training in a child process, which its parent can end.

While TensorFlow waits for other workers it holds the interpreter's lock, for more than ten minutes:
neither a thread nor a signal's handler of that process could end it.
"""

import contextlib
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from types import FrameType

from tf_edureka import runtime
from tf_edureka.cli import signals
from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution.cluster import VARIABLE, Cluster

LOST_WORKER = 3
POLL_SECONDS = 3.0  # seconds between two looks at who does not answer
# What the child says to its parent.
CONNECTING, CONNECTED = "connecting", "connected"
Send = Callable[[str], None]


def run(cluster: Cluster, seconds: float, work: Callable[..., int], *arguments: object) -> int:
    """Does the `work` of this worker in a child process, and gives its exit code.

    Args:
        cluster: of the workers.
        seconds: how long the child may take from `CONNECTING` to `CONNECTED`.
        work: a function of a module, called with what takes those two words, then `arguments`.
        arguments: of any kind that can be pickled.

    Returns:
        the exit code of `work`. If a signal ended the child, it ends this process too.

    Raises:
        InputError: when other workers do not answer in time, or this one's port is in use.
    """
    cluster.expect_free_port()
    print(
        f"note: TensorFlow listens on port {cluster.port} of all of this machine's addresses, "
        "unencrypted, and whoever reaches it can run code here: let a firewall or a private "
        "network keep out all but the other workers",
        file=sys.stderr,
        flush=True,
    )
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, work, arguments))
    with _block_ctrl_c_in_child():
        child.start()
    sender.close()  # or its end would not be seen here
    connected, asked = threading.Event(), 0

    def on_signal(number: int, _: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked > 1 or not connected.is_set():  # then the child does not hear it
            raise KeyboardInterrupt(number)
        if child.pid is not None:
            os.kill(child.pid, number)

    try:
        with signals.handle_both(on_signal):
            if not _wait_until_connected(cluster, seconds, child.sentinel, receiver, connected):
                return _report_timeout(cluster, seconds)
            child.join()
    finally:
        child.kill()
        child.join()
    code = child.exitcode or 0
    if code < 0:
        with contextlib.suppress(OSError):  # SIGKILL has no handler
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _wait_until_connected(
    cluster: Cluster, seconds: float, ended: int, receiver: Connection, connected: threading.Event
) -> bool:
    """Waits until the child is connected to the others, or has ended; false if not in time."""
    end, reported = math.inf, False
    while True:
        left = end - time.monotonic()
        wait([ended, receiver], None if math.isinf(left) else max(0.0, min(left, POLL_SECONDS)))
        if receiver.poll():
            try:
                word = receiver.recv()
            except EOFError:
                return True
            if word == CONNECTED:
                connected.set()
                return True
            end = time.monotonic() + seconds
        elif time.monotonic() >= end:
            return False
        elif not reported and (missing := cluster.silent()) and not receiver.poll():
            reported = True
            print(
                f"note: waiting for {cluster.names(missing)}, at most {seconds:g} s",
                file=sys.stderr,
                flush=True,
            )


def _report_timeout(cluster: Cluster, seconds: float) -> int:
    """Says who has not come in time."""
    if missing := cluster.silent():
        raise InputError(
            f"{cluster.names(missing)}: expected to come within {seconds:g} s, but did not; start "
            f"all workers with the same {VARIABLE} but for the index, and look whether a firewall "
            "is between them"
        )
    print(
        f"error: {cluster.name(cluster.index)}: the ports of all workers answer, but TensorFlow "
        f"did not connect them within {seconds:g} s; end all and start them again",
        file=sys.stderr,
        flush=True,
    )
    return LOST_WORKER


def _child(sender: Connection, work: Callable[..., int], arguments: tuple[object, ...]) -> None:
    with contextlib.suppress(AttributeError):  # Windows
        os.setsid()  # Ctrl-C comes through the parent, so that it comes once
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    runtime.end_with_parent()
    sys.exit(work(sender.send, *arguments))


@contextlib.contextmanager
def _block_ctrl_c_in_child() -> Iterator[None]:
    """Holds Ctrl-C back in the block, and in processes started there until they let it through."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which lets Ctrl-C through again when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

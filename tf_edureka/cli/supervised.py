"""Runs a worker of a distributed training in a child process that its parent can end.

While TensorFlow waits for other workers it holds the interpreter lock, for more than ten minutes.
No thread or signal handler of that process can end it.
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
POLL_SECONDS = 3.0  # between two checks of which workers do not answer
# Messages from the child to its parent.
CONNECTING, CONNECTED = "connecting", "connected"
Send = Callable[[str], None]


def run(cluster: Cluster, seconds: float, work: Callable[..., int], *arguments: object) -> int:
    """Runs `work` of this worker in a child process and returns its exit code.

    Args:
        cluster: addresses of all workers.
        seconds: time limit from `CONNECTING` to `CONNECTED`.
        work: a module-level function, called with a function that sends those messages, and
            `arguments`.
        arguments: further arguments; they must be picklable.

    Returns:
        the exit code of `work`. A signal that ends the child also ends this process.

    Raises:
        InputError: if other workers do not answer in time, or this worker's port is in use.
    """
    cluster.expect_free_port()
    print(
        f"note: TensorFlow listens on port {cluster.port} of all addresses of this machine, "
        "unencrypted, and anyone who reaches it can run code here; use a firewall or a private "
        "network that admits only the other workers",
        file=sys.stderr,
        flush=True,
    )
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, work, arguments))
    with _block_ctrl_c_in_child():
        child.start()
    sender.close()  # otherwise the end of the child would not be noticed
    connected, signals_received = threading.Event(), 0

    def on_signal(number: int, _: FrameType | None) -> None:
        nonlocal signals_received
        signals_received += 1
        if signals_received > 1 or not connected.is_set():  # the child cannot react
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
    """Waits until the child has connected or ended; returns False if that takes too long."""
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
        elif not reported and (missing := cluster.unreachable()) and not receiver.poll():
            reported = True
            print(
                f"note: waiting for {cluster.names(missing)}, at most {seconds:g} s",
                file=sys.stderr,
                flush=True,
            )


def _report_timeout(cluster: Cluster, seconds: float) -> int:
    """Reports which workers did not connect in time."""
    if missing := cluster.unreachable():
        raise InputError(
            f"{cluster.names(missing)} did not connect within {seconds:g} s; check that all "
            f"workers share the cluster in {VARIABLE}, each with its own index, and that no "
            "firewall blocks the port"
        )
    print(
        f"error: {cluster.name(cluster.index)}: the ports of all workers answer, but TensorFlow "
        f"did not connect them within {seconds:g} s; end all workers and start them again",
        file=sys.stderr,
        flush=True,
    )
    return LOST_WORKER


def _child(sender: Connection, work: Callable[..., int], arguments: tuple[object, ...]) -> None:
    with contextlib.suppress(AttributeError):  # Windows
        os.setsid()  # the parent forwards Ctrl-C, so that it arrives once
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    runtime.end_with_parent()
    sys.exit(work(sender.send, *arguments))


@contextlib.contextmanager
def _block_ctrl_c_in_child() -> Iterator[None]:
    """Blocks Ctrl-C in the block, and in child processes until they unblock it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # when started, it unblocks Ctrl-C
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

"""The processes that train together, as `TF_CONFIG` names them, and how they meet."""

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tf_edureka.errors import InputError

VARIABLE = "TF_CONFIG"
_FORM = (
    '{"cluster": {"worker": ["host:port", "host:port"]}, "task": {"type": "worker", "index": 0}}'
)
_HERE, _GO = b"tf_edureka worker %d of %s\n", b"go\n"
_BETWEEN = 0.2  # seconds between two looks at who is there
_SECONDS_TO_ANSWER = 5.0  # before another attempt to reach the chief
PATIENCE = 2.0  # seconds before it is said who is waited for


@dataclass(frozen=True)
class Cluster:
    """All processes of a training, and which of them this one is.

    Attributes:
        addresses: `host:port` of each worker, the chief first.
        index: of this process in them.
    """

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Cluster":
        """Reads `TF_CONFIG`, the variable that TensorFlow has for it.

        The chief is the task of type `chief`, or worker 0 where there is none.

        Args:
            environment: variables by name; those of this process if not given.

        Raises:
            InputError: when it is not set, or does not name workers and one of them as this one.
        """
        text = environment.get(VARIABLE)
        if not text:
            raise InputError(
                f"strategy multiworker: expected {VARIABLE} in the environment, the same cluster "
                f"for each worker and its own index, got none; for example {VARIABLE}='{_FORM}'",
                topic="no TF_CONFIG",
            )
        try:
            config = json.loads(text)
            jobs, task = config["cluster"], config["task"]
            if others := set(jobs) - {"chief", "worker"}:
                raise ValueError(f"of {' and '.join(sorted(others))} there is no use here")
            chief = [("chief", address) for address in jobs.get("chief", [])]
            tasks = [*chief, *(("worker", address) for address in jobs.get("worker", []))]
            before = len(chief) if task["type"] == "worker" else 0
            index = before + int(task["index"])
            if not 0 <= index < len(tasks) or tasks[index][0] != task["type"]:
                raise ValueError(f"there is no {task['type']} {task['index']}")
            addresses = tuple(address for _, address in tasks)
            for address in addresses:
                _host_and_port(address)
            if len(set(addresses)) < len(addresses):
                raise ValueError("two workers have the same address")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            fault = f"no {error}" if isinstance(error, KeyError) else error
            raise InputError(f"{VARIABLE}: expected {_FORM}, got {text} ({fault})") from None
        return cls(addresses, index)

    @property
    def is_chief(self) -> bool:
        """Whether this process is the one that prints and writes."""
        return self.index == 0

    def name(self, index: int) -> str:
        """The worker of that `index` in words."""
        chief = ", the chief" if index == 0 else ""
        return f"worker {index} ({self.addresses[index]}{chief})"

    def meet(self, seconds: float, note: Callable[[str], None]) -> None:
        """Waits until all workers are there.

        TensorFlow waits for them too, but for more than ten minutes, deaf to signals, and without a
        word on who is missing. So they meet before, at the chief's address, which is free until
        TensorFlow takes it.

        Args:
            seconds: how long to wait at most.
            note: takes a line on who is waited for, if anyone.

        Raises:
            InputError: when one has not come in time, or this worker's address cannot be used.
        """
        end = time.monotonic() + seconds
        with self._own_port() as listener:
            if self.is_chief:
                self._gather(listener, end, seconds, note)
            else:
                self._join(end, seconds, note)

    def _own_port(self) -> socket.socket:
        # On all addresses of this machine, as TensorFlow listens: here its name may stand for
        # another one than where the others are.
        _, port = _host_and_port(self.addresses[self.index])
        both = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if both else socket.AF_INET
        try:
            return socket.create_server(
                ("", port), family=family, backlog=len(self.addresses), dualstack_ipv6=both
            )
        except OSError as error:
            raise InputError(
                f"{self.name(self.index)}: expected a free port of this machine, but it cannot be "
                f"used ({error.strerror or error}); end what uses it, or name another in {VARIABLE}"
            ) from None

    def _gather(
        self, listener: socket.socket, end: float, seconds: float, note: Callable[[str], None]
    ) -> None:
        others, told = set(range(1, len(self.addresses))), False
        patience = time.monotonic() + PATIENCE
        with contextlib.ExitStack() as connections:
            came: dict[int, socket.socket] = {}
            while missing := others - {index for index, one in came.items() if _is_there(one)}:
                left = end - time.monotonic()
                if left <= 0:
                    raise InputError(
                        f"{self._names(missing)}: expected to come within {seconds:g} s, but did "
                        f"not; start all workers with the same {VARIABLE} but for the index, and "
                        "look whether a firewall is between them"
                    )
                told = told or self._note_wait(missing, patience, seconds, note)
                listener.settimeout(min(left, _BETWEEN))
                with contextlib.suppress(OSError):  # nobody yet, or one that came and went
                    connection = connections.enter_context(listener.accept()[0])
                    connection.settimeout(min(left, 1.0))
                    if index := self._introduced(connection):
                        came[index] = connection  # the later one, if it was started again
            for connection in came.values():
                with contextlib.suppress(OSError):  # it ends in this very moment
                    connection.settimeout(1.0)
                    connection.sendall(_GO)

    def _introduced(self, connection: socket.socket) -> int | None:
        """Which worker it is; None for a stranger."""
        text = connection.makefile("rb").readline(10_000)
        for index in range(1, len(self.addresses)):
            if text == self.introduction(index):
                return index
        return None

    def introduction(self, index: int) -> bytes:
        """What the worker of that `index` says to the chief when it comes."""
        return _HERE % (index, ",".join(self.addresses).encode())

    def _join(self, end: float, seconds: float, note: Callable[[str], None]) -> None:
        address, told, fault = _host_and_port(self.addresses[0]), False, "no answer"
        patience = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                with socket.create_connection(address, min(left, _SECONDS_TO_ANSWER)) as connection:
                    connection.sendall(self.introduction(self.index))
                    # Nothing comes as long as the chief waits for others, or if it ends.
                    while (left := end - time.monotonic()) > 0:
                        fault = "it waits for others"
                        connection.settimeout(min(left, _BETWEEN))
                        with contextlib.suppress(TimeoutError):
                            if connection.recv(len(_GO)) == _GO:
                                return
                            break
                        told = told or self._note_wait([0], patience, seconds, note)
            except OSError as error:
                fault = error.strerror or str(error)
            told = told or self._note_wait([0], patience, seconds, note)
            time.sleep(_BETWEEN)
        raise InputError(
            f"{self._names([0])}: expected to come within {seconds:g} s and to have met all others "
            f"by then, but did not ({fault}); start all workers with the same {VARIABLE} but for "
            "the index, and look whether a firewall is between them"
        )

    def _note_wait(
        self,
        missing: Iterable[int],
        patience: float,
        seconds: float,
        note: Callable[[str], None],
    ) -> bool:
        if time.monotonic() < patience:
            return False
        note(f"waiting for {self._names(missing)}, at most {seconds:g} s")
        return True

    def _names(self, indices: Iterable[int]) -> str:
        return " and ".join(self.name(index) for index in sorted(indices))


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 2**16):
        raise ValueError(f"{address!r} is no host:port")
    host.encode("idna")  # a UnicodeError, which is a ValueError, if it can be no name
    return host.strip("[]"), int(port)


def _is_there(connection: socket.socket) -> bool:
    """Whether who connected still lives: nothing is to come from it, but its end."""
    connection.settimeout(0)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False

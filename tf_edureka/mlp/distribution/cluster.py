"""The processes of a distributed training, as listed in `TF_CONFIG`, and checks of their ports."""

import contextlib
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tf_edureka.errors import InputError

VARIABLE = "TF_CONFIG"
_FORM = (
    '{"cluster": {"worker": ["host:port", "host:port"]}, "task": {"type": "worker", "index": 0}}'
)
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.%]+\]|[\w.-]+):([0-9]{1,5})")
MOST_WORKERS = 1000
_SECONDS_TO_ANSWER = 2.0


@dataclass(frozen=True)
class Cluster:
    """All processes of a training, and the index of this one.

    Attributes:
        addresses: `host:port` of each worker, the chief first.
        index: index of this process in `addresses`.
    """

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Cluster":
        """Reads the cluster from `TF_CONFIG`, TensorFlow's environment variable for it.

        The chief is the task of type `chief`, or worker 0 if there is no such task.

        Args:
            environment: environment variables by name; by default those of this process.

        Raises:
            InputError: if the variable is not set, or does not list workers and one of them as this
                one.
        """
        text = environment.get(VARIABLE)
        if not text:
            raise InputError(
                f"strategy multiworker: expected {VARIABLE} in the environment, got none; give "
                f"all workers the same cluster and each its index, for example "
                f"{VARIABLE}='{_FORM}'",
                topic="no TF_CONFIG",
            )
        try:
            config = _expect_type(json.loads(text), dict, "it")
            addresses, chiefs = _addresses(_expect_type(config.get("cluster"), dict, "cluster"))
            index = _index(_expect_type(config.get("task"), dict, "task"), len(addresses), chiefs)
        except RecursionError:
            fault = "it is nested too deeply"
        except ValueError as error:
            fault = str(error)
        else:
            return cls(addresses, index)
        got = text if len(text) <= 300 else f"{text[:300]}..."
        raise InputError(f"{VARIABLE}: expected {_FORM}, got {got} ({fault})")

    @property
    def is_chief(self) -> bool:
        """True if this process is the chief, which prints and writes."""
        return self.index == 0

    @property
    def port(self) -> int:
        """Port of this process."""
        return _host_and_port(self.addresses[self.index])[1]

    @property
    def hosts(self) -> list[str]:
        """Hosts of all processes, each once."""
        return list(dict.fromkeys(_host_and_port(address)[0] for address in self.addresses))

    def name(self, index: int) -> str:
        """Returns the name of worker `index` for messages."""
        chief = ", the chief" if index == 0 else ""
        return f"worker {index} ({self.addresses[index]}{chief})"

    def names(self, indices: Iterable[int]) -> str:
        """Returns the names of the workers `indices` for messages."""
        return " and ".join(self.name(index) for index in sorted(indices))

    def expect_free_port(self) -> None:
        """Checks that no other program listens on the port of this process.

        Raises:
            InputError: if the port cannot be used.
        """
        # Binds all addresses, as TensorFlow does. Without listen() no process can connect.
        family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
        try:
            with socket.socket(family) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
                if family == socket.AF_INET6:
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                one.bind(("", self.port))
        except OSError as error:
            raise InputError(
                f"{self.name(self.index)}: expected a free port on this machine, but it cannot be "
                f"used ({error.strerror or error}); stop the program that uses it, or choose "
                f"another in {VARIABLE}"
            ) from None

    def unreachable(self) -> list[int]:
        """Connects to the other workers' ports; returns the indices of those that do not answer."""
        others = [index for index in range(len(self.addresses)) if index != self.index]
        answered: set[int] = set()

        def ask(index: int) -> None:
            address = _host_and_port(self.addresses[index])
            with contextlib.suppress(OSError, UnicodeError):
                socket.create_connection(address, _SECONDS_TO_ANSWER).close()
                answered.add(index)

        # Daemon threads, since nothing limits the time of a host name lookup.
        threads = [threading.Thread(target=ask, args=(one,), daemon=True) for one in others]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 2 * _SECONDS_TO_ANSWER
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return [index for index in others if index not in answered]


def _expect_type(value: object, kind: type, name: str) -> Any:
    if type(value) is not kind:
        form = {"dict": "an object", "list": "a list", "str": "a string"}[kind.__name__]
        raise ValueError(f"{name} is not {form}")
    return value


def _addresses(jobs: dict[str, object]) -> tuple[tuple[str, ...], int]:
    """Returns the addresses in the order of the workers' indices, and the number of chiefs."""
    if others := sorted(jobs.keys() - {"chief", "worker"}):
        raise ValueError(f"unsupported jobs: {' and '.join(others)}")
    chiefs, workers = (_expect_type(jobs.get(job, []), list, job) for job in ("chief", "worker"))
    addresses = [_expect_type(address, str, "an address") for address in (*chiefs, *workers)]
    if len(chiefs) > 1:
        raise ValueError("there is more than one chief")
    if not 1 <= len(addresses) <= MOST_WORKERS:
        raise ValueError(f"the number of workers is not 1 to {MOST_WORKERS}")
    for address in addresses:
        _host_and_port(address)
    if len(set(addresses)) < len(addresses):
        raise ValueError("two workers have the same address")
    return tuple(addresses), len(chiefs)


def _index(task: dict[str, object], workers: int, chiefs: int) -> int:
    """Returns the index of the task among all `workers`, of which the first are `chiefs`."""
    kind, given = (task.get(name) for name in ("type", "index"))
    if isinstance(given, str) and re.fullmatch("[0-9]{1,5}", given):
        given = int(given)
    if type(given) is not int:
        raise ValueError("the task's index is not a whole number")
    count, before = {"chief": (chiefs, 0), "worker": (workers - chiefs, chiefs)}.get(
        kind if isinstance(kind, str) else "", (0, 0)
    )
    if not 0 <= given < count:
        raise ValueError(f"the cluster has no {kind} {given}")
    return before + given


def _host_and_port(address: str) -> tuple[str, int]:
    parts = _ADDRESS.fullmatch(address)
    if not (parts and 0 < int(parts[2]) < 2**16):
        raise ValueError(f"{address!r} is not host:port")
    parts[1].encode("idna")  # raises UnicodeError, a ValueError, for an invalid name
    return parts[1].strip("[]"), int(parts[2])

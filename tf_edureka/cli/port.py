"""Ports and pairs of names on the command line, such as `port.py:build` and `--map OLD=NEW`."""

from collections.abc import Callable
from typing import Any

from tf_edureka.errors import InputError

HELP = (
    "such as port.py:build: a Python file and the name of a function in it. The function takes no "
    "arguments and returns "
)


def call_builder(port: str, make: Callable[[], Any]) -> Any:
    """Calls `make`, a function of the `port`'s file; its exceptions become an `InputError`."""
    try:
        return make()
    except (Exception, SystemExit) as error:
        raise InputError(f"{port}: raises {type(error).__name__}: {error}") from error


def parse_map(text: str) -> tuple[str, str]:
    """Returns the original and the new name from the `text` of `--map`."""
    old, separator, new = text.partition("=")
    if not separator:
        raise InputError(f"--map: expected OLD=NEW, got {text!r}")
    return old, new

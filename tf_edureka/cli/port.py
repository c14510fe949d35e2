"""A port given on the command line, as in `port.py:build`, and the names that are given with it."""

from collections.abc import Callable
from typing import Any

from tf_edureka.errors import InputError

HELP = (
    "as in port.py:build: a Python file, and a function in it that takes no arguments and returns "
)


def call_builder(port: str, make: Callable[[], Any]) -> Any:
    """Calls a function `make` of the file of a `port`; what it raises becomes an `InputError`."""
    try:
        return make()
    except (Exception, SystemExit) as error:
        raise InputError(f"{port}: raises {type(error).__name__}: {error}") from error


def parse_map(text: str) -> tuple[str, str]:
    """The old and the new name from the `text` of `--map`."""
    old, separator, new = text.partition("=")
    if not separator:
        raise InputError(f"--map: expected OLD=NEW, got {text!r}")
    return old, new

"""Looks up the replacement for a name of TensorFlow 1.

Plain renames are read from TensorFlow's own table, that of `tf_upgrade_v2`. The other modules of
this package cover three cases: names that the table moves to `tf.compat.v1` (graph mode), names
that it does not have, and names whose successor computes something else.
"""

import ast
import functools
import importlib.machinery
from collections.abc import Iterator, Mapping
from pathlib import Path

from tf_edureka.runner import installed
from tf_edureka.runner.modern import (
    contrib,
    initializers,
    layers,
    losses,
    operations,
    optimizers,
    programs,
    recurrent,
)
from tf_edureka.runner.modern.advice import Advice, renamed

METHODS = programs.METHODS
# Advice by name or by prefix of names; the longest prefix that matches is used.
ROWS: Mapping[str, Advice] = {
    **optimizers.ROWS,
    **initializers.ROWS,
    **layers.ROWS,
    **recurrent.ROWS,
    **losses.ROWS,
    **operations.ROWS,
    **programs.ROWS,
    **contrib.ROWS,
}
_ALL = ".*"  # suffix of a row that covers all names below it


def advice_for(name: str) -> tuple[str, Advice] | None:
    """Looks up the advice for a `name` of TensorFlow 1, such as `tf.placeholder`.

    Returns:
        the name to report and its advice; None if the name is still valid, or unknown.
    """
    names = [*_names(name)]
    for one in names:
        if one in ROWS:
            return name, ROWS[one]
    today = renames().get(names[0], "").replace("tf.compat.v2.", "tf.")
    if today and not today.startswith("tf.compat.v1."):
        return name, renamed(today)
    beginning = names[0]
    while beginning:
        if f"{beginning}{_ALL}" in ROWS:
            return f"{beginning}{_ALL}", ROWS[f"{beginning}{_ALL}"]
        if beginning in ROWS:
            return name, ROWS[beginning]
        beginning = beginning.rpartition(".")[0]
    return (name, renamed(today, "only in code that stays TensorFlow 1 style")) if today else None


def _names(name: str) -> Iterator[str]:
    """Yields a name without `compat.v1`, then its aliases."""
    if name.startswith("tf.compat.v1."):
        name = f"tf.{name.removeprefix('tf.compat.v1.')}"
    yield name
    module, _, last = name.rpartition(".")
    for home in contrib.ALIASES.get(module, ()):
        yield f"{home}.{last}"


@functools.cache
def renames() -> Mapping[str, str]:
    """TensorFlow's own table, parsed from its files because importing them takes seconds."""
    found = importlib.machinery.PathFinder.find_spec(installed.OLD)
    if found is None or not found.submodule_search_locations:
        return {}
    folder = Path(found.submodule_search_locations[0], "tools", "compatibility")
    return {
        **_dictionary(folder / "renames_v2.py", "renames"),
        **_dictionary(folder / "all_renames_v2.py", "manual_symbol_renames"),
    }


def _dictionary(file: Path, name: str) -> dict[str, str]:
    """The dictionary of constants that a module assigns to `name`."""
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    return {}

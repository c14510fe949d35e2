"""What one writes today for a name of TensorFlow 1.

What only has another name is in TensorFlow's own table, that of `tf_upgrade_v2`. What it sends to
`tf.compat.v1`, which is to stay with the graph, what it does not know, and what computes something
else, is said in the modules beside this one.
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
# By old name, or the beginning of some; the longest that fits is taken.
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
_ALL = ".*"  # ends a name that stands for all that lie below it


def advice_for(name: str) -> tuple[str, Advice] | None:
    """What to write today for a `name` of TensorFlow 1, such as `tf.placeholder`.

    Returns:
        the name under which it is reported, and the advice; None where the name is still good, or
        nothing is known of it.
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
    return (name, renamed(today, "if at all")) if today else None


def _names(name: str) -> Iterator[str]:
    """A name without `compat.v1`, and the others that it has."""
    if name.startswith("tf.compat.v1."):
        name = f"tf.{name.removeprefix('tf.compat.v1.')}"
    yield name
    module, _, last = name.rpartition(".")
    for home in contrib.ALIASES.get(module, ()):
        yield f"{home}.{last}"


@functools.cache
def renames() -> Mapping[str, str]:
    """TensorFlow's own table, read from its files: to import them takes seconds."""
    found = importlib.machinery.PathFinder.find_spec(installed.OLD)
    if found is None or not found.submodule_search_locations:
        return {}
    folder = Path(found.submodule_search_locations[0], "tools", "compatibility")
    return {
        **_dictionary(folder / "renames_v2.py", "renames"),
        **_dictionary(folder / "all_renames_v2.py", "manual_symbol_renames"),
    }


def _dictionary(file: Path, name: str) -> dict[str, str]:
    """The dictionary `name` that a module is assigned, of constants only."""
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    return {}

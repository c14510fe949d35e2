"""The docstrings of all public names are complete: parameters, fields, results, shapes and dtypes.

Each description is a phrase that stands alone, as an editor shows it: "The learning rate.", and not
one that continues the parameter's name, as "rate: of the optimizer." does.

The modules are parsed and not imported, since some of them need PyTorch or JAX. Those of `cli`
are commands and not an API: one line per function is enough.
"""

import ast
import inspect
import re

import pytest
from helpers import PACKAGE

ARRAY = re.compile(r"\b(NDArray|ndarray|Floats?|Bytes|Array|Tensor|Variable)\b")
SAYS = {
    "shape": re.compile(r"\bshapes?\b|\bscalars?\b"),
    "dtype, unit or range": re.compile(
        r"\b([Ff]loat(16|32|64)?|u?int(8|32|64)|bool|str|dtypes?|precision|nats|seconds|indices)\b"
        r"|\bin \["
    ),
}
# A description that starts like this continues the parameter's name as a sentence, or refers to
# another place.
CONTINUES = re.compile(
    r"(as|by|from|how|in|likewise|of|that|the same|what|where|which|who|whose|with|within)\b",
    re.IGNORECASE,
)


def split_at(pattern: str, text: str) -> dict[str, str]:
    """The text after each name that the pattern finds; `""` for the text before the first."""
    parts = re.split(pattern, text, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], map(inspect.cleandoc, parts[::2]), strict=True))


def is_array(annotation: ast.expr | None) -> bool:
    return annotation is not None and bool(ARRAY.search(ast.unparse(annotation)))


def unsaid(name: str, annotation: ast.expr | None, text: str) -> list[str]:
    """The faults of a description: its start and, for an array, missing shape and dtype."""
    lacks = [what for what, pattern in SAYS.items() if not pattern.search(text)]
    lacks = [f"no {what}" for what in lacks if is_array(annotation)]
    return [f"{name}: {what}" for what in [*["no phrase"] * bool(CONTINUES.match(text)), *lacks]]


def entry_faults(section: str, wanted: dict[str, ast.expr | None], doc: dict) -> list[str]:
    entries, faults = split_at(r"^\**(\w+):\s", doc.get(section, "")), []
    for name, annotation in wanted.items():
        missing = [f"{name}: not in {section}"]
        faults += unsaid(name, annotation, entries[name]) if name in entries else missing
    return faults


def parameters(function: ast.FunctionDef) -> dict[str, ast.expr | None]:
    arguments = function.args
    all_of_them = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return {one.arg: one.annotation for one in all_of_them if one.arg not in ("self", "cls")}


def function_faults(function: ast.FunctionDef, doc: dict[str, str]) -> list[str]:
    if any("property" in ast.unparse(decorator) for decorator in function.decorator_list):
        return unsaid("result", function.returns, doc[""])
    taken, result = parameters(function), doc.get("Returns") or doc.get("Yields")
    # Args may be missing if no argument is an array and the first line names each argument, as in
    # "The first `count` examples" (about 60 functions). An array needs more than its name.
    first_line = doc[""].split("\n")[0]
    named = "Args" not in doc and all(f"`{name}`" in first_line for name in taken)
    plain = not any(map(is_array, taken.values()))
    faults = [] if named and plain else entry_faults("Args", taken, doc)
    if result is not None:
        return faults + unsaid("result", function.returns, result)
    gives = function.returns and ast.unparse(function.returns) not in ("None", "NoReturn")
    with_arrays = not plain or is_array(function.returns)
    return [*faults, "no Returns"] if gives and with_arrays else faults


def class_faults(of: ast.ClassDef, doc: dict[str, str]) -> list[str]:
    if any("dataclass" in ast.unparse(decorator) for decorator in of.decorator_list):
        fields = {x.target.id: x.annotation for x in of.body if isinstance(x, ast.AnnAssign)}
        fields.pop("_", None)  # `_: KW_ONLY` is not a field
        return entry_faults("Attributes", fields, doc)
    made = [parameters(one) for one in of.body if getattr(one, "name", "") == "__init__"]
    return entry_faults("Args", made[0], doc) if made else []


def faults_of(
    node: ast.Module | ast.ClassDef | ast.FunctionDef,
    name: str = "module",
    line_is_enough: bool = False,
) -> list[str]:
    """A line for each fault in the docstrings of the public names of a module."""
    docstring, faults = ast.get_docstring(node), []
    if docstring is None:
        faults = ["no docstring"]
    elif not (isinstance(node, ast.Module) or line_is_enough):
        doc = split_at("^(Args|Attributes|Returns|Yields|Raises|Example):$", docstring)
        check = class_faults if isinstance(node, ast.ClassDef) else function_faults
        faults = check(node, doc)
    lines = [f"{name}: {fault}" for fault in faults]
    for one in [] if isinstance(node, ast.FunctionDef) else node.body:
        named = one.name if isinstance(one, ast.FunctionDef | ast.ClassDef) else "_"
        if named == "__call__" or not (named.startswith("_") or named == "main"):
            lines += faults_of(one, f"{name}.{named}".removeprefix("module."), line_is_enough)
    return lines


COMPLETE = '''"""A module."""
def scaled(images: np.ndarray, by: float) -> np.ndarray:
    """Scales images.

    Args:
        images: float32, shape (n, 784).
        by: the factor.

    Returns:
        the scaled images: float64, shape (n, 784).
    """
@dataclass
class Pair:
    """Two numbers.

    Attributes:
        both: float64, shape (2,).
    """
    _: KW_ONLY
    both: npt.NDArray[np.float64]
    def limited(self, count: int) -> int:
        """The first `count` of them."""
    @property
    def sum(self) -> tf.Tensor:
        """Float64, a scalar."""
class Scale:
    """Scales.

    Args:
        by: the factor: float32, shape (1,).
    """
    def __init__(self, by: tf.Variable) -> None:
        self.by = by
'''


def test_a_complete_source_passes():
    assert not faults_of(ast.parse(COMPLETE))


SCALED = "    Returns:\n        the scaled images: float64, shape (n, 784).\n"


@pytest.mark.parametrize(
    ("what", "by", "fault"),
    [
        ("images: float32, shape (n, 784)", "images: float32", "scaled: images: no shape"),
        ("images: float32, ", "images: ", "scaled: images: no dtype, unit or range"),
        ("        by: the factor.\n", "", "scaled: by: not in Args"),
        ("by: the factor.", "by: which to multiply.", "scaled: by: no phrase"),
        (SCALED, "", "scaled: no Returns"),
        (
            "the scaled images: float64, shape",
            "the scaled images: float64,",
            "scaled: result: no shape",
        ),
        ("the scaled images: float64", "as `images`: float64", "scaled: result: no phrase"),
        ('"""A module."""', "", "module: no docstring"),
        ("both: float64", "each: float64", "Pair: both: not in Attributes"),
        ("both: float64", "both: of float64", "Pair: both: no phrase"),
        ('"""The first `count` of them."""', "return 1", "Pair.limited: no docstring"),
        ("`count`", "so many", "Pair.limited: count: not in Args"),
        (", a scalar", "", "Pair.sum: result: no shape"),
        ("by: the factor: float32", "how: the factor: float32", "Scale: by: not in Args"),
        ("factor: float32, shape (1,)", "factor: float32", "Scale: by: no shape"),
    ],
)
def test_each_missing_part_of_a_docstring_is_reported(what, by, fault):
    assert what in COMPLETE
    source = ast.parse(COMPLETE.replace(what, by))
    assert faults_of(source) == [fault]
    missing = [fault] if fault.endswith("no docstring") else []
    assert faults_of(source, line_is_enough=True) == missing


def test_docstrings_are_complete():
    faults = []
    for path in sorted(PACKAGE.rglob("*.py")):
        source = ast.parse(path.read_text(encoding="utf-8"))
        # Commands, and the runner of old scripts, are not an API.
        short = path.relative_to(PACKAGE).parts[0] in ("cli", "runner")
        found = faults_of(source, line_is_enough=short)
        faults += [f"{path.relative_to(PACKAGE)}: {fault}" for fault in found]
    assert faults == []

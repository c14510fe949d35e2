import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest
from helpers import PACKAGE, ROOT

import tf_edureka
from tf_edureka.cli.options import ADVICE

LEAVES = {"config", "results", "errors", "_lazy", "_keras", "_tensorflow", "_numbers", "_files"}
# For each wing: the wings, or single modules (`wing.module`), that it may import besides itself.
MAY_IMPORT = {
    "config": {"errors", "_numbers"},
    "_numbers": {"errors"},
    "results": {"errors"},
    "errors": set(),
    "_lazy": set(),
    "_quick_import": set(),
    "_keras": {"errors", "_tensorflow"},
    "_tensorflow": {"runtime"},
    "_files": {"errors"},
    "runtime": {"_quick_import", *LEAVES},
    "data": {"runtime", *LEAVES},
    "trace": {"errors", "_files"},
    "tf1": {"runtime", *LEAVES},
    "perceptron": {"tf1", "runtime", *LEAVES},
    "runs": {"data", "runtime", *LEAVES},
    "mlp": {"runs", "data", "tf1", "runtime", *LEAVES},
    "legacy": {
        *("runs", "data", "tf1", "runtime", *LEAVES),
        *("perceptron.gates", "perceptron.activations"),
        "cli.extension",  # IPython loads the extension through the package itself
    },
    "runner": {"legacy.input_data", "tf1", "trace", "runtime", *LEAVES},
    "cells": {"runner", *LEAVES},
    **dict.fromkeys(
        ("doctor", "page"),
        {"mlp", "runs", "perceptron", "data", "tf1", "runtime", *LEAVES},
    ),
    "notebook": {"page", "perceptron", "data", *LEAVES},
    **dict.fromkeys(
        ("parity", "benchmark"),
        {
            *("mlp", "legacy", "runs", "perceptron", "data", "tf1", "trace", "runtime", *LEAVES),
            "runner.record",  # records a training of this process
        },
    ),
}


def wing_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_by(path: Path) -> set[str]:
    """The modules of the package that a module imports, without `tf_edureka.`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # `from a import b` imports a.b if that is a module.
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    beginning = "tf_edureka."
    return {name.removeprefix(beginning) for name in found if name.startswith(beginning)}


def forbidden(path: Path) -> set[str]:
    """The imports of a module that its wing may not have."""
    wing = wing_of(path)
    allowed = MAY_IMPORT[wing] | {wing}
    return {
        name
        for name in imported_by(path)
        if not any(f"{name}.".startswith(f"{one}.") for one in allowed)
    }


# Commands may import everything, and the package's `__init__` exports its names.
MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if wing_of(path) not in ("cli", "__init__", "__main__") and path.name != "__main__.py"
)


def test_each_module_imports_only_allowed_wings():
    faults = {str(path.relative_to(PACKAGE)): forbidden(path) for path in MODULES}
    assert {name: found for name, found in faults.items() if found} == {}


def test_an_import_of_the_wrong_wing_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "mlp").mkdir()
    module = tmp_path / "mlp" / "model.py"
    module.write_text(
        "from tf_edureka.tf1 import seeds\nfrom tf_edureka.results import MlpResult\n"
    )
    assert forbidden(module) == set()
    module.write_text("def late():\n    from tf_edureka.legacy import mlp\n")
    assert forbidden(module) == {"legacy.mlp"}
    (tmp_path / "runner").mkdir()
    module = tmp_path / "runner" / "contrib.py"
    module.write_text("from tf_edureka.legacy import input_data, mlp\nimport tf_edureka.parity\n")
    assert forbidden(module) == {"legacy.mlp", "parity"}


def test_legacy_and_modern_path_never_import_each_other():
    assert not MAY_IMPORT["mlp"] & {"legacy"}
    assert not MAY_IMPORT["legacy"] & {"mlp"}
    seen = {wing for wing, allowed in MAY_IMPORT.items() if {"mlp", "legacy"} <= allowed}
    assert seen == {"parity", "benchmark"}


def test_modules_have_at_most_300_lines_and_functions_50_without_their_docstring():
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 300, path
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                documented = ast.get_docstring(node) is not None
                first = node.body[0]
                docstring = first.end_lineno - first.lineno + 1 if documented else 0
                length = node.end_lineno - node.lineno + 1 - docstring
                assert length <= 50, f"{path}: {node.name} has {length} lines"


def imports_at_once(path: Path) -> set[str]:
    """The other packages that a module imports when it is imported itself."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return found | {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }


def test_tensorflow_and_keras_are_imported_in_one_place_each():
    for path in MODULES:
        # The runner owns its process; it quiets TensorFlow itself.
        if wing_of(path) not in ("runner", "_tensorflow", "_keras"):
            packages = {name.partition(".")[0] for name in imports_at_once(path) if name}
            loud = packages & {"tensorflow", "keras"}
            assert not loud, f"{path}: from _tensorflow and _keras, or their log is seen"


def test_scripts_only_call_a_command():
    # The gallery runs code of strangers, which the package does not.
    for path in {*(ROOT / "scripts").glob("*.py")} - {ROOT / "scripts" / "gallery.py"}:
        assert path.read_text().splitlines() == [
            "from tf_edureka.cli import call",
            "",
            'if __name__ == "__main__":',
            f'    raise SystemExit(call("tf_edureka.cli.{path.stem}"))',
        ]


WINGS = (
    "data",
    "perceptron",
    "mlp",
    "mlp.distribution",
    "tf1",
    "legacy",
    "parity",
    "runs",
    "page",
    "cells",
)


@pytest.mark.parametrize("module", ["tf_edureka", *(f"tf_edureka.{wing}" for wing in WINGS)])
def test_importing_a_package_imports_no_tensorflow(module):
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def public():
    """Every public name of the package and of its wings, with its place."""
    for name in ("tf_edureka", *(f"tf_edureka.{wing}" for wing in WINGS)):
        package = import_module(name)
        for public in package.__all__:
            yield f"{name}.{public}", getattr(package, public)


def test_each_public_name_exists_and_is_documented():
    for where, what in public():
        assert inspect.getdoc(what) or isinstance(what, Mapping), where


def test_arguments_after_the_first_two_are_keyword_only():
    for where, what in public():
        made = getattr(what, "__init__", None) if isinstance(what, type) else what
        if not getattr(made, "__module__", "").startswith("tf_edureka"):
            continue  # not a function, or a constructor that Keras defines
        positional = [
            parameter.name
            for parameter in inspect.signature(what).parameters.values()
            if parameter.kind == parameter.POSITIONAL_OR_KEYWORD
        ]
        # A port in another framework consists of these three functions.
        most = 3 if where == "tf_edureka.parity.Functions" else 2
        assert len(positional) <= most, where


def test_legacy_and_modern_functions_have_the_same_arguments_in_the_same_order():
    for wing, names in (("mlp", ["train"]), ("perceptron", ["train", "sweep"])):
        modern = import_module(f"tf_edureka.{wing}")
        legacy = import_module(f"tf_edureka.legacy.{wing}")
        for name in names:
            theirs = list(inspect.signature(getattr(legacy, name)).parameters)
            ours = list(inspect.signature(getattr(modern, name)).parameters)
            assert ours[: len(theirs)] == theirs


def test_type_checkers_see_the_names_that_are_imported_lazily():
    for name in ("tf_edureka", *(f"tf_edureka.{wing}" for wing in WINGS)):
        package = import_module(name)
        tree = ast.parse(Path(package.__file__).read_text())
        (checked,) = [node for node in tree.body if isinstance(node, ast.If)]
        imported = {
            alias.asname: f"{node.module}.{alias.name}"
            for node in checked.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for public in package.__all__:
            module, _, original = imported[public].rpartition(".")
            assert getattr(import_module(module), original) is getattr(package, public)


def test_unknown_name_raises_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        tf_edureka.absent  # noqa: B018


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert tf_edureka.__version__ == version("tf_edureka")


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """All syntax nodes of the package's modules, each with its module's name."""
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield name, node


def constants(node: ast.AST) -> list[object]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]


def test_an_array_is_annotated_with_its_dtype():
    for module, node in nodes():
        for annotation in (getattr(node, "returns", None), getattr(node, "annotation", None)):
            assert annotation is None or "np.ndarray" not in ast.unparse(annotation), module


HOLDS_ARRAYS = re.compile(r"^(?!Callable).*(NDArray|Floats|Bytes|Array|tf\.Tensor|Variable)")


def test_dataclass_of_arrays_is_equal_only_to_itself():
    """Comparing its fields would raise that the truth of an array is ambiguous."""
    seen = 0
    for module, node in nodes():
        if isinstance(node, ast.ClassDef):
            made = [one for one in map(ast.unparse, node.decorator_list) if "dataclass" in one]
            fields = [ast.unparse(x.annotation) for x in node.body if hasattr(x, "annotation")]
            if made and any(map(HOLDS_ARRAYS.search, fields)):
                seen += 1
                assert "eq=False" in made[0], (module, node.name)
    assert seen >= 10


# Commands and other programs, the tables of the benchmark, messages that TensorFlow 1 printed.
PRINTS = ("cli", "runner", "doctor", "benchmark.report", "legacy.input_data")


def test_the_library_prints_nothing():
    for module, node in nodes():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            assert module.startswith(PRINTS)


def test_an_error_or_warning_of_the_library_names_no_option_of_a_command():
    for module, node in nodes():
        said = isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "InputError",
            "InputWarning",
        )
        if said and not module.startswith("cli"):
            texts = map(str, constants(node))
            assert not [text for text in texts if re.search(r"(^|\s)--[a-z]", text)], module


def test_the_commands_have_advice_for_each_topic_and_no_other():
    topics = set()
    for _, node in nodes():
        if isinstance(node, ast.keyword) and node.arg == "topic":
            topics |= {*constants(node.value)}
    assert topics == set(ADVICE)

"""Lazy imports: a package lists its public names, and imports each at its first use."""

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec


def lazy(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Returns the functions with which a package's `__init__` imports lazily (PEP 562).

    Submodules are imported at their first use, too.

    Args:
        package: name of the package, its `__name__`.
        names: public names of each module, separated by spaces, by the module's name relative to
            the package; `public=other` if the module itself calls it `other`.

    Returns:
        `__getattr__`, `__dir__` and `__all__` of the package.
    """
    homes = {}
    for module, those in names.items():
        for name in those.split():
            public, _, other = name.partition("=")
            homes[public] = (f"{package}.{module}", other or public)

    def get(name: str) -> object:
        if name in homes:
            module, attribute = homes[name]
            return getattr(import_module(module), attribute)
        if not name.startswith("_") and find_spec(f"{package}.{name}"):
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names_and_modules() -> list[str]:
        modules = pkgutil.iter_modules(import_module(package).__path__)
        return sorted({*homes, *(one.name for one in modules if not one.name.startswith("_"))})

    return get, names_and_modules, sorted(homes)

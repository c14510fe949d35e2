"""Behaviour of PyYAML 5 and earlier."""

from collections.abc import Callable
from typing import Any

from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap


@after("yaml")
def _yaml(module: Any) -> None:
    """Since 6 a loader is required: google/seq2seq. Version 5 used this one and warned."""

    def load(original: Callable[..., Any], stream: Any, Loader: Any = module.FullLoader) -> Any:
        return original(stream, Loader)

    def load_all(original: Callable[..., Any], stream: Any, Loader: Any = module.FullLoader) -> Any:
        return original(stream, Loader)

    wrap(module, "load", load)
    wrap(module, "load_all", load_all)

"""PyYAML's ways up to 5."""

from collections.abc import Callable
from typing import Any

from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap


@after("yaml")
def _yaml(module: Any) -> None:
    """Needs a loader since 6: google/seq2seq. 5 took this one and said so."""

    def load(original: Callable[..., Any], stream: Any, Loader: Any = module.FullLoader) -> Any:
        return original(stream, Loader)

    def load_all(original: Callable[..., Any], stream: Any, Loader: Any = module.FullLoader) -> Any:
        return original(stream, Loader)

    wrap(module, "load", load)
    wrap(module, "load_all", load_all)

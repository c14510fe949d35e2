"""Names of Matplotlib 3.1 and earlier. A repository after a name is one that uses it."""

from collections.abc import Callable
from typing import Any

from tf_edureka.runner.removed_apis.hook import add, rename, rename_argument
from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap


@after("matplotlib.cm")
def _cm(module: Any) -> None:
    """Removed in 3.9: hwalsuklee/tensorflow-mnist-VAE, lululxvi/deepxde."""

    def get_cmap(name: Any = None, lut: int | None = None) -> Any:
        from matplotlib import pyplot

        return pyplot.get_cmap(name, lut)

    add(module, get_cmap=get_cmap)


@after("matplotlib.axes")
def _axes(module: Any) -> None:
    """Removed in 2.2: google-deepmind/neural-processes, google-deepmind/graph_nets."""
    rename(module.Axes, set_axis_bgcolor="set_facecolor")
    rename_argument(module.Axes, "hist", "normed", "density")  # removed in 3.1


@after("matplotlib.figure")
def _figure(module: Any) -> None:
    """Up to 3.6 `gca(projection=...)` created axes of that projection."""

    def gca(original: Callable[..., Any], self: Any, **named: Any) -> Any:
        return self.add_subplot(**named) if named else original(self)

    wrap(module.Figure, "gca", gca)


@after("matplotlib.style")
def _style(module: Any) -> None:
    """Removed in 3.8: the names of these styles contain a version since."""
    for name, style in [*module.library.items()]:
        module.library.setdefault(name.replace("seaborn-v0_8", "seaborn"), style)


@after("matplotlib")
def _settings(module: Any) -> None:
    """Since 3.6 these two settings no longer accept a list: maziarraissi/PINNs."""

    def set_item(original: Callable[..., Any], self: Any, key: str, value: Any) -> None:
        is_list = key in ("pgf.preamble", "text.latex.preamble") and isinstance(value, list)
        original(self, key, "\n".join(value) if is_list else value)

    wrap(module.RcParams, "__setitem__", set_item)

"""Loads images of digits as arrays, from any of several sources."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.data.mnist import Mnist as Mnist, Split as Split, load as load_mnist

    __all__ = ["load_mnist"]  # `load` in its own module
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"mnist": "Mnist Split load_mnist=load"})

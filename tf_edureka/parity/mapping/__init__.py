"""Which variable of a Keras model is which of an old graph, and how their values go over."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.parity.mapping.finding import find as find
    from tf_edureka.parity.mapping.links import Link as Link, Mapping as Mapping
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"links": "Link Mapping", "finding": "find"})

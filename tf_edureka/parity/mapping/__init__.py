"""Maps the variables of an original graph to those of a Keras model, and converts their values."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.parity.mapping.finding import find as find
    from tf_edureka.parity.mapping.links import Link as Link, Mapping as Mapping
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"links": "Link Mapping", "finding": "find"})

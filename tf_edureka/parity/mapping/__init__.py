"""Which variable of a Keras model is which of an old graph, and how their values go over."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.parity.mapping.finding import (
        Link as Link,
        Mapping as Mapping,
        find as find,
    )
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"finding": "Link Mapping find"})

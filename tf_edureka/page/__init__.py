"""A web page in one HTML file: a neuron to play with, and the network of a run."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.page.assembly import assemble as assemble, texts as texts
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"assembly": "assemble texts"})

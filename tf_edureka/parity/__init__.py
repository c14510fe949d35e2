"""Proves that a port computes the same as the original: the article's network, or yours."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.parity.article.bits import (
        FirstDifference as FirstDifference,
        first_difference as first_difference,
    )
    from tf_edureka.parity.article.checks import (
        HEAD as HEAD,
        Rung as Rung,
        difference as difference,
    )
    from tf_edureka.parity.article.ladder import (
        Ladder as Ladder,
        climb as climb,
        reasons as reasons,
    )
    from tf_edureka.parity.article.reference import Reference as Reference
    from tf_edureka.parity.certificate.port_ladder import (
        PortLadder as PortLadder,
        PortRung as PortRung,
    )
    from tf_edureka.parity.functions import Functions as Functions
    from tf_edureka.parity.loading.load import Loaded as Loaded, load_into as load_into
    from tf_edureka.parity.port_trace import Trace as Trace
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "article.bits": "FirstDifference first_difference",
            "article.checks": "HEAD Rung difference",
            "functions": "Functions",
            "article.ladder": "Ladder climb reasons",
            "certificate.port_ladder": "PortLadder PortRung",
            "loading.load": "Loaded load_into",
            "port_trace": "Trace",
            "article.reference": "Reference",
        },
    )

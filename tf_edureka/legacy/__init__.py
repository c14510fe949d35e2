"""The article's programs as TensorFlow 1 ran them: graphs, sessions and feed_dict.

Each program has a graph and a session of its own; nothing is switched in the process, so TensorFlow
2 and Keras work beside it, before and after. `python -m tf_edureka.legacy` starts `runner`.
"""

from typing import TYPE_CHECKING, Any

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.legacy import input_data as input_data, mlp as mlp, perceptron as perceptron
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {})


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext tf_edureka.legacy` does: the process of `shell` is one of TensorFlow 1."""
    from tf_edureka.cli import extension

    extension.load(shell)

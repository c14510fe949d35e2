"""The article's programs as TensorFlow 1 ran them: graphs, sessions and feed_dict.

Each program has its own graph and session and switches nothing in the process, so TensorFlow 2 and
Keras work before and after it. `python -m tf_edureka.legacy` starts `runner`.
"""

from typing import TYPE_CHECKING, Any

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.legacy import input_data as input_data, mlp as mlp, perceptron as perceptron
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {})


def load_ipython_extension(shell: Any) -> None:
    """Implements `%load_ext tf_edureka.legacy`: runs the process of `shell` as TensorFlow 1."""
    from tf_edureka.cli import extension

    extension.load(shell)

"""Runs a script without the period packages, on `tf.compat.v1`, which has most of the names.

Kept small on purpose. It suffices for the article's two programs and similar ones. If a name is
missing, the error says how to fetch the packages.
"""

import sys
import types
from typing import Any

VERSION = "1.15.5"
# Names that `tf.compat.v1` has only together with Keras 2.
_WITHOUT = ("estimator", "keras", "layers")


class _Module(types.ModuleType):
    """A module of TensorFlow 1 that contains the names of another module."""

    def __init__(self, name: str, **names: object) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        vars(self).update(names)


def install(*, replay_seeds: bool) -> None:
    """Makes `import tensorflow` give `tf.compat.v1`, in graph mode.

    Args:
        replay_seeds: whether the seed of an op without one is the number of ops in the graph, as in
            TensorFlow 1.
    """
    import tensorflow as tf
    from tensorflow.python.framework import ops, random_seed
    from tensorflow.python.util import deprecation

    from tf_edureka.legacy import input_data

    tf.config.experimental.enable_tensor_float_32_execution(False)  # as in 1.15
    tf.config.list_physical_devices()  # logs missing GPU libraries now, while stderr is silenced
    deprecation._PRINT_DEPRECATION_WARNINGS = False  # everything in version 1 is deprecated
    tf.compat.v1.disable_v2_behavior()
    if replay_seeds:
        original = random_seed.get_seed

        def get_seed(op_seed: int | None) -> Any:
            graph = ops.get_default_graph()
            if op_seed is None and graph.seed is not None and not tf.executing_eagerly():
                op_seed = graph.version
            return original(op_seed)

        random_seed.get_seed = get_seed
    names = {k: v for k, v in vars(tf.compat.v1).items() if k not in _WITHOUT and k[:2] != "__"}
    names |= {"__version__": VERSION, "VERSION": VERSION, "__file__": tf.__file__}
    top = _Module("tensorflow", **names)
    top.__path__ = [*tf.__path__]
    modules: dict[str, types.ModuleType] = {"tensorflow": top}
    for name in ("examples", "examples.tutorials", "examples.tutorials.mnist"):
        modules[f"tensorflow.{name}"] = _Module(f"tensorflow.{name}")
    modules["tensorflow.examples.tutorials.mnist.input_data"] = input_data
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    sys.modules.update(modules)
    # The installed Keras is a current one, so an import of Keras must fail as for missing parts.
    for name in [*sys.modules]:
        if name.startswith(("keras.", "tensorflow.keras.")):
            del sys.modules[name]
    sys.modules.update({"keras": None, "tensorflow.keras": None})  # type: ignore[dict-item]


def lacks_period_packages(error: BaseException) -> bool:
    """True if an `error` may be caused by the absence of the period packages."""
    if isinstance(error, ImportError):
        return (error.name or "").partition(".")[0] in ("tensorflow", "keras", "tf_keras")
    return isinstance(error, AttributeError) and "module 'tensorflow" in str(error)

"""What `import tensorflow` gives an old script: TensorFlow 1's names, served by what is installed.

Most of them `tf.compat.v1` still has. The tables here say where the others are today; a name that
is nowhere is refused by `NotServed`, which says what to use instead.
"""

import functools
import importlib.util
import logging
import operator
import pkgutil
import re
import sys
import types
import warnings

import numpy as np
import tensorflow as tf
from tensorflow.python.util import deprecation, tf_stack

from tf_edureka.legacy import modern_names, op_seeds

VERSION = "1.15.5"

# Old module, without `tensorflow.`: where its names are looked up, in this order. `v1` is
# `tensorflow.compat.v1`. tf_slim is what its authors made of contrib's slim, layers, framework and
# metrics (github.com/google-research/tf-slim); layers, keras and nn.rnn_cell of v1 come from
# tf_keras (github.com/keras-team/tf-keras).
_MODULES = {
    "": ("v1",),
    "contrib": (),
    "contrib.data": ("v1.data.experimental", "v1.data"),
    "contrib.distributions": ("v1.distributions",),
    "contrib.eager": ("v1",),
    "contrib.framework": ("tf_slim", "v1.train", "v1"),
    "contrib.framework.nest": ("v1.nest",),
    "contrib.framework.python": (),
    "contrib.framework.python.ops": ("tf_slim", "tf_slim.ops"),
    "contrib.image": ("v1.image",),
    "contrib.keras": ("v1.keras",),
    "contrib.layers": ("tf_slim.layers",),
    "contrib.layers.python": (),
    "contrib.layers.python.layers": ("tf_slim.layers",),
    "contrib.learn": (),
    "contrib.learn.datasets": (),
    "contrib.learn.datasets.mnist": ("tf_edureka.legacy.input_data",),
    "contrib.learn.python": (),
    "contrib.learn.python.learn": (),
    "contrib.learn.python.learn.datasets": (),
    "contrib.learn.python.learn.datasets.mnist": ("tf_edureka.legacy.input_data",),
    "contrib.legacy_seq2seq": (),
    "contrib.lookup": ("v1.lookup",),
    "contrib.losses": ("v1.losses",),
    "contrib.metrics": ("tf_slim.metrics", "v1.metrics", "v1"),
    "contrib.nn": ("v1.nn",),
    "contrib.opt": ("v1.train",),
    "contrib.rnn": ("v1.nn.rnn_cell", "v1.nn"),
    "contrib.saved_model": ("v1.saved_model",),
    "contrib.seq2seq": (),
    "contrib.slim": ("tf_slim",),
    "contrib.slim.nets": ("tf_slim.nets",),
    "contrib.slim.python": (),
    "contrib.slim.python.slim": ("tf_slim",),
    "contrib.slim.python.slim.nets": ("tf_slim.nets",),
    "contrib.summary": ("v1.summary",),
    "contrib.tensorboard": (),
    "contrib.tensorboard.plugins": (),
    "contrib.tensorboard.plugins.projector": ("tensorboard.plugins.projector",),
    "contrib.training": ("tf_slim.training.training", "tf_slim.evaluation", "v1.train"),
    "contrib.util": ("v1",),
    "examples": (),
    "examples.tutorials": (),
    "examples.tutorials.mnist": (),
    "examples.tutorials.mnist.input_data": ("tf_edureka.legacy.input_data",),
    "keras": ("v1.keras",),
    "layers": ("v1.layers",),
    "nn": ("v1.nn",),
    "nn.rnn_cell": ("v1.nn.rnn_cell",),
}

# Old name: the same by another name today, or written anew in `contrib`.
_NAMES = {
    "contrib.data.batch_and_drop_remainder": "tf_edureka.legacy.contrib.batch_and_drop_remainder",
    "contrib.eager.Checkpoint": "v1.train.Checkpoint",
    "contrib.eager.Iterator": "tensorflow.python.data.ops.iterator_ops.OwnedIterator",
    "contrib.eager.Network": "tf_edureka.legacy.contrib_keras.Network",
    "contrib.eager.Variable": "tensorflow.python.ops.resource_variable_ops.ResourceVariable",
    "contrib.eager.defun": "v1.function",
    "contrib.eager.gradients_function": "tensorflow.python.eager.backprop.gradients_function",
    "contrib.eager.implicit_gradients": "tensorflow.python.eager.backprop.implicit_grad",
    "contrib.eager.implicit_value_and_gradients": (
        "tensorflow.python.eager.backprop.implicit_val_and_grad"
    ),
    "contrib.eager.in_eager_mode": "v1.executing_eagerly",
    "contrib.eager.num_gpus": "tensorflow.python.eager.context.num_gpus",
    "contrib.eager.value_and_gradients_function": (
        "tensorflow.python.eager.backprop.val_and_grad_function"
    ),
    "contrib.learn.datasets.load_dataset": "tf_edureka.legacy.contrib.load_dataset",
    "contrib.learn.datasets.mnist.load_mnist": "tf_edureka.legacy.input_data.read_data_sets",
    "contrib.legacy_seq2seq.rnn_decoder": "tf_edureka.legacy.contrib.rnn_decoder",
    "contrib.legacy_seq2seq.sequence_loss_by_example": (
        "tf_edureka.legacy.contrib.sequence_loss_by_example"
    ),
    "contrib.lookup.HashTable": "v1.lookup.StaticHashTable",
    "contrib.rnn.OutputProjectionWrapper": (
        "tf_edureka.legacy.contrib_keras.OutputProjectionWrapper"
    ),
    "contrib.seq2seq.sequence_loss": "tf_edureka.legacy.contrib.sequence_loss",
    "contrib.training.HParams": "tf_edureka.legacy.contrib.HParams",
    "contrib.util.constant_value": "v1.get_static_value",
}

# What is no part of TensorFlow, by the beginning of its place: the module that it is in, the name
# of that to pip, and our extra that has it.
_PACKAGES = {
    "tensorboard": ("tensorboard", "tensorboard", "tensorboard"),
    "tf_edureka.legacy.contrib_keras": ("tf_keras", "tf-keras", "legacy"),
    "tf_slim": ("tf_slim", "tf-slim", "legacy"),
    "v1.keras": ("tf_keras", "tf-keras", "legacy"),
    "v1.layers": ("tf_keras", "tf-keras", "legacy"),
    "v1.nn.rnn_cell": ("tf_keras", "tf-keras", "legacy"),
}

# Names that have moved within TensorFlow: where tf_slim, and old scripts, look for them in
# `tensorflow.python`, and their names in `v1`.
_MOVED = {
    "framework.graph_util.convert_variables_to_constants": (
        "graph_util.convert_variables_to_constants"
    ),
    "framework.ops.IndexedSlices": "IndexedSlices",
    "framework.ops.Tensor": "Tensor",
    "ops.array_ops.stack": "stack",
    "ops.array_ops.unstack": "unstack",
    "ops.control_flow_ops.Assert": "Assert",
    "ops.control_flow_ops.case": "case",
    "ops.control_flow_ops.cond": "cond",
    "ops.control_flow_ops.while_loop": "while_loop",
    "ops.variable_scope.variable": "Variable",
    "pywrap_tensorflow.NewCheckpointReader": "train.NewCheckpointReader",
}

# Names that NumPy has dropped since.
_NUMPY = {
    "Inf": np.inf,
    "NaN": np.nan,
    "alltrue": np.all,
    "asscalar": lambda array: array.item(),
    "bool": bool,
    "complex": complex,
    "float": float,
    "float_": np.float64,
    "in1d": np.isin,
    "infty": np.inf,
    "int": int,
    "object": object,
    "product": np.prod,
    "sometrue": np.any,
    "str": str,
    "string_": np.bytes_,
    "unicode_": np.str_,
}


_numpy_reshape = np.reshape


@functools.wraps(np.reshape)
def _reshape(a, shape=None, order="C", newshape=None, **options):
    """NumPy's, which has dropped the old name of its argument."""
    return _numpy_reshape(a, newshape if shape is None else shape, order, **options)


class NotServed(AttributeError):
    """A name of TensorFlow 1 that nothing has which is installed; the message says what to do."""


def install(replay_seeds: bool = True) -> None:
    """Makes this process one of TensorFlow 1: graph mode, and `import tensorflow` gives its names.

    Args:
        replay_seeds: whether an op without a seed gets the one that TensorFlow 1.15 gave it.
    """
    deprecation._PRINT_DEPRECATION_WARNINGS = False  # all of it is deprecated
    tf.compat.v1.disable_v2_behavior()
    if replay_seeds:
        op_seeds.install()
    modules = {f"tensorflow.{old}".rstrip("."): _Module(old) for old in _MODULES}
    top = modules["tensorflow"]
    top.__dict__.update(
        __file__=tf.__file__,
        __path__=tf.__path__,
        __spec__=tf.__spec__,
        __version__=VERSION,
        VERSION=VERSION,
        compat=tf.compat,
    )
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    modules["tensorflow.compat.v1"], modules["tensorflow.compat.v2"] = tf.compat.v1, tf.compat.v2
    if _is_installed("tf_keras"):
        # tf_keras tells of each layer and cell what it is today.
        warnings.filterwarnings("ignore", ".* is deprecated and will be removed in a future")
        logging.getLogger("tensorflow").addFilter(lambda of: "is deprecated" not in str(of.msg))
        keras = top.keras = pkgutil.resolve_name("tf_keras.api._v1.keras")
        modules["keras"] = modules["tensorflow.keras"] = keras
        # Where TensorFlow looks for them, and where they are.
        layers = pkgutil.resolve_name("tf_keras.src.legacy_tf_layers")
        modules["tf_keras.legacy_tf_layers"] = layers
    sys.modules.update(modules)
    for old, name in _MOVED.items():
        module, _, old = f"tensorflow.python.{old}".rpartition(".")
        setattr(pkgutil.resolve_name(module), old, _find(f"v1.{name}"))
    np.reshape = _reshape
    for name, value in _NUMPY.items():
        if name not in vars(np):
            setattr(np, name, value)


class HiddenFrames(tf_stack.StackTraceFilter):
    """While it is entered, TensorFlow leaves some files out when it says where an op was made.

    Args:
        *files: as Python names them in a traceback.
    """

    def __init__(self, *files: str) -> None:
        super().__init__()
        self._files = frozenset(files)

    def get_filtered_filenames(self) -> frozenset[str]:
        """The files, as TensorFlow asks for them."""
        return self._files


class _Module(types.ModuleType):
    """A module of TensorFlow 1, whose names are looked up where they are today."""

    def __init__(self, old: str) -> None:
        super().__init__(f"tensorflow.{old}".rstrip("."))
        self._old = old
        self.__path__ = []

    def __getattr__(self, name: str):
        if name == "__all__":
            return [public for public in dir(self) if not public.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(name)
        old = f"{self._old}.{name}".lstrip(".")
        for place in _places(old):
            if _missing_package(place) is None:
                try:
                    value = _find(place)
                except AttributeError:
                    continue
                setattr(self, name, value)
                return value
        raise NotServed(_refusal(old))

    def __dir__(self):
        places = [place for place in _MODULES[self._old] if _missing_package(place) is None]
        return sorted({*self.__dict__, *(name for place in places for name in dir(_find(place)))})


def refusal(error: BaseException) -> str | None:
    """Why a script ended, if by a name of TensorFlow 1 that nothing has which is installed.

    Args:
        error: what ended it.

    Returns:
        the name, and what to do; None if it ended by something else.
    """
    if isinstance(error, NotServed):
        return str(error)
    # Modules such as tf.train are TensorFlow's own.
    lacking = re.match(r"module 'tensorflow\S*\.v1\.(\S+)' has no attribute '(\w+)'", str(error))
    if isinstance(error, AttributeError) and lacking:
        return _refusal(".".join(lacking.groups()))
    if isinstance(error, ImportError) and f"{error.name}.".startswith("tensorflow."):
        old = error.name.removeprefix("tensorflow").lstrip(".")
        # What `from module import name` was to import, ImportError has only since Python 3.12.
        name = re.match(r"cannot import name '(\w+)'", str(error))
        return _refusal(f"{old}.{name[1]}" if name else old)
    return None


def _find(place: str):
    """What a dotted path leads to."""
    if place.startswith("v1"):
        return operator.attrgetter(f"compat.{place}")(tf)
    return pkgutil.resolve_name(place)


def _places(old: str) -> list[str]:
    """Where a name may be today."""
    if old in _NAMES:
        return [_NAMES[old]]
    module, name = old, ""
    while module not in _MODULES:
        module, _, last = module.rpartition(".")
        name = f"{last}.{name}".rstrip(".")
    return [f"{place}.{name}".rstrip(".") for place in _MODULES[module]]


def _refusal(old: str) -> str:
    """Why a name is not served, and what to do."""
    packages = filter(None, map(_missing_package, _places(old)))
    for package, extra in packages:
        return f"tf.{old}: needs {package}; pip install -e '.[{extra}]'"
    instead = modern_names.of(f"tf.{old}")
    return f"tf.{old}: not in TensorFlow 2" + (f"; today: {instead}" if instead else "")


def _missing_package(place: str) -> tuple[str, str] | None:
    """What to install for a place to exist, and the extra that has it; None if nothing."""
    for beginning, (module, *package) in _PACKAGES.items():
        if f"{place}.".startswith(f"{beginning}.") and not _is_installed(module):
            return tuple(package)
    return None


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None

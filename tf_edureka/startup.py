"""The import of TensorFlow, quicker than its own and without its log."""

import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator

from tf_edureka.config import WIDE_VECTORS
from tf_edureka.errors import InputError

_LOG_LEVEL = "2"  # errors only


@contextlib.contextmanager
def tensorflow_import() -> Iterator[None]:
    """Makes the import of TensorFlow in the block quicker and quiet.

    The garbage collector finds nothing in half a million objects that live until the end, but
    looks through them again and again, and once more at exit: a second in all. So it is off
    meanwhile, and passes over them afterwards (`gc.freeze`).

    TensorFlow writes to stderr before it looks at TF_CPP_MIN_LOG_LEVEL. What it writes is kept off
    the screen unless the block fails. Where one of TensorFlow's own variables for its log or XLA
    is set to anything but what is set here, nothing is kept back.

    Keras is told to compute with TensorFlow, whatever the user's other programs want of it.

    Where TensorFlow is imported already, nothing of this is done.
    """
    if "tensorflow" in sys.modules:
        yield
        return
    os.environ["KERAS_BACKEND"] = "tensorflow"
    gc.disable()
    try:
        with _held_log():
            yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _held_log() -> Iterator[None]:
    variables = {"TF_CPP_MIN_LOG_LEVEL", "TF_XLA_FLAGS", "XLA_FLAGS"}
    for name, ours in (("XLA_FLAGS", WIDE_VECTORS), ("TF_CPP_MIN_LOG_LEVEL", _LOG_LEVEL)):
        if os.environ.get(name) == ours:  # set by the process that started this one
            variables.remove(name)
    if sys.stderr is None or variables & set(os.environ):
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = _LOG_LEVEL
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        except Exception as error:
            if not isinstance(error, InputError):
                log.seek(0)
                os.write(stderr, log.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)

"""Old notebooks: their kernel, and how one is run as a script is."""

import contextlib
from collections.abc import Iterator

from tf_edureka.errors import InputError
from tf_edureka.runner import kernel


@contextlib.contextmanager
def needing_jupyter() -> Iterator[None]:
    """Says in the block how to get what is missing of Jupyter."""
    try:
        yield
    except ImportError as error:
        raise InputError(f"{error}; pip install -e '.[notebooks]' brings what is needed") from None


def install_kernel() -> None:
    """Installs the kernel "TensorFlow 1", and says where it is and how to remove it."""
    with needing_jupyter():
        try:
            folder = kernel.install()
        except OSError as error:
            raise InputError(
                f"{error.filename}: the kernel cannot be written there ({error.strerror})"
            ) from None
    print(f'{folder} has the Jupyter kernel "TensorFlow 1" now')
    print(f"jupyter kernelspec remove {kernel.NAME} removes it", flush=True)

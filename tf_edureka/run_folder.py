"""The folder of one run: claimed before the work begins, its files written whole or not at all."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tf_edureka.errors import InputError

# A folder with one of these holds a run.
_MARKS = ("history.json", "model.keras")


class RunFolder:
    """A folder to write a run's files into.

    Args:
        path: the folder. It need not exist.
        overwrite: whether an earlier run's files in it may be replaced. They stay until then.

    Raises:
        InputError: when the folder holds a run and `overwrite` is false, or the path is not one
            of a folder.
    """

    def __init__(self, path: Path, overwrite: bool = False) -> None:
        self.path = path
        if path.exists() and not path.is_dir():
            raise InputError(f"{path}: expected a folder to write to, got a file; name another")
        held = [mark for mark in _MARKS if (path / mark).exists()]
        if held and not overwrite:
            raise InputError(
                f"{path} already holds a run ({held[0]}); give --overwrite to replace it or "
                "--out for another folder"
            )

    def create(self) -> None:
        """Makes the folder, and makes sure that it can be written to.

        Raises:
            InputError: when it cannot.
        """
        with self._explained():
            self.path.mkdir(parents=True, exist_ok=True)
        with self.write(".writable") as path:
            path.touch()
        (self.path / ".writable").unlink()

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[Path]:
        """Gives a path to write a file to, which gets its name when it is whole.

        Args:
            name: the file's name in the folder.

        Yields:
            a path with the same ending in the same folder. If the block raises, it is deleted and
            a file that had the name before stays as it was.

        Raises:
            InputError: when the file cannot be written.
        """
        partial = self.path / f".partial-{name}"
        with self._explained():
            try:
                yield partial
                partial.replace(self.path / name)
            finally:
                partial.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written to ({error.strerror or error}); "
                "give --out for another folder"
            ) from None

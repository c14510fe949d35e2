"""The folder of one run: claimed before the work begins, its files written whole or not at all."""

import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tf_edureka.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class RunFolder:
    """A folder to write a run's files into.

    Args:
        path: the folder. It need not exist.
        names: the files that the run will write.
        overwrite: whether an earlier run's files in it may be replaced. They stay until then.

    Raises:
        InputError: when the folder holds one of the files and `overwrite` is false, or the path
            is not one of a folder.
    """

    def __init__(self, path: Path, names: Sequence[str], overwrite: bool = False) -> None:
        self.path = path
        self.names = tuple(names)
        with self._explained():
            if path.exists() and not path.is_dir():
                raise InputError(f"{path}: expected a folder to write to, got a file; name another")
            held = [name for name in names if (path / name).exists()]
            folders = [name for name in held if (path / name).is_dir()]
        if held and not overwrite:
            raise InputError(
                f"{path} already holds a run ({held[0]}); give --overwrite to replace it or "
                "--out for another folder"
            )
        if folders:
            raise InputError(f"{path / folders[0]}: expected a file to replace, got a folder")

    def create(self) -> None:
        """Makes the folder, and makes sure that it can be written to.

        Raises:
            InputError: when it cannot.
        """
        with self._explained():
            self.path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()

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

    def write_json(self, name: str, content: object) -> None:
        """Writes what JSON can hold to a file, as `write` does.

        Raises:
            InputError: when the file cannot be written.
        """
        with self.write(name) as path:
            path.write_text(json.dumps(content, indent=1) + "\n")

    def write_figure(self, name: str, figure: "Figure") -> None:
        """Writes a picture to a file, as `write` does.

        Raises:
            InputError: when the file cannot be written.
        """
        with self.write(name) as path:
            figure.savefig(path, dpi=110)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written to ({error.strerror or error}); "
                "give --out for another folder"
            ) from None

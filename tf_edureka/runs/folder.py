"""The folder of one run: claimed before the work begins, its files written whole or not at all."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.runs import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class RunFolder:
    """A folder to write a run's files into.

    Args:
        path: the folder. It need not exist.
        names: the files that the run will write, or patterns of them; pictures as PNG.
        overwrite: whether an earlier run's files in it may be replaced. They stay until then.
        pictures: of `figures.FORMATS`, in which pictures are written.

    Raises:
        InputError: when the folder holds one of the files and `overwrite` is false, or the path
            is not one of a folder.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        names: Sequence[str],
        *,
        overwrite: bool = False,
        pictures: str = figures.FORMATS[0],
    ) -> None:
        self.path = Path(path)
        self._names, self._overwrite, self._format = tuple(names), overwrite, pictures
        self._expect_free()

    def written(self, names: Iterable[str] | None = None) -> str:
        """What the files of these `names`, or all of the run, are called, with commas between."""
        chosen = self._names if names is None else names
        return ", ".join(figures.name_in(self._format, name) for name in chosen)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Makes the folder, makes sure that it can be written to, and keeps other runs out of it.

        The claim ends with the block, and with the process however that ends. A file `.lock` stays.

        Raises:
            InputError: when the folder cannot be written to, or another run has claimed it.
        """
        with contextlib.ExitStack() as claim:
            with self._as_input_error():
                self.path.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=self.path).close()
                try:
                    claim.enter_context(filelock.FileLock(self.path / ".lock", timeout=0))
                except filelock.Timeout:
                    raise InputError(
                        f"{self.path}: expected to be the only run there, but another one is "
                        "writing to it",
                        topic="folder in use",
                    ) from None
                for left_by_a_kill in self.path.glob(f"{_files.PARTIAL}*"):
                    left_by_a_kill.unlink()
            self._expect_free()  # another run may have come and gone meanwhile
            yield

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
        with self._as_input_error(), _files.atomic_write(self.path / name) as partial:
            yield partial

    def write_json(self, name: str, content: object) -> None:
        """Writes `content`, which JSON can hold, to the file `name`, as `write` does.

        Raises:
            InputError: when the file cannot be written.
        """
        with self.write(name) as path:
            path.write_text(json.dumps(content, indent=1) + "\n")

    def write_figure(self, name: str, figure: "Figure") -> None:
        """Writes the picture `figure`, whose PNG is called `name`, as `write` does.

        A picture of that name in the other format, which would be of an earlier run, is deleted.

        Raises:
            InputError: when the file cannot be written.
        """
        written = figures.name_in(self._format, name)
        with self.write(written) as path:
            figures.save(figure, path, self._format)
        self._unlink(other for other in figures.in_any_format(name) if other != written)

    def delete(self, names: Iterable[str]) -> None:
        """Deletes the files of these `names`, pictures in whatever format.

        Raises:
            InputError: when one cannot be deleted.
        """
        self._unlink(one for name in names for one in figures.in_any_format(name))

    def _unlink(self, names: Iterable[str]) -> None:
        with self._as_input_error():
            for name in names:
                (self.path / name).unlink(missing_ok=True)

    def _expect_free(self) -> None:
        path = self.path
        with self._as_input_error():
            if path.exists() and not path.is_dir():
                raise InputError(f"{path}: expected a folder to write to, got a file; name another")
            patterns = [one for name in self._names for one in figures.in_any_format(name)]
            held = [found for one in patterns for found in sorted(path.glob(one))]
            folders = [found for found in held if found.is_dir()]
        if held and not self._overwrite:
            raise InputError(
                f"{path} already holds a run ({held[0].name})", topic="folder holds a run"
            )
        if folders:
            raise InputError(f"{folders[0]}: expected a file to replace, got a folder")

    @contextlib.contextmanager
    def _as_input_error(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # It may have been removed meanwhile. os.path, since pathlib's asks may raise as well.
            is_there = os.path.exists(self.path)
            raise InputError(
                f"{self.path}: cannot be written to ({error.strerror or error})",
                topic="folder cannot be written to" if is_there else "folder is gone",
            ) from None

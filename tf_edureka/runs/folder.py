"""The folder of a run: locked while in use, with files that are written atomically."""

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
    """A folder to write the files of a run into.

    Args:
        path: path of the folder; it need not exist.
        names: names or glob patterns of the files that the run will write; pictures as .png.
        overwrite: whether files of an earlier run may be replaced; they stay until then.
        pictures: format of the pictures, one of `figures.FORMATS`.

    Raises:
        InputError: if the folder has one of the files and `overwrite` is False, or the path is not
            a folder.
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
        """Returns the written names of the files `names`, or of all files, joined by commas."""
        chosen = self._names if names is None else names
        return ", ".join(figures.name_in(self._format, name) for name in chosen)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Creates the folder, checks that it is writable, and locks it against other runs.

        The lock ends with the block, or with the process in any case. A file `.lock` remains.

        Raises:
            InputError: if the folder cannot be written to, or another run has locked it.
        """
        with contextlib.ExitStack() as claim:
            with self._as_input_error():
                self.path.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=self.path).close()
                try:
                    claim.enter_context(filelock.FileLock(self.path / ".lock", timeout=0))
                except filelock.Timeout:
                    raise InputError(
                        f"{self.path}: expected a folder that no other run uses, but another one "
                        "is writing to it",
                        topic="folder in use",
                    ) from None
                for left_over in self.path.glob(f"{_files.PARTIAL}*"):
                    left_over.unlink()
            self._expect_free()  # another run may have finished in the meantime
            yield

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[Path]:
        """Writes a file atomically: it gets its name when it is complete.

        Args:
            name: name of the file in the folder.

        Yields:
            the temporary path to write to, with the same suffix. If the block raises, it is deleted
            and a previous file is unchanged.

        Raises:
            InputError: if the file cannot be written.
        """
        with self._as_input_error(), _files.atomic_write(self.path / name) as partial:
            yield partial

    def write_json(self, name: str, content: object) -> None:
        """Writes `content` as JSON to the file `name`, atomically.

        Raises:
            InputError: if the file cannot be written.
        """
        with self.write(name) as path:
            path.write_text(json.dumps(content, indent=1) + "\n")

    def write_figure(self, name: str, figure: "Figure") -> None:
        """Writes `figure` atomically; `name` is its file name as PNG.

        A picture of that name in another format, left by an earlier run, is deleted.

        Raises:
            InputError: if the file cannot be written.
        """
        written = figures.name_in(self._format, name)
        with self.write(written) as path:
            figures.save(figure, path, self._format)
        self._unlink(other for other in figures.in_any_format(name) if other != written)

    def delete(self, names: Iterable[str]) -> None:
        """Deletes the files with these `names`, pictures in every format.

        Raises:
            InputError: if one cannot be deleted.
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
                raise InputError(
                    f"{path}: expected a folder to write to, got a file; give another path"
                )
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
            # It may have been deleted. os.path, since pathlib's methods may raise as well.
            is_there = os.path.exists(self.path)
            raise InputError(
                f"{self.path}: cannot be written to ({error.strerror or error})",
                topic="folder cannot be written to" if is_there else "folder is gone",
            ) from None

"""Finds the files of a checkpoint from a prefix, one of its files, or a folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from tf_edureka.errors import InputError

_OF_BUNDLE = re.compile(r"(.+)\.(index|meta|data-\d{5}-of-\d{5})")
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})$")
_LATEST = re.compile(r'^model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MAGIC_V1_AND_INDEX = bytes.fromhex("57fb808b247547db")  # the last bytes of a table of tensors
EXPECTED = "a checkpoint, a frozen graph, a SavedModel or an HDF5 file"
_ZIP = b"PK\3\4"


@dataclass(frozen=True)
class Place:
    """The location of a checkpoint.

    Attributes:
        kind: `bundle` (version 2), `tables` (version 1), `graph` (frozen), `saved_model` or `hdf5`.
        path: prefix of a bundle or of tables; else the file.
        files: files with the values of a bundle or of tables.
    """

    kind: str
    path: Path
    files: tuple[Path, ...] = ()


def find(path: Path) -> Place:
    """Finds the checkpoint at a path.

    Args:
        path: prefix such as `model.ckpt-100`, one of its files, another file, or a folder with a
            SavedModel or checkpoints.

    Returns:
        the location of the checkpoint.

    Raises:
        InputError: if there is none, or a part of it is missing.
    """
    if path.is_dir():
        return _in_folder(path)
    found = _OF_BUNDLE.fullmatch(str(path))
    return _of_prefix(Path(found[1]) if found and path.is_file() else path)


def of_saved_model(path: Path) -> Place:
    """Finds the values of a SavedModel from the `path` of its `saved_model.pb`."""
    return _of_prefix(path.parent / "variables" / "variables")


def _in_folder(folder: Path) -> Place:
    if (folder / "saved_model.pb").is_file():
        return Place("saved_model", folder / "saved_model.pb")
    state = folder / "checkpoint"
    if state.is_file():
        with state.open(encoding="utf-8", errors="replace") as file:
            latest = _LATEST.search(file.read(100_000))
        if latest:  # often a path on another machine
            return _of_prefix(folder / Path(latest[1].replace("\\\\", "/")).name)
    prefixes = sorted({one.with_suffix("") for one in folder.glob("*.index")})
    if len(prefixes) == 1:
        return _of_prefix(prefixes[0])
    got = "none" if not prefixes else f"{len(prefixes)}: {', '.join(p.name for p in prefixes[:5])}"
    raise InputError(f"{folder}: expected a SavedModel or one checkpoint in this folder, got {got}")


def _of_file(path: Path) -> Place:
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(max(0, path.stat().st_size - 8))
        tail = file.read(8)
    if head == _HDF5:
        return Place("hdf5", path)
    if head.startswith(_ZIP):
        raise InputError(
            f"{path}: expected a file of TensorFlow 1 or Keras 2, got a zip archive; "
            "keras.models.load_model reads those of Keras 3"
        )
    if tail == _MAGIC_V1_AND_INDEX:
        return Place("tables", *_tables(path))
    if path.name == "checkpoint":
        return _in_folder(path.parent)
    if path.name == "saved_model.pb":
        return Place("saved_model", path)
    return Place("graph", path)


def _tables(path: Path) -> tuple[Path, tuple[Path, ...]]:
    """Prefix and files of a checkpoint of version 1, from one of the files at `path`."""
    shard = _SHARD.search(path.name)
    if not shard:
        return path, (path,)
    prefix = path.with_name(path.name[: shard.start()])
    return prefix, _expect_all(prefix, int(shard[2]), "")


def _of_prefix(prefix: Path) -> Place:
    index = Path(f"{prefix}.index")
    if index.is_file():
        beginning = f"{prefix.name}.data-"
        there = [one for one in prefix.parent.iterdir() if one.name.startswith(beginning)]
        counts = {int(found[2]) for one in there if (found := _SHARD.search(one.name))}
        if len(counts) > 1:
            raise InputError(
                f"{prefix}: expected the data files of one checkpoint, got sets of "
                f"{' and '.join(map(str, sorted(counts)))} files"
            )
        return Place("bundle", prefix, _expect_all(prefix, max(counts, default=1), ".data"))
    if prefix.is_file():
        return _of_file(prefix)
    parent = prefix.parent
    names = [one.name for one in parent.iterdir()] if parent.is_dir() else []
    beginning = f"{prefix.name}-"
    shards = [name for name in names if name.startswith(beginning) and _SHARD.search(name)]
    if shards:
        return Place("tables", *_tables(parent / sorted(shards)[0]))
    if any(
        name.startswith(f"{prefix.name}.data-") or name == f"{prefix.name}.meta" for name in names
    ):
        raise InputError(f"{index}: expected the index of the checkpoint, got none")
    raise InputError(f"{prefix}: expected {EXPECTED}, got none")


def _expect_all(prefix: Path, count: int, ending: str) -> tuple[Path, ...]:
    files = tuple(Path(f"{prefix}{ending}-{number:05d}-of-{count:05d}") for number in range(count))
    missing = [one.name for one in files if not one.is_file()]
    if missing:
        raise InputError(f"{prefix}: expected {', '.join(missing[:3])} next to it, got none")
    return files

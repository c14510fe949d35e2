"""Feeds the readers of untrusted input with the inputs of a fuzzer.

    pip install atheris
    python tests/fuzz.py idx|image|checkpoint|cluster FOLDER -max_total_time=600 -rss_limit_mb=0

Anything but an `InputError` is a crash. FOLDER collects the inputs that reached something new; the
first ones are put there. Options after it go to libFuzzer. Run by hand.
"""

import io
import json
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tf_edureka", "PIL", "gzip", "zipfile", "numpy.lib"]):
    import gzip
    import zipfile

    import numpy as np
    from PIL import Image

    from tf_edureka import _files
    from tf_edureka.data import idx, picture
    from tf_edureka.errors import InputError
    from tf_edureka.mlp.distribution.cluster import VARIABLE, Cluster
    from tf_edureka.runs import checkpoint
    from tf_edureka.runs.state import TrainingState

WORK = Path(tempfile.mkdtemp()) / "input.png"
CONDITIONS = {"config": {}, "data_sha256": "", "machine": {}}
PNG = b"\x89PNG\r\n\x1a\n"


def try_idx(content: bytes) -> None:
    """Reads the input as labels and as images."""
    WORK.write_bytes(content)
    for rank in (1, 3):
        try:
            array = idx.read(WORK, rank)
        except InputError:
            continue
        if array.ndim != rank or array.dtype != np.uint8:
            raise AssertionError(f"rank {rank}: got {array.dtype} of shape {array.shape}")


def try_image(content: bytes) -> None:
    """Reads the input as a picture of a digit."""
    WORK.write_bytes(with_checksums(content))
    try:
        image = picture.read(WORK)
    except InputError:
        return
    if image.shape != (28, 28) or image.dtype != np.uint8 or image.max() != 255:
        raise AssertionError(f"got {image.dtype} of shape {image.shape}, up to {image.max()}")


def with_checksums(content: bytes) -> bytes:
    """The PNG with correct checksums; otherwise the fuzzer would never get past them."""
    if not content.startswith(PNG):
        return content
    made, place = [PNG], len(PNG)
    while place < len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        checked = content[place + 4 : place + 8 + length]
        made += [content[place : place + 4], checked, struct.pack(">I", zlib.crc32(checked))]
        place += 12 + length
    return b"".join(made)


def try_checkpoint(content: bytes) -> None:
    """Reads the input as a checkpoint named with its right hash, or as part of a valid one."""
    names = (None, "variable_0", "cost", "conditions", "training")
    name = names[content[0] % len(names)] if content else None
    try:
        forged = content if name is None else with_part(name, content[1:])
        state, conditions = checkpoint.from_bytes(WORK, forged)
    except InputError:
        return
    checkpoint.to_bytes(state, conditions)


def with_part(name: str, content: bytes) -> bytes:
    """A valid checkpoint with the input in place of an array or of one of its texts."""
    if name in ("conditions", "training"):
        text = io.BytesIO()
        np.save(text, np.array(content.decode("utf-8", "replace")))
        content = text.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for member, part in (WHOLE | {f"{name}.npy": content}).items():
            made.writestr(member, part)
    return file.getvalue()


def whole_checkpoint() -> bytes:
    """A checkpoint as a training writes it before its first step."""
    empty = np.zeros(0)
    state = TrainingState(
        (np.zeros(2),),
        empty,
        accuracy=empty,
        epoch_seconds=empty,
        step_cost=empty,
        running_cost=empty,
        running_seconds=np.array(0.0),
        training={},
    )
    return checkpoint.to_bytes(state, CONDITIONS)


WHOLE = _files.zip_members(whole_checkpoint(), 100)


def try_cluster(content: bytes) -> None:
    """Reads the input as TF_CONFIG; after a question mark it chooses the values of one."""
    config = content.decode("utf-8", "replace")
    if config.startswith("?"):
        values = atheris.FuzzedDataProvider(content[1:])
        jobs = {name: any_json(values, 2) for name in ("worker", "chief") if values.ConsumeBool()}
        task = {"type": any_json(values, 1), "index": any_json(values, 1)}
        config = json.dumps({"cluster": jobs, "task": task})
    try:
        cluster = Cluster.from_environment({VARIABLE: config})
    except InputError:
        return
    if type(cluster.index) is not int or not 0 <= cluster.index < len(cluster.addresses):
        raise AssertionError(f"got worker {cluster.index!r} of {len(cluster.addresses)}")


def any_json(values: atheris.FuzzedDataProvider, depth: int) -> object:
    """A JSON value that is likely to be nearly valid."""
    kind = values.ConsumeIntInRange(0, 9)
    if kind == 0 and depth:
        return {text(values): any_json(values, depth - 1)}
    if kind <= 5 and depth:
        return [any_json(values, depth - 1) for _ in range(values.ConsumeIntInRange(0, 3))]
    if kind <= 6:
        return values.PickValueInList(["worker", "chief", "a:1", "b:2", "[::1]:3", "c:65536"])
    if kind == 7:
        return values.PickValueInList([0, 1, -1, True, None, 1.0, 1.9, float("inf"), 10**400])
    return text(values) if kind == 8 else f"{text(values)}:{text(values)}"


def text(values: atheris.FuzzedDataProvider) -> str:
    """Some characters, of any kind."""
    return values.ConsumeUnicode(values.ConsumeIntInRange(0, 8))


def beginnings(target: str) -> Iterator[bytes]:
    """Valid files, from which the fuzzer learns the format."""
    if target == "idx":
        for file in (
            struct.pack(">4BI", 0, 0, 8, 1, 3) + b"abc",
            struct.pack(">4B3I", 0, 0, 8, 3, 1, 2, 2) + b"abcd",
        ):
            yield from (file, gzip.compress(file))
    if target == "checkpoint":
        yield whole_checkpoint()
        for first, said in ((3, CONDITIONS), (4, {"epochs": 9})):
            yield bytes([first]) + json.dumps(said).encode()
        for first, array in ((1, np.zeros((2, 2), np.float32)), (2, np.zeros(0))):
            file = io.BytesIO()
            np.save(file, array)
            yield bytes([first]) + file.getvalue()
    if target == "cluster":
        yield from (b"?" + bytes(range(0, 250, 7)), b"[" * 10_000)
        for jobs, kind in (({"worker": ["a:1", "b:2"]}, "worker"), ({"chief": ["a:1"]}, "chief")):
            task = {"type": kind, "index": 0}
            yield json.dumps({"cluster": jobs, "task": task}).encode()
    if target == "image":
        yield from pictures()


def pictures() -> Iterator[bytes]:
    """Pictures of a stroke, in each mode of each format."""
    drawn = np.full((12, 12), 255, np.uint8)
    drawn[3:9, 5:7] = 0
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"):
        for form, options in (("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True})):
            image = Image.fromarray(drawn).convert(mode)
            exif = image.getexif()
            exif[0x0112] = 6
            file = io.BytesIO()
            try:
                image.save(file, form, exif=exif, **options)
            except (OSError, ValueError):  # not every format has every mode
                continue
            yield file.getvalue()


TRIES = {
    "idx": try_idx,
    "image": try_image,
    "checkpoint": try_checkpoint,
    "cluster": try_cluster,
}


def main() -> None:
    """Runs the fuzzer."""
    target, folder, *options = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(beginnings(target)):
        (Path(folder) / f"whole-{number}").write_bytes(content)
    atheris.Setup([sys.argv[0], folder, *options], TRIES[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

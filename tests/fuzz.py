"""Feeds the readers of files with what a fuzzer makes up; anything but an `InputError` is a crash.

    pip install atheris
    python tests/fuzz.py idx|image|checkpoint FOLDER -max_total_time=600 -rss_limit_mb=0

FOLDER collects the inputs that reached something new; the first ones are put there. What follows it
goes to libFuzzer. Run by hand.
"""

import gzip
import io
import struct
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tf_edureka", "PIL"]):
    import numpy as np
    from PIL import Image

    from tf_edureka.data import idx, picture
    from tf_edureka.errors import InputError
    from tf_edureka.runs import checkpoint
    from tf_edureka.runs.state import TrainingState

WORK = Path(tempfile.mkdtemp()) / "input.png"


def try_idx(content: bytes) -> None:
    """Reads it as labels and as images."""
    WORK.write_bytes(content)
    for rank in (1, 3):
        try:
            array = idx.read(WORK, rank)
        except InputError:
            continue
        if array.ndim != rank or array.dtype != np.uint8:
            raise AssertionError(f"rank {rank}: got {array.dtype} of shape {array.shape}")


def try_image(content: bytes) -> None:
    """Reads it as a picture of a digit."""
    WORK.write_bytes(content)
    try:
        image = picture.read(WORK)
    except InputError:
        return
    if image.shape != (28, 28) or image.dtype != np.uint8 or image.max() != 255:
        raise AssertionError(f"got {image.dtype} of shape {image.shape}, up to {image.max()}")


def try_checkpoint(content: bytes) -> None:
    """Reads it as a checkpoint whose name has the right hash, as a stranger could make one."""
    try:
        checkpoint.from_bytes(WORK, content)
    except InputError:
        return


def beginnings(target: str) -> list[bytes]:
    """Whole files, from which a fuzzer finds its way into the format."""
    if target == "idx":
        files = [struct.pack(">4BI", 0, 0, 8, 1, 3) + b"abc"]
        files.append(struct.pack(">4B3I", 0, 0, 8, 3, 1, 2, 2) + b"abcd")
        return files + [gzip.compress(file) for file in files]
    if target == "checkpoint":
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
        return [checkpoint.to_bytes(state, {"config": {}, "data_sha256": "", "machine": {}})]
    drawn = np.full((12, 12), 255, np.uint8)
    drawn[3:9, 5:7] = 0
    files = []
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"):
        for form in ("PNG", "JPEG"):
            file = io.BytesIO()
            try:
                Image.fromarray(drawn).convert(mode).save(file, form)
            except (OSError, ValueError):  # not every format has every mode
                continue
            files.append(file.getvalue())
    return files


def main() -> None:
    """Runs the fuzzer."""
    target, folder, *options = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(beginnings(target)):
        (Path(folder) / f"whole-{number}").write_bytes(content)
    tries = {"idx": try_idx, "image": try_image, "checkpoint": try_checkpoint}
    atheris.Setup([sys.argv[0], folder, *options], tries[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""The content of `goldens/checkpoints.zip`, and checkpoints that TensorFlow would not write."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tensorflow.core.protobuf import tensor_bundle_pb2

from tf_edureka.tf1.checkpoint.content import Array

DATA = "data-00000-of-00001"
# Each file or prefix, and the `.npz` with its expected content.
NAMES = {
    **{
        name: name
        for name in (
            *("article", "conv", "lstm", "embedding", "five", "branches", "queue", "ema"),
            *("adadelta", "ftrl", "centered", "nesterov", "sharded", "v1", "v1_sharded"),
            *("saved_model", "saved_model_fixed"),
        )
    },
    "article_without_graph": "article",
    "frozen.pb": "frozen",
    "keras.h5": "keras",
    "keras_weights.h5": "keras",
    "keras_tf/weights": "keras",
}
# Names of the layers of `tf.keras` by their names in its object-based checkpoint.
LAYERS = {
    "layer_with_weights-0": "conv2d",
    "layer_with_weights-1": "batch_normalization",
    "layer_with_weights-2": "dense",
    "layer_with_weights-3": "dense_1",
}


def golden_arrays(folder: Path, name: str) -> dict[str, Array]:
    """The arrays that TensorFlow 1.15.5 wrote for a golden; see `goldens/checkpoints.py`."""
    with np.load(folder / f"{NAMES[name]}.npz") as arrays:
        return dict(arrays)


def arrays_in(arrays: Mapping[str, Array], folder: str) -> dict[str, Array]:
    """The arrays whose keys start with `folder/`, by the rest of the key."""
    return {
        k.removeprefix(f"{folder}/"): v for k, v in arrays.items() if k.startswith(f"{folder}/")
    }


def bit_identical(value: Array, expected: Array) -> bool:
    """True if two arrays are bit-identical."""
    kinds = (value.dtype, value.shape) == (expected.dtype, expected.shape)
    return kinds and value.tobytes() == expected.tobytes()


def write_bundle(prefix: Path, shapes: Mapping[str, Sequence[int]], content: bytes) -> None:
    """Writes a checkpoint of version 2 with correct checksums and any shapes.

    Args:
        prefix: prefix of its files.
        shapes: shapes of float32 tensors by name, which all have the same content.
        content: content of the file with the values.
    """
    header = tensor_bundle_pb2.BundleHeaderProto(num_shards=1)
    header.version.producer = 1
    entries = {b"": header.SerializeToString()}
    for name, shape in sorted(shapes.items()):
        entry = tensor_bundle_pb2.BundleEntryProto(
            dtype=1, size=len(content), crc32c=checksum(content)
        )
        for size in shape:
            entry.shape.dim.add(size=size)
        entries[name.encode()] = entry.SerializeToString()
    Path(f"{prefix}.index").write_bytes(_table(entries))
    Path(f"{prefix}.{DATA}").write_bytes(content)


def checksum(content: bytes) -> int:
    """The masked CRC32C of TensorFlow's tables and records."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _table(entries: Mapping[bytes, bytes]) -> bytes:
    """A table of LevelDB with one block."""
    content, handles = b"", b""
    for part in (entries, {}):
        block = _block(part)
        handles += _varint(len(content)) + _varint(len(block))
        content += _closed(block)
        if part:
            index = _block({max(entries) + b"\xff": handles})
            handles = b""
    handles += _varint(len(content)) + _varint(len(index))
    return (
        content + _closed(index) + handles.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
    )


def _block(entries: Mapping[bytes, bytes]) -> bytes:
    content, starts = b"", []
    for key, value in entries.items():
        starts.append(len(content))
        content += b"\0" + _varint(len(key)) + _varint(len(value)) + key + value
    starts = starts or [0]
    return content + struct.pack(f"<{len(starts) + 1}I", *starts, len(starts))


def _closed(block: bytes) -> bytes:
    return block + b"\0" + struct.pack("<I", checksum(block + b"\0"))


def _varint(number: int) -> bytes:
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])

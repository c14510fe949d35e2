"""SHA-256 hashes and sizes of the published MNIST files."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# `Mnist.fingerprint` of the published examples.
FINGERPRINT = "824be289ad712a7b475548f3aeb188c41e57a9c6700d525bd4593037c748333b"


class Published(NamedTuple):
    """One of the four published files.

    Attributes:
        values_sha256: SHA-256 of the values without the header; the same for gzipped files,
            unpacked files and TFDS.
        gzip_sha256: SHA-256 of the .gz file.
        size: size of the .gz file in bytes.
    """

    values_sha256: str
    gzip_sha256: str
    size: int

    def matches_gzip(self, content: bytes | bytearray) -> bool:
        """True if `content` is that of the .gz file."""
        return hashlib.sha256(content).hexdigest() == self.gzip_sha256


# The four published files by name.
FILES: Mapping[str, Published] = {
    "train-images-idx3-ubyte": Published(
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9912422,
    ),
    "train-labels-idx1-ubyte": Published(
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28881,
    ),
    "t10k-images-idx3-ubyte": Published(
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1648877,
    ),
    "t10k-labels-idx1-ubyte": Published(
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4542,
    ),
}


def differing_files(arrays: Sequence[npt.NDArray[np.uint8]]) -> list[str]:
    """Finds the files whose values differ from the published ones.

    Args:
        arrays: values of the four files in the order of `FILES`: uint8, with the shapes of the
            files.

    Returns:
        the names of the differing files.
    """
    return [
        name
        for (name, official), array in zip(FILES.items(), arrays, strict=True)
        if hashlib.sha256(np.ascontiguousarray(array).data).hexdigest() != official.values_sha256
    ]

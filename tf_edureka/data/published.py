"""MNIST as it was published: what its files and arrays hash to."""

from collections.abc import Mapping
from typing import NamedTuple

# `Mnist.fingerprint` of the published examples.
FINGERPRINT = "824be289ad712a7b475548f3aeb188c41e57a9c6700d525bd4593037c748333b"


class Published(NamedTuple):
    """SHA-256 of one of the four files.

    Attributes:
        values: of its values, without the header: the same whether they come gzipped, unpacked or
            from TFDS.
        packed: of the .gz file, as it is downloaded.
    """

    values: str
    packed: str


# The four published files by name.
FILES: Mapping[str, Published] = {
    "train-images-idx3-ubyte": Published(
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte": Published(
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte": Published(
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte": Published(
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}

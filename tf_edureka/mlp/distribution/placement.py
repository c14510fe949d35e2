"""The devices and processes of a training, and a check that all processes train the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution import strategies
from tf_edureka.mlp.distribution.cluster import Cluster
from tf_edureka.runs import checkpoint
from tf_edureka.runs.console import counted
from tf_edureka.runs.state import TrainingState, differences


@dataclass(frozen=True)
class Placement:
    """The devices and processes that a training runs on.

    Attributes:
        device: description of the device, from `runtime.use_device`.
        strategy: strategy that distributes the work; None for one device.
        cluster: processes of the strategy `multiworker`; None for one process.
    """

    device: str
    strategy: tf.distribute.Strategy | None = None
    cluster: Cluster | None = None

    @property
    def writes(self) -> bool:
        """True if this process prints and writes."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def replicas(self) -> int:
        """Number of copies of the network."""
        return self.strategy.num_replicas_in_sync if self.strategy else 1

    def __str__(self) -> str:
        workers = f"{counted(len(self.cluster.addresses), 'worker')}, " if self.cluster else ""
        replicas = f"{counted(self.replicas, 'replica')} on " if self.strategy else ""
        return workers + replicas + self.device

    def agree(
        self, conditions: Mapping[str, object], start: TrainingState | None
    ) -> TrainingState | None:
        """Makes every worker train with the chief's configuration, from the chief's state.

        Args:
            conditions: conditions of the training, as for `Checkpoints`.
            start: state from which this process would start.

        Returns:
            state from which the chief starts; None if it starts from scratch.

        Raises:
            InputError: if this worker has other options or data than the chief.
        """
        if self.cluster is None:
            return start
        here = {part: conditions[part] for part in ("config", "data_sha256")}
        text = json.dumps(here)
        there = json.loads(strategies.broadcast_from_chief(self.strategy, text.encode()))
        if found := differences(there, json.loads(text)):
            raise InputError(
                f"{self.cluster.name(self.cluster.index)}: expected the same options and data as "
                f"{self.cluster.name(0)}, got others: {'; '.join(found)}; start all workers with "
                "the same options and data"
            )
        content = checkpoint.to_bytes(start, conditions) if start else b""
        content = strategies.broadcast_from_chief(self.strategy, content)
        return checkpoint.from_bytes(self.cluster.name(0), content)[0] if content else None

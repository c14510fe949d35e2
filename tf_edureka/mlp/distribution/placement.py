"""Where a training runs, and that all its processes train the same."""

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
    """Where a training runs.

    Attributes:
        device: what `runtime.use_device` gave.
        strategy: that shares the work out; None for one device.
        cluster: the processes of `multiworker`; None for one process.
    """

    device: str
    strategy: tf.distribute.Strategy | None = None
    cluster: Cluster | None = None

    @property
    def writes(self) -> bool:
        """Whether this process prints and writes."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def replicas(self) -> int:
        """How many copies of the network there are."""
        return self.strategy.num_replicas_in_sync if self.strategy else 1

    def __str__(self) -> str:
        workers = f"{counted(len(self.cluster.addresses), 'worker')}, " if self.cluster else ""
        replicas = f"{counted(self.replicas, 'replica')} on " if self.strategy else ""
        return workers + replicas + self.device

    def agree(
        self, conditions: Mapping[str, object], start: TrainingState | None
    ) -> TrainingState | None:
        """Makes every worker train what the chief trains, from the state that it starts from.

        Args:
            conditions: of the training, as `Checkpoints` takes them.
            start: the state that this process would begin with.

        Returns:
            the state that the chief begins with; None if it begins anew.

        Raises:
            InputError: when this worker has other options or data than the chief.
        """
        if self.cluster is None:
            return start
        here = {part: conditions[part] for part in ("config", "data_sha256")}
        text = json.dumps(here)
        there = json.loads(strategies.broadcast_from_chief(self.strategy, text.encode()))
        if found := differences(there, json.loads(text)):
            raise InputError(
                f"{self.cluster.name(self.cluster.index)}: expected the options and the data of "
                f"{self.cluster.name(0)}, got others: {'; '.join(found)}; start all workers alike"
            )
        content = checkpoint.to_bytes(start, conditions) if start else b""
        content = strategies.broadcast_from_chief(self.strategy, content)
        return checkpoint.from_bytes(self.cluster.name(0), content)[0] if content else None

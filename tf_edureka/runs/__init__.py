"""Infrastructure of a training run: state, checkpoints, folder and console output."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.runs.state import TrainingState as TrainingState
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"state": "TrainingState"})

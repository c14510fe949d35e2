"""The format of a trace, the folder of a recorded run; reading it needs no TensorFlow.

`trace.json` describes the run, `steps.jsonl` has one line per training step, and `arrays/` has each
array once, named by the SHA-256 of its content. docs/proof.md lists all fields.
"""

from tf_edureka.trace.content import (
    Evaluation as Evaluation,
    Step as Step,
    Training as Training,
    Variable as Variable,
)
from tf_edureka.trace.format import Array as Array, Fingerprint as Fingerprint, short as short
from tf_edureka.trace.reader import Trace as Trace
from tf_edureka.trace.writer import FullError as FullError, Writer as Writer

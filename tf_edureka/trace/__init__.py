"""The format of a recorded run: a folder, written while the run goes on, read without TensorFlow.

`trace.json` says what was run and how it ended, `steps.jsonl` has a line per training step, and
`arrays/` each array once, named by the SHA-256 of what it holds. docs/proof.md has the fields.
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

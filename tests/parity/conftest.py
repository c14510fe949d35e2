import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import parity
from tf_edureka.runner.record import recording
from tf_edureka.runner.record.options import Options

v1 = tf.compat.v1


@pytest.fixture
def recorded(tmp_path):
    """Returns a function that records the training that another one runs in a session."""

    def run(train) -> parity.Trace:
        with (
            recording.record(Options(tmp_path / "trace"), name="the original"),
            tf.Graph().as_default(),
            v1.Session() as session,
        ):
            v1.set_random_seed(1)
            train(session, np.random.default_rng(2))
        return parity.Trace(tmp_path / "trace")

    return run

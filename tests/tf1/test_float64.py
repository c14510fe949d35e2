import numpy as np
import pytest
import tensorflow as tf
from old_networks import NETWORKS, record

from tf_edureka.tf1.recorded_graph import RecordedGraph


@pytest.mark.parametrize("build", NETWORKS, ids=lambda build: build.__name__)
def test_it_computes_what_the_network_written_in_float64_does(build):
    recording = record(build, steps=0)
    double = record(build, tf.float64, steps=0)
    graph = RecordedGraph(recording.graph, dtype="float64")
    values = graph.compute(list(recording.values), recording.before, recording.feeds)
    for value, name, expected in zip(values, recording.values, double.values.values(), strict=True):
        np.testing.assert_allclose(value, expected, 1e-12, 1e-14, err_msg=name, strict=True)
    after = graph.step([recording.train], recording.before, recording.feeds)
    for name, value in after.items():
        np.testing.assert_allclose(value, double.after[name], 1e-12, 1e-14, err_msg=name)

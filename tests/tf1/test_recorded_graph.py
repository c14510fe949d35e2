import numpy as np
import pytest
import tensorflow as tf
from old_networks import NETWORKS, record

from tf_edureka.tf1.recorded_graph import RecordedGraph

v1 = tf.compat.v1


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda build: build.__name__)
def recording(request):
    return record(request.param)


def test_the_recorded_values_come_out_to_the_bit(recording):
    graph = RecordedGraph(recording.graph)
    values = graph.compute(list(recording.values), recording.before, recording.feeds)
    for value, (name, expected) in zip(values, recording.values.items(), strict=True):
        np.testing.assert_array_equal(value, expected, name, strict=True)


def test_a_step_ends_where_the_recorded_one_ended(recording):
    after = RecordedGraph(recording.graph).step(
        [recording.train], recording.before, recording.feeds
    )
    assert after.keys() == recording.after.keys()
    for name, value in after.items():
        np.testing.assert_array_equal(value, recording.after[name], name, strict=True)

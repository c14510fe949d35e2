"""The private names of the installed TensorFlow that the runner uses."""

import pytest

from tf_edureka.runner import private


def test_the_installed_tensorflow_has_every_private_name():
    lost = private.missing()
    assert not lost, f"a newer TensorFlow has lost {', '.join(lost)}"


def test_a_name_that_is_not_in_the_table_cannot_be_used():
    with pytest.raises(KeyError, match="not in the table"):
        private.use("framework.ops:Graph._functions")

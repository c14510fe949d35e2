from collections import Counter

import pytest

from ports import MODELS, mistakes_of

RUNGS = {
    *("structure", "initial values", "batches", "forward pass", "loss", "gradients", "optimizer"),
    *("re-anchored steps", "free run", "final metric"),
}
CAUSES = {
    *("epsilon", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "ftrl"),
    *("bias_correction", "learning_rate", "schedule", "clipping", "weight_decay", "l2"),
    *("sum_or_mean", "labels", "from_logits", "bn_momentum", "bn_epsilon", "padding", "strides"),
    *("pooling", "dropout", "gate_order", "forget_bias", "activation", "missing_bias", "scaling"),
    *("initial_values", "batches", "variables"),
}


@pytest.mark.parametrize("model", MODELS)
def test_each_mistake_is_an_edit_of_the_port_that_compiles(model):
    mistakes = mistakes_of(model)
    assert len({mistake.name for mistake in mistakes}) == len(mistakes) >= 4
    for mistake in mistakes:
        compile(mistake.source, mistake.name, "exec")
        assert mistake.rungs
        assert set(mistake.rungs) <= RUNGS
        assert set(mistake.causes) <= CAUSES


def test_there_is_a_mistake_for_each_cause_that_lies_in_a_model():
    seen = Counter(cause for model in MODELS for one in mistakes_of(model) for cause in one.causes)
    assert set(seen) == CAUSES - {"batches"}

"""Other forms of TensorFlow 1's optimizers: the same optimizer, written another way."""

from tf_edureka.parity.optimizer import arithmetic as a
from tf_edureka.parity.optimizer.arithmetic import RULES, Rule

_RMS = ("RMSProp",)
# The original's optimizers, the cause, the sentence for the user, the port's rule, scalars it sets.
FORMS: tuple[tuple[tuple[str, ...], str, str, Rule, dict[str, float]], ...] = (
    (
        ("Momentum",),
        "momentum",
        "the port's velocity contains the learning rate (v = m v - rate g), as in Keras' SGD; in "
        "TensorFlow 1 and tf_edureka.tf1.Momentum it does not",
        a.VELOCITY,
        {},
    ),
    (
        ("Momentum",),
        "momentum",
        "the port's momentum is a moving average, v = m v + (1 - m) g; the original's is a sum, "
        "v = m v + g",
        a.AVERAGED,
        {},
    ),
    (
        ("Adam",),
        "epsilon",
        "the port adds epsilon after the bias correction, as in PyTorch; TensorFlow adds it before",
        a.ADAM_CORRECTED,
        {},
    ),
    (
        ("Adam",),
        "epsilon",
        "the port adds epsilon inside the square root, the original outside",
        a.ADAM_INSIDE,
        {},
    ),
    (("Adam",), "bias_correction", "the port has no bias correction", a.ADAM_UNCORRECTED, {}),
    (
        ("Adam",),
        "adam",
        "the port divides by the largest second moment so far (AMSGrad), the original does not",
        a.AMSGRAD,
        {},
    ),
    (
        _RMS,
        "epsilon",
        "the port adds epsilon outside the square root, the original inside",
        a.RMSPROP_OUTSIDE,
        {},
    ),
    (
        ("CenteredRMSProp",),
        "epsilon",
        "the port adds epsilon outside the square root, the original inside",
        a.CENTERED_OUTSIDE,
        {},
    ),
    (
        _RMS,
        "momentum",
        "the port's momentum does not contain the learning rate (w = w - rate mom), the original's "
        "does (w = w - mom)",
        a.RMSPROP_RATE_OUT,
        {},
    ),
    (
        _RMS,
        "rmsprop",
        "the port's RMSProp is centered, the original's is not",
        RULES["CenteredRMSProp"],
        {},
    ),
    (
        ("CenteredRMSProp",),
        "rmsprop",
        "the original's RMSProp is centered, the port's is not (centered=True is missing)",
        RULES["RMSProp"],
        {},
    ),
    (
        ("Adagrad", "AdagradV2"),
        "epsilon",
        "the port adds an epsilon of 1e-07 inside the square root, the original does not",
        a.ADAGRAD_INSIDE,
        {"epsilon": 1e-7},
    ),
)

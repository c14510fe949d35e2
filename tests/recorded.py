"""Builds traces without a recorder: TensorFlow 1 optimizers on given gradients."""

from unittest import mock

import numpy as np
import tensorflow as tf

from tf_edureka.trace import Trace, Writer

v1 = tf.compat.v1
SHAPES = {"kernel": (30, 20), "bias": (20,), "out/kernel": (20, 10), "out/bias": (10,)}
# For each optimizer, names of the slots: in the op, and in the optimizer.
SLOTS = {
    "GradientDescent": {},
    "Momentum": {"accum": "momentum"},
    "Adam": {"m": "m", "v": "v"},
    "RMSProp": {"ms": "rms", "mom": "momentum"},
    "CenteredRMSProp": {"mg": "mg", "ms": "rms", "mom": "momentum"},
    "Adagrad": {"accum": "accumulator"},
    "Adadelta": {"accum": "accum", "accum_update": "accum_update"},
    "Ftrl": {"accum": "accum", "linear": "linear"},
}
OPTIMIZERS = {
    "GradientDescent": (v1.train.GradientDescentOptimizer, {}),
    "Momentum": (v1.train.MomentumOptimizer, {"momentum": 0.9}),
    "Adam": (v1.train.AdamOptimizer, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
    "RMSProp": (v1.train.RMSPropOptimizer, {"decay": 0.9, "momentum": 0.0, "epsilon": 1e-10}),
    "CenteredRMSProp": (
        lambda rate, **rest: v1.train.RMSPropOptimizer(rate, centered=True, **rest),
        {"decay": 0.9, "momentum": 0.0, "epsilon": 1e-10},
    ),
    "Adagrad": (v1.train.AdagradOptimizer, {}),
    "Adadelta": (v1.train.AdadeltaOptimizer, {"rho": 0.95, "epsilon": 1e-8}),
    "Ftrl": (v1.train.FtrlOptimizer, {}),
}
_FTRL = {"l1": 0.0, "l2": 0.0, "lr_power": -0.5}
_NAMES = {
    "decay": "rho",
    "learning_rate_power": "lr_power",
    "l1_regularization_strength": "l1",
    "l2_regularization_strength": "l2",
    "l2_shrinkage_regularization_strength": "l2_shrinkage",
}


def gradients(steps, seed=1, scale=0.01, shapes=SHAPES):
    """Gradients similar to a network's: of many magnitudes, with a constant mean direction."""
    random = np.random.default_rng(seed)
    sizes = {n: scale * np.exp(1.5 * random.normal(size=s)) for n, s in shapes.items()}
    means = {n: random.normal(size=s) for n, s in shapes.items()}
    return [
        {
            n: (sizes[n] * (0.5 * means[n] + random.normal(size=s))).astype(np.float32)
            for n, s in shapes.items()
        }
        for _ in range(steps)
    ]


def weights(seed=0, shapes=SHAPES):
    random = np.random.default_rng(seed)
    return {n: random.normal(scale=0.1, size=s).astype(np.float32) for n, s in shapes.items()}


def stairs(step, rate=0.1, every=20, by=0.5):
    """Exponential decay with staircase=True."""
    return rate * by ** (step // every)


def clipped(given, kind, bound):
    """Clips gradients as TensorFlow 1 does."""
    if kind == "value":
        return {n: np.clip(g, -bound, bound) for n, g in given.items()}
    norms = {n: np.sqrt((g.astype(np.float64) ** 2).sum()) for n, g in given.items()}
    total = np.sqrt(sum(norm**2 for norm in norms.values()))
    return {
        n: (g * (bound / max(bound, total if kind == "global_norm" else norms[n]))).astype(g.dtype)
        for n, g in given.items()
    }


class Original:
    """A TensorFlow 1 optimizer that has taken steps.

    `states` has all variables before each step and after the last.
    """

    def __init__(self, kind, rates, given, start=None, dtype=np.float32, **settings):
        make, defaults = OPTIMIZERS[kind]
        start = start or weights()
        self.kind, self.rates = kind, list(map(np.float32, rates))
        settings = {**defaults, **settings}
        with tf.Graph().as_default(), v1.Session() as session:
            made = {n: v1.Variable(w.astype(dtype), name=n) for n, w in start.items()}
            fed = {n: v1.placeholder(dtype, w.shape) for n, w in start.items()}
            rate = v1.placeholder(tf.float32, ())
            optimizer = make(rate, **settings)
            train = optimizer.apply_gradients([(fed[n], made[n]) for n in start])
            self.slots = {
                name: {n: optimizer.get_slot(made[n], own).op.name for n in start}
                for name, own in SLOTS[kind].items()
            }
            session.run(v1.global_variables_initializer())
            every = {v.op.name: v for v in v1.global_variables()}
            self.states = [session.run(every)]
            for one, gradient in zip(self.rates, given, strict=True):
                feed = {fed[n]: gradient[n] for n in start}
                session.run(train, {rate: one, **feed})
                self.states.append(session.run(every))
        self.settings = {_NAMES.get(n, n): np.float32(value) for n, value in settings.items()}

    def hyper(self, step):
        hyper = {"lr": self.rates[step], **self.settings}
        if self.kind == "Adam":
            state = self.states[step]
            hyper |= {f"{b}_power": state[f"{b}_power"] for b in ("beta1", "beta2")}
        if self.kind == "Ftrl":
            hyper = {**_FTRL, **hyper}
        return {n: float(v) for n, v in hyper.items() if n != "use_nesterov"}


def record(folder, original, applied, raw=None, clipping=None, states=(0,), begin=0, more=()):
    """Writes a trace with the gradients of all steps, and the states of the steps `states`.

    `more` has the rates of later steps, whose gradients are not recorded.
    """
    with mock.patch("os.fsync"):  # speeds up thousands of small files
        return _record(folder, original, applied, raw or applied, clipping, states, begin, more)


def linear_regression(folder):
    """Writes a trace of y = x w, fitted in four steps of gradient descent on the squared error."""
    random, rate = np.random.default_rng(0), np.float32(0.125)
    writer = Writer(folder, 1e6)
    w = random.normal(size=(3, 1)).astype(np.float32)
    variable = {"name": "w", "shape": [3, 1], "dtype": "float32", "initial": writer.put(w)}
    for step in range(4):
        x, y = (random.normal(size=(16, n)).astype(np.float32) for n in (3, 1))
        error = x @ w - y
        gradient = {"w": writer.put(np.float32(2 / 16) * x.T @ error)}
        line = {"number": step, "loss": float((error**2).mean()), "hyper": {"lr": rate}}
        line |= {"inputs": {"x": writer.put(x), "y": writer.put(y)}, "before": {"w": writer.put(w)}}
        w = w - rate * (np.float32(2 / 16) * x.T @ error)
        line |= {"gradients": gradient, "raw_gradients": gradient, "after": {"w": writer.put(w)}}
        writer.step(line)
    training = {"loss": "loss", "weights": ["w"], "optimizer": "GradientDescent"}
    content = {"variables": [variable], "trainings": [training], "script": {"name": "old.py"}}
    writer.manifest({**content, "ended": "complete"})
    writer.close()


def _record(folder, original, applied, raw, clipping, states, begin, more):
    writer = Writer(folder, 1e9)
    names = list(applied[0])
    nesterov = bool(original.settings.get("use_nesterov", False))
    variables = [
        {"name": n, "shape": list(v.shape), "dtype": v.dtype.name}
        for n, v in original.states[0].items()
    ]
    training = {
        "loss": "loss",
        "weights": names,
        "optimizer": original.kind,
        "attributes": {"use_nesterov": nesterov},
        "slots": original.slots,
        "clipping": clipping,
    }
    put = lambda arrays: {n: writer.put(a) for n, a in arrays.items()}  # noqa: E731
    for step in range(begin, len(applied)):
        line = {"number": step, "hyper": original.hyper(step), "gradients": put(applied[step])}
        line["raw_gradients"] = put(raw[step])
        if step in states:
            line["before"] = put(original.states[step])
            line["after"] = put(original.states[step + 1])
        writer.step(line)
    for step, rate in enumerate(more, len(applied)):
        writer.step({"number": step, "hyper": {**original.hyper(0), "lr": float(rate)}})
    writer.manifest({"variables": variables, "trainings": [training], "ended": "complete"})
    writer.close()
    return Trace(folder)

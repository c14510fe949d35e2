"""The old side of `test_modern`: runs on TensorFlow 1.15.5's Python (`modern_tf1_side.py OUT`)."""

import inspect
import json
import sys

import modern_pairs as pairs
import numpy as np
import tensorflow as tf
import tensorflow.contrib  # noqa: F401

ROLES = {"weights": "kernel", "biases": "bias"}
PARTS = {"gates", "candidate"}


def old(name):
    found = {"tf": tf}
    for part in name.split("."):
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    return found


def role(variable):
    """The name that Keras gives to a variable of this role in its layer."""
    *_, part, last = ["", *variable.op.name.split("/")]
    for original, port in ROLES.items():
        last = last.replace(original, port)
    return f"{part}_{last}" if part in PARTS else last


def result(out):
    """The output tensor of a call, without states."""
    if isinstance(out, (tuple, list)):
        out = out[0]
    return tf.concat(out, -1) if isinstance(out, tuple) else out


def fixed(case):
    return {name: tf.constant(value) for name, value in case.fixed.items()}


def optimizer(make, case):
    rate, gradient = tf.placeholder(tf.float64, []), tf.placeholder(tf.float64, [4])
    w = tf.Variable(pairs.START)
    step = make(**{"learning_rate": rate, **case.given}).apply_gradients([(gradient, w)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        reached = []
        for a, g in zip(pairs.RATES, pairs.GRADIENTS, strict=True):
            session.run(step, {rate: a, gradient: g})
            reached.append(session.run(w))
    return {"out": reached}


def schedule(make, case):
    step = tf.placeholder(tf.int32, [])
    name = "x" if "x" in inspect.signature(make).parameters else "global_step"
    rate = make(**{name: step}, **case.given)
    with tf.Session() as session:
        return {"out": [session.run(rate, {step: k}) for k in range(pairs.STEPS)]}


def regularizer(make, case):
    return trained(lambda w: make(**case.given)(w), pairs.Case(trained={"w": pairs.values(6, 4)}))


def initializer(make, case):
    with tf.Session() as session:
        return {"out": session.run(make(**case.given)([300, 200], dtype=tf.float32))}


def dropout(make, case):
    with tf.Session() as session:
        return {"out": session.run(make(**case.given, **fixed(case)))}


def trained(make, case):
    """The output in each step while the variables of a call and of its layer are trained."""
    inputs = {name: tf.Variable(value) for name, value in case.trained.items()}
    made = {name: eval(text) for name, (text, _) in case.made.items()}
    if "dtype" in inspect.signature(make).parameters and made:
        made["dtype"] = tf.float32
    out = result(make(**inputs, **case.given, **made, **fixed(case)))
    variables = [one for one in tf.global_variables() if one not in inputs.values()]
    moved = out.dtype.is_floating and (inputs or variables)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        begun = session.run(variables)
        reached = [session.run(out)]
        if moved:
            error = tf.reduce_mean(tf.square(out - pairs.target(reached[0])))
            with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
                step = tf.train.GradientDescentOptimizer(pairs.RATE).minimize(error)
            for _ in range(pairs.STEPS):
                session.run(step)
                reached.append(session.run(out))
        ended = session.run(variables)
    found = {"out": reached}
    for number, (variable, first, last) in enumerate(zip(variables, begun, ended, strict=True)):
        found[f"begun/{number}/{role(variable)}"] = first
        found[f"ended/{number}/{role(variable)}"] = last
    return found


def cell(make, case):
    made = {name: eval(text) for name, (text, _) in case.made.items()}
    inputs = pairs.RECURRENT["tf.nn.dynamic_rnn"].trained

    def run(inputs):
        return tf.nn.dynamic_rnn(make(**case.given, **made), inputs, dtype=tf.float32)

    return trained(run, pairs.Case(trained=inputs))


def layer_class(make, case):
    return trained(lambda inputs, **given: make(**given)(inputs), case)


def trainer(name):
    for cases, by in (
        (pairs.OPTIMIZERS, optimizer),
        (pairs.SCHEDULES, schedule),
        (pairs.REGULARIZERS, regularizer),
        (pairs.INITIALIZERS, initializer),
        (pairs.DROPOUTS, dropout),
        (pairs.CELLS, cell),
    ):
        if name in cases:
            return by
    return layer_class if name.startswith("tf.keras") else trained


def defaults(make):
    simple = (int, float, str, bool, tuple, type(None))
    found = inspect.signature(make).parameters
    return {
        name: one.default if isinstance(one.default, simple) else None
        for name, one in found.items()
    }


def main():
    found = {}
    for name, case in pairs.CASES.items():
        make = old(name)
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            found[f"{name}|defaults"] = json.dumps(defaults(make))
            for what, value in trainer(name)(make, case).items():
                found[f"{name}|{what}"] = np.array(value)
    np.savez(sys.argv[1], **found)


if __name__ == "__main__":
    main()

"""Writes the golden files: what real TensorFlow 1.15.5 computes. Run by hand, see README.md.

It runs the article's two programs as they are, line by line, and listens: their sessions and their
batches are recorded on the way. Python 3.7, which TensorFlow 1.15 needs, runs it. Under TensorFlow
2 it writes the graphs of the programs alone, as that TensorFlow builds them.
"""

import argparse
import contextlib
import hashlib
import io
import json
import re
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
# Part of the package: `tf-edureka compare` reads it.
MLP = HERE.parent.parent / "tf_edureka" / "parity" / "article" / "tf1_15_5.json"
GRAPH_SEEDS = (0, 1, 2, 3, 7, 2019)
OP_SEEDS = range(41)
# The article uses the first of each, and says that any activation function will do.
ACTIVATIONS = ("nn.relu", "identity", "nn.sigmoid", "nn.tanh", "nn.softmax")
GATES = {"or": (0, 1, 1, 1), "and": (0, 0, 0, 1), "nand": (1, 1, 1, 0), "xor": (0, 1, 1, 0)}


def sha256(array):
    """SHA-256 of an array's values, little-endian, row by row."""
    little = array.astype(array.dtype.newbyteorder("<"))
    return hashlib.sha256(np.ascontiguousarray(little)).hexdigest()


def numbers(values):
    """Floats as the shortest text that gives the same bits again in their own precision."""
    return [float(str(value)) for value in np.ravel(values)]


def graph_nodes(graph_def):
    """A GraphDef without its names: type, inputs and attributes of each node.

    An input is `position of its node:output`, or `^position` if it only has to come first. Where
    an attribute names a node, its position stands for it.
    """
    from google.protobuf import json_format

    position = {node.name: i for i, node in enumerate(graph_def.node)}

    def input_of(text):
        if text.startswith("^"):
            return f"^{position[text[1:]]}"
        name, _, output = text.partition(":")
        return f"{position[name]}:{output or 0}"

    nodes = []
    for node in graph_def.node:
        attributes = {}
        for key, value in sorted(node.attr.items()):
            if key == "_class":
                places = [position[text.decode().split("@")[1]] for text in value.list.s]
                attributes[key] = places
            else:
                attributes[key] = json_format.MessageToDict(value)
        nodes.append([node.op, [input_of(text) for text in node.input], attributes])
    return nodes


def run_program(path, tf, replace=(), graph_seed=None):
    """Runs a program of the article and gives what its session did: (fetches, result) pairs.

    After the first run, which initialises the variables, their values are noted as well.
    """
    runs, times, initial = [], [], []

    class Recorder(tf.compat.v1.Session):
        def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
            result = tf.compat.v1.Session.run(self, fetches, feed_dict, options, run_metadata)
            if not runs:
                initial.extend(tf.compat.v1.Session.run(self, tf.compat.v1.trainable_variables()))
            runs.append((fetches, result))
            times.append(time.perf_counter())
            return result

    source = path.read_text()
    for old, new in replace:
        assert old in source, f"the program holds no {old!r}"
        source = source.replace(old, new)
    before = tf.Session
    tf.Session = Recorder
    try:
        with tf.Graph().as_default() as graph:
            if graph_seed is not None:
                tf.compat.v1.set_random_seed(graph_seed)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(source, str(path), "exec"), {"__name__": "__main__"})
    finally:
        tf.Session = before
    return {
        "runs": runs,
        "times": times,
        "initial": initial,
        "printed": printed.getvalue(),
        "graph": graph,
    }


def perceptron(tf, article):
    """The losses of the OR perceptron for many op seeds, and its graph."""
    seeds = {}
    for seed in OP_SEEDS:
        done = run_program(article / "perceptron.py", tf, [("seed=15", f"seed={seed}")])
        losses = [result for _, result in done["runs"] if result is not None]
        seeds[str(seed)] = {
            "initial_weights": numbers(done["initial"][0]),
            "losses": numbers(losses),
        }
        if seed == 15:
            write_graph("perceptron_graph.json", done)
            lines = done["printed"].splitlines()
            seeds["15"]["printed"] = [lines[0], lines[-1]]
    write("perceptron.json", versions(tf) | {"op_seeds": seeds})


def activations(tf, article):
    """The perceptron's results with other activation functions and on other gates."""

    def table(gate):
        return ",\n".join(f"    [{target}]" for target in GATES[gate])

    ends = {}
    for activation in ACTIVATIONS:
        ends[activation.split(".")[-1]] = row = {}
        for gate in GATES:
            losses = []
            for seed in OP_SEEDS:
                replace = [
                    ("seed=15", f"seed={seed}"),
                    ("tf.nn.relu", f"tf.{activation}"),
                    (table("or"), table(gate)),
                ]
                done = run_program(article / "perceptron.py", tf, replace)
                losses.append([result for _, result in done["runs"] if result is not None])
            losses = np.array(losses)
            row[gate] = {"last_losses": numbers(losses[:, -1]), "losses_sha256": sha256(losses)}
    write("activations.json", versions(tf) | {"op_seeds": list(OP_SEEDS), "ends": ends})


def mlp(tf, article, mnist):
    """The training curves of the MNIST network for several graph seeds, and its graph."""
    seeds = {}
    for seed in GRAPH_SEEDS:
        course, done = mlp_course(tf, article, mnist, seed)
        seeds[str(seed)] = course
        if seed == 1:
            write_graph("mlp_graph.json", done)
    write(MLP, versions(tf) | {"graph_seeds": seeds})


def mlp_again(tf, article, mnist):
    """Prints how much a repeated run on TensorFlow 1.15.5 differs from the one in `MLP`."""
    written = json.loads(MLP.read_text())["graph_seeds"]
    print("seed  step 1, ulps  10 steps  100 steps  epoch 1  accuracies")
    for seed in GRAPH_SEEDS:
        course, _ = mlp_course(tf, article, mnist, seed)
        one, other = (
            (np.float32(x["step_cost"]), x["cost"][0], np.array(x["accuracy"]))
            for x in (course, written[str(seed)])
        )
        apart = np.abs(one[0] - other[0])
        steps, ulps = apart / other[0], apart[0] / np.spacing(other[0][0])
        epoch, accuracy = abs(one[1] / other[1] - 1), np.abs(one[2] - other[2]).max()
        print(
            f"{seed:4}  {ulps:12.0f}  {steps[:10].max():8.1e}  {steps[:100].max():9.1e}  "
            f"{epoch:7.1e}  {accuracy:10.4f}"
        )


def mlp_course(tf, article, mnist, seed):
    """The results of the MNIST program with a graph seed, and the run itself."""
    from tensorflow.contrib.learn.python.learn.datasets.mnist import DataSet

    batches = hashlib.sha256()
    original = DataSet.next_batch
    left = iter(range(550))

    def next_batch(self, *arguments):
        images, labels = original(self, *arguments)
        if next(left, None) is not None:
            batches.update(images.astype("<f4").tobytes())
            batches.update(labels.argmax(axis=1).astype(np.uint8).tobytes())
        return images, labels

    DataSet.next_batch = next_batch
    try:
        done = run_program(
            article / "mlp.py", tf, [('"/tmp/data/"', repr(str(mnist)))], graph_seed=seed
        )
    finally:
        DataSet.next_batch = original
    costs = [result[1] for _, result in done["runs"] if isinstance(result, list)]
    lines = [line for line in done["printed"].splitlines() if line.startswith("Epoch")]
    draws = [op for op in done["graph"].get_operations() if op.type == "RandomStandardNormal"]
    # The program's own sums, in double precision as with NumPy 1.
    epochs = np.reshape(costs, (15, 550))
    cost = [sum_of(values) for values in epochs]
    assert [f"{c:.9f}" for c in cost] == [line.split()[4] for line in lines]
    course = {
        "op_seeds": [op.get_attr("seed2") for op in draws],
        "initial_values": [sha256(value) for value in done["initial"]],
        "first_epoch_batches": batches.hexdigest(),
        "step_cost": numbers(epochs[0]),
        "cost": cost,
        "accuracy": [float(line.split()[-1]) for line in lines],
        "printed": [lines[0], lines[-1]],
        "seconds_per_epoch": seconds_per_epoch(done),
    }
    return course, done


def seconds_per_epoch(done):
    """The median seconds of an epoch with its test pass, without the first epoch."""
    ends = [
        at
        for (fetches, _), at in zip(done["runs"], done["times"])  # noqa: B905 - Python 3.7 has no strict
        if not isinstance(fetches, list) and fetches is not done["runs"][0][0]
    ]
    # The last one is the accuracy that the program computes again at its end.
    return round(float(np.median(np.diff(ends[:15]))), 2)


def sum_of(costs):
    """The article's average cost of an epoch."""
    average = 0.0
    for cost in costs:
        average += cost / len(costs)
    return float(average)


def random_ops(tf):
    """Samples of the random ops, with and without seeds, in both precisions."""
    draws = []
    calls = [
        ("random_normal", {}),
        ("random_normal", {"mean": 3.0, "stddev": 0.1}),
        ("random_uniform", {}),
        ("random_uniform", {"minval": -0.3, "maxval": 0.7}),
        ("truncated_normal", {}),
        ("truncated_normal", {"mean": -1.0, "stddev": 0.05}),
    ]
    pairs = [(None, 15), (0, 0), (1, 0), (7, 41), (2**31 + 3, 2**31 - 1), (-3, -1), (1, None)]
    for name, arguments in calls:
        for graph_seed, op_seed in pairs:
            for dtype in ("float32", "float64"):
                for shape in ([5], [301, 67]):
                    with tf.Graph().as_default(), tf.Session() as session:
                        tf.constant(0)  # so that the op is not the first in the graph
                        if graph_seed is not None:
                            tf.set_random_seed(graph_seed)
                        values = session.run(
                            getattr(tf, name)(shape, dtype=dtype, seed=op_seed, **arguments)
                        )
                    draw = {
                        "op": name,
                        "arguments": arguments,
                        "graph_seed": graph_seed,
                        "op_seed": op_seed,
                        "ops_before": 1,
                        "dtype": dtype,
                        "shape": shape,
                        "sha256": sha256(values),
                    }
                    if shape == [5]:
                        draw["values"] = numbers(values)
                    draws.append(draw)
    write("random_ops.json", versions(tf) | {"draws": draws})


def next_batch(tf):
    """The examples that `next_batch` returns: the labels are the examples' numbers."""
    from tensorflow.contrib.learn.python.learn.datasets.mnist import DataSet

    def data_set(examples, **arguments):
        images = np.zeros((examples, 1, 1, 1), np.uint8)
        return DataSet(images, np.arange(examples), dtype=tf.uint8, **arguments)

    traces = []
    for examples, batch_size, calls, graph_seed, seed, shuffle in (
        (23, 5, 14, 1, None, True),
        (23, 5, 14, None, 4, True),
        (23, 5, 14, 1, 4, True),
        (20, 5, 10, 0, 0, True),
        (7, 7, 4, 5, None, True),
        (23, 5, 14, 1, None, False),
        (100, 64, 8, 2**31 + 3, None, True),
    ):
        with tf.Graph().as_default():
            if graph_seed is not None:
                tf.set_random_seed(graph_seed)
            data = data_set(examples, seed=seed)
        trace = []
        for _ in range(calls):
            labels = data.next_batch(batch_size, shuffle=shuffle)[1]
            trace.append([data.epochs_completed, labels.tolist()])
        traces.append(
            {
                "examples": examples,
                "batch_size": batch_size,
                "graph_seed": graph_seed,
                "seed": seed,
                "shuffle": shuffle,
                "batches": trace,
            }
        )
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        data = data_set(55000)
    long = np.concatenate([data.next_batch(64)[1] for _ in range(3000)]).astype("<i4")
    write(
        "next_batch.json",
        versions(tf)
        | {
            "traces": traces,
            "long": {
                "examples": 55000,
                "batch_size": 64,
                "batches": 3000,
                "graph_seed": 1,
                "sha256": sha256(long),
            },
        },
    )


def graphs_of_tensorflow_2(article, mnist):
    """The graphs that the article's programs build where `tensorflow` is `tf.compat.v1`.

    All that TensorFlow 2 is told is to make reference variables, as TensorFlow 1 did.
    """
    import sys
    import types

    import tensorflow as tf

    from tf_edureka.legacy import input_data

    v1 = tf.compat.v1
    v1.disable_resource_variables()
    tutorial = types.ModuleType("tensorflow.examples.tutorials.mnist")
    tutorial.input_data = input_data
    sys.modules.update({"tensorflow": v1, tutorial.__name__: tutorial})
    write_graph("perceptron_graph_tf2.json", run_program(article / "perceptron.py", v1))
    replace = [('"/tmp/data/"', repr(str(mnist))), ("training_epochs = 15", "training_epochs = 2")]
    write_graph("mlp_graph_tf2.json", run_program(article / "mlp.py", v1, replace, graph_seed=1))


class Facts(dict):
    """A dict with the `|` that Python 3.7 lacks."""

    def __or__(self, other):
        return Facts({**self, **other})


def versions(tf):
    """Versions of the software that wrote the file."""
    import platform

    return Facts(
        made_by={
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "device": "CPU",
        }
    )


def write_graph(name, done):
    """Writes the graph of a program that `run_program` has run."""
    write(name, graph_nodes(done["graph"].as_graph_def()))


def write(name, content):
    """Writes JSON that a person can read: a list of numbers is one line.

    `name` is of a file in this folder, or an absolute path.
    """
    text = json.dumps(content, indent=1)
    if isinstance(content, list):
        text = "[\n" + ",\n".join(json.dumps(item) for item in content) + "\n]"
    lists = re.compile(r"\[[^\[\]{}]*\]")
    text = lists.sub(lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text)
    (HERE / name).write_text(text + "\n")
    print("wrote", name)


def main():
    """Reads the arguments and writes the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--article", type=Path, required=True, help="perceptron.py and mlp.py")
    parser.add_argument("--mnist", type=Path, required=True, help="the four official .gz files")
    parser.add_argument(
        "--again",
        action="store_true",
        help=f"write nothing; print how far {MLP.name} is from now",
    )
    arguments = parser.parse_args()

    import matplotlib

    matplotlib.use("Agg")  # the article's plt.show() then shows nothing
    import tensorflow as tf

    if tf.__version__.startswith("2."):
        graphs_of_tensorflow_2(arguments.article, arguments.mnist)
        return
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    assert tf.__version__ == "1.15.5", f"expected 1.15.5, got {tf.__version__}"
    if arguments.again:
        mlp_again(tf, arguments.article, arguments.mnist)
        return
    random_ops(tf)
    next_batch(tf)
    perceptron(tf, arguments.article)
    activations(tf, arguments.article)
    mlp(tf, arguments.article, arguments.mnist)


if __name__ == "__main__":
    main()

"""Graphs of unknown origin: their results, ops that are rejected, and loops that never end."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from tf_edureka.tf1 import child_process, untrusted_graph
from tf_edureka.tf1.allowed_ops import ALLOWED
from tf_edureka.tf1.graph_nodes import Unreplayable
from tf_edureka.tf1.untrusted_graph import UntrustedGraph

v1 = tf.compat.v1
X = np.float32([1, 2])


def graph_of(make):
    """A graph whose `y` is a function of `x`, two numbers."""
    with tf.Graph().as_default() as graph:
        tf.identity(make(v1.placeholder(tf.float32, [2], name="x")), name="y")
    return graph.as_graph_def()


def run(graph, state=None):
    return UntrustedGraph(graph.SerializeToString(), state or {}).run(["y"], {"x": X})[0][0]


def after(op, x):
    """`x`, with a control dependency on an op."""
    with tf.control_dependencies([op]):
        return tf.identity(x)


def in_function(make):
    """Wraps an expression in a function of the graph's library."""
    return lambda x: tf.function(lambda given: tf.ensure_shape(make(given), [2]))(x)


def in_while(make):
    """Wraps an expression in the body of a `While` op."""

    def looped(x):
        body = lambda i, given: (i + 1, tf.ensure_shape(make(given), [2]))  # noqa: E731
        return tf.while_loop(lambda i, given: i < 1, body, (0, x))[1]

    return in_function(looped)


def in_case(make):
    """Wraps an expression in the second branch of a `Case` op."""
    return in_function(
        lambda x: tf.switch_case(tf.constant(1), [lambda: x, lambda: tf.ensure_shape(make(x), [2])])
    )


def in_old_loop(make):
    """Wraps an expression in a loop of TensorFlow 1's control flow ops."""

    def looped(x):
        body = lambda i, given: (i + 1, tf.ensure_shape(make(given), [2]))  # noqa: E731
        v1.disable_control_flow_v2()
        return tf.while_loop(lambda i, given: i < 1, body, (0, x))[1]

    return looped


WITHIN = {
    "graph": lambda make: make,
    "function": in_function,
    "while": in_while,
    "case": in_case,
    "loop": in_old_loop,
}


@pytest.fixture
def new_control_flow():
    """Restores the control flow setting that `in_old_loop` changes for all graphs."""
    is_new = v1.control_flow_v2_enabled()
    yield
    (v1.enable_control_flow_v2 if is_new else v1.disable_control_flow_v2)()


@pytest.fixture
def secret(tmp_path):
    """The path of a file with two numbers."""
    path = tmp_path / "secret"
    path.write_bytes(np.float32([3, 4]).tobytes())
    return str(path)


def test_allowed_graph_runs_in_float32_and_float64():
    def make(x):
        weights = v1.get_variable("w", [2], use_resource=False)
        others = v1.get_variable("v", [2], use_resource=True)
        return tf.tanh(x * weights + others)

    graph = graph_of(make).SerializeToString()
    state = {"w": np.float32([0.3, 0.7]), "v": np.float32([0.1, 0.2])}
    foreign = UntrustedGraph(graph, state)
    single, double = (
        foreign.run(["y"], {"x": X}, dtype=one)[0][0] for one in ("float32", "float64")
    )
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    exact = np.tanh(np.float64(state["w"]) * X + np.float64(state["v"]))
    np.testing.assert_allclose(double, exact, rtol=1e-15)
    np.testing.assert_allclose(single, exact, rtol=4 * 2**-23)  # three roundings and that of tanh


@pytest.mark.parametrize("within", WITHIN)
def test_control_flow_and_functions_run(within, new_control_flow):
    assert run(graph_of(WITHIN[within](lambda x: 2 * x))).tolist() == [2, 4]


def written(path):
    return lambda x: after(tf.io.write_file(str(path), "written"), x)


def printed(path):
    """`PrintV2` can write to any file."""
    return lambda x: after(tf.raw_ops.PrintV2(input="written", output_stream=f"file://{path}"), x)


@pytest.mark.parametrize("within", WITHIN)
def test_graph_that_writes_a_file_is_rejected_before_it_runs(within, tmp_path, new_control_flow):
    graph = graph_of(WITHIN[within](written(tmp_path / "out")))
    with pytest.raises(Unreplayable, match=r"\(WriteFile\) is not in the list of allowed ops"):
        run(graph)
    assert not (tmp_path / "out").exists()
    with tf.Graph().as_default(), v1.Session() as session:
        tf.import_graph_def(graph, name="")
        assert session.run("y:0", {"x:0": X}).tolist() == [1, 2]
    assert (tmp_path / "out").read_text() == "written"  # TensorFlow itself runs it


@pytest.mark.parametrize("within", WITHIN)
def test_graph_with_print_ops_runs_without_output(within, tmp_path, new_control_flow, capfd):
    graph = graph_of(WITHIN[within](printed(tmp_path / "out")))
    assert run(graph).tolist() == [1, 2]
    assert not (tmp_path / "out").exists()
    graph = graph_of(WITHIN[within](lambda x: v1.Print(x, [x], "written")))
    capfd.readouterr()
    assert run(graph).tolist() == [1, 2]
    assert capfd.readouterr() == ("", "")


def calls_python(x):
    return tf.numpy_function(lambda given: given, [x], tf.float32)


def reads(path):
    return lambda x: x + tf.io.decode_raw(tf.io.read_file(path), tf.float32)


def maps_memory(path):
    return lambda x: (
        x + tf.raw_ops.ImmutableConst(dtype=tf.float32, shape=[2], memory_region_name=path)
    )


REJECTED = {
    "PyFunc": lambda path: calls_python,
    "EagerPyFunc": lambda path: lambda x: tf.py_function(lambda given: given, [x], tf.float32),
    "ReadFile": reads,
    "ImmutableConst": maps_memory,
    "Abort": lambda path: lambda x: after(tf.raw_ops.Abort(), x),
    "MatchingFiles": lambda path: (
        lambda x: x + tf.cast(tf.size(tf.io.matching_files(path)), tf.float32)
    ),
    "RestoreV2": lambda path: (
        lambda x: (
            x
            + tf.raw_ops.RestoreV2(
                prefix=path, tensor_names=["w"], shape_and_slices=[""], dtypes=[tf.float32]
            )[0]
        )
    ),
    "SaveV2": lambda path: (
        lambda x: after(
            tf.raw_ops.SaveV2(prefix=path, tensor_names=["w"], shape_and_slices=[""], tensors=[x]),
            x,
        )
    ),
    "FIFOQueueV2": lambda path: lambda x: v1.FIFOQueue(1, [tf.float32], [[2]]).dequeue(),
}


@pytest.mark.parametrize(
    ("op", "within"),
    [(op, "graph") for op in REJECTED] + [(op, "while") for op in REJECTED if "Queue" not in op],
)
def test_ops_with_side_effects_are_rejected(op, within, secret):
    graph = graph_of(WITHIN[within](REJECTED[op](secret)))
    starts = child_process.shared.starts
    with pytest.raises(Unreplayable, match=rf"\({op}\) is not in the list of allowed ops"):
        run(graph)
    assert child_process.shared.starts == max(starts, 1)  # the process has not crashed
    assert [one.name for one in Path(secret).parent.iterdir()] == ["secret"]


def test_branch_that_reads_a_file_fails_only_if_it_is_taken(secret, new_control_flow):
    v1.disable_control_flow_v2()

    def branched(is_read):
        return graph_of(
            lambda x: v1.cond(tf.reduce_all([is_read]), lambda: reads(secret)(x), lambda: x)
        )

    with tf.Graph().as_default(), v1.Session() as session:
        tf.import_graph_def(branched(True), name="")
        assert session.run("y:0", {"x:0": X}).tolist() == [4, 6]  # TensorFlow itself runs it
    assert run(branched(False)).tolist() == [1, 2]
    with pytest.raises(Unreplayable):
        run(branched(True))


def test_function_named_like_an_op_does_not_hide_it(tmp_path):
    graph = graph_of(written(tmp_path / "out"))
    with tf.Graph().as_default() as other:
        tf.function(lambda x: tf.identity(x)).get_concrete_function(
            tf.TensorSpec([], tf.string)
        ).add_to_graph(other)
    function = graph.library.function.add()
    function.CopyFrom(other.as_graph_def().library.function[0])
    function.signature.name = "WriteFile"
    with pytest.raises(Unreplayable):
        run(graph)
    assert not (tmp_path / "out").exists()


def test_placeholder_that_is_not_fed_is_named():
    graph = graph_of(lambda x: x + v1.placeholder(tf.float32, [2], name="other"))
    with pytest.raises(Unreplayable, match="the placeholder other must be fed"):
        run(graph)


@pytest.mark.parametrize("content", [b"graph", b"\xff" * 20])
def test_invalid_graph_is_rejected(content):
    with pytest.raises(Unreplayable):
        UntrustedGraph(content, {}).run(["y"], {"x": X})


def test_every_allowed_op_exists_in_tensorflow():
    assert [name for name in ALLOWED if op_def_registry.get(name) is None] == []


# Stateful ops that may be allowed: variables, lists, random ops, calls, checks and prints (which
# are removed).
STATE = re.compile(
    r"Variable|VariableV2|Var(Handle|IsInitialized)Op|VariableShape|ReadVariableOp|"
    r"Assign(Add|Sub)?VariableOp|Resource(Apply|Scatter)\w+|ResourceGather(Nd)?|(TensorArray|Stack)\w*|"
    r"Random\w+|ParameterizedTruncatedNormal|TruncatedNormal|Multinomial|"
    r"Case|If|While|StatefulPartitionedCall|Assert|CheckNumerics(V2)?|Print(V2)?|Empty|GuaranteeConst"
)


def test_allowed_stateful_ops_are_of_known_kinds():
    stateful = {name for name in ALLOWED if op_def_registry.get(name).is_stateful}
    assert {name for name in stateful if not STATE.fullmatch(name)} == set()
    assert stateful > {"Print", "While", "VariableV2", "ResourceApplyAdam"}


# Ops that use files, sockets, Python, other graphs or devices and queues, or that wait or abort.
DANGEROUS = (
    *("PyFunc", "PyFuncStateless", "EagerPyFunc", "ReadFile", "WriteFile", "MatchingFiles"),
    *("ImmutableConst", "Abort", "SaveV2", "RestoreV2", "Save", "Restore", "SaveSlices"),
    *("MergeV2Checkpoints", "ShardedFilename", "LoadAndRemapMatrix", "DumpTensor"),
    *("TextLineReaderV2", "WholeFileReaderV2", "TFRecordReaderV2", "ReaderReadV2"),
    *("TextLineDataset", "TFRecordDataset", "CacheDataset", "SaveDatasetV2", "GeneratorDataset"),
    *("IteratorGetNext", "OneShotIterator", "MapDefun", "RemoteCall", "SymbolicGradient"),
    *("InitializeTableFromTextFileV2", "WriteSummary", "CreateSummaryFileWriter"),
    *("DebugIdentity", "DebugIdentityV2", "Send", "Recv", "_Send", "_Recv", "HostConst"),
    *("RpcCall", "RpcServer", "CollectiveReduceV2", "FIFOQueueV2", "QueueDequeueV2", "Barrier"),
    *("Stage", "Unstage", "MutexLock", "SleepIdentityOp", "Timestamp", "TPUExecute", "XlaLaunch"),
    *(
        "DecodePng",
        "DecodeJpeg",
        "DecodeGif",
        "ParseExample",
        "DecodeProtoV2",
        "FilterByLastComponent",
    ),
    *("LookupTableFindV2", "HashTableV2", "FixedUnigramCandidateSampler", "RecordInput"),
)


def test_dangerous_ops_are_not_allowed():
    assert not ALLOWED & {*DANGEROUS}
    words = re.compile(
        r"Py|File|Dataset|Iterator|Reader|Save|Restore|Queue|Barrier|Stage|Mutex|Rpc|Send|Recv|"
        r"Collective|Debug|Dump|Summary|TPU|Xla|Table|Socket|Abort|Sleep|Checkpoint|Remote|Decode"
    )
    assert {name for name in ALLOWED if words.search(name)} == set()


@pytest.mark.slow
def test_endless_loop_is_killed_and_the_next_run_is_right(monkeypatch):
    endless = graph_of(lambda x: tf.while_loop(lambda y: True, lambda y: y + 1, (x,))[0])
    graph = UntrustedGraph(graph_of(lambda x: 3 * x).SerializeToString(), {})
    assert graph.run(["y"], {"x": X})[0][0].tolist() == [3, 6]
    monkeypatch.setattr(untrusted_graph, "SECONDS", 1.5)
    with pytest.raises(Unreplayable, match=r"it exceeded the time limit of 1\.5 s"):
        run(endless)
    monkeypatch.undo()
    assert graph.run(["y"], {"x": X})[0][0].tolist() == [3, 6]


def test_several_graphs_run_in_turn():
    graphs = [
        UntrustedGraph(graph_of(lambda x, n=n: n * x).SerializeToString(), {})
        for n in (2.0, 3.0, 4.0)
    ]
    for _ in range(2):
        results = [one.run(["y"], {"x": X})[0][0].tolist() for one in graphs]
        assert results == [[2, 4], [3, 6], [4, 8]]

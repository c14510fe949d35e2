"""Features that old scripts use besides building and running a graph."""

import gzip
import os
import sys
import tempfile
import threading
import time

import numpy as np
import tensorflow as tf
from checking import call, raised

GOLDENS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "goldens")


def last_op_seed():
    tf.random_normal([1])
    operations = tf.get_default_graph().get_operations()
    return [op.get_attr("seed2") for op in operations if op.type == "RandomStandardNormal"][-1]


def op_seed_after(build):
    tf.reset_default_graph()
    tf.set_random_seed(1)
    build()
    return last_op_seed()


def floats():
    return tf.placeholder(tf.float32, [None, 4])


def read_image():
    image = tf.image.decode_jpeg(tf.read_file("a.jpg"), channels=3)
    return tf.image.convert_image_dtype(image, tf.float32)


def check_op_seeds_after_images_of_unknown_size():
    for build, seed in (
        (lambda i: tf.image.random_flip_left_right(i, seed=1), 50),
        (lambda i: tf.image.crop_to_bounding_box(i, 1, 1, 4, 4), 50),
        (lambda i: tf.image.resize_image_with_crop_or_pad(i, 4, 4), 185),
        (tf.image.per_image_standardization, 54),
    ):
        assert op_seed_after(lambda build=build: build(read_image())) == seed


def check_a_length_of_a_shape_that_is_known_in_part_is_unknown():
    x = tf.placeholder(tf.int32, [1, None])
    tiled = tf.tile(tf.expand_dims(tf.range(tf.shape(x)[1]), 0), [tf.shape(x)[0], 1])
    assert tiled.shape.as_list() == [None, None]  # openai/gpt-2
    x = tf.placeholder(tf.float32, [None, 28])
    for length in (tf.shape(x)[1], tf.shape(x)[-1], tf.unstack(tf.shape(x))[1]):
        assert tf.zeros([length]).shape.as_list() == [None]
        assert tf.range(length * 2).shape.as_list() == [None]
    assert tf.zeros([tf.shape(tf.zeros([3, 4]) + x[0, 0])[1]]).shape.as_list() == [4]
    assert tf.reshape(x, tf.shape(x)).shape.as_list() == [None, 28]
    written = tf.get_default_graph().as_graph_def().node
    assert not any(node.attr["begin_mask"].i for node in written if node.op == "StridedSlice")
    with tf.Session() as session:
        found = session.run([tf.shape(x)[1], tf.unstack(tf.shape(x))[0]], {x: np.zeros([2, 28])})
    assert found == [28, 2]


def check_the_order_of_shuffle_and_repeat():
    def elements(data):
        tf.set_random_seed(1)
        data = data(tf.data.Dataset.range(8)).batch(16)
        item = data.make_one_shot_iterator().get_next()
        draw = tf.random_uniform([])
        with tf.Session() as session:
            return "".join(map(str, session.run(item))), session.run(draw)

    def twice(data):
        return tf.data.Dataset.range(2).flat_map(lambda i: data.shuffle(8, seed=3).repeat(2))

    def empty_first(data):
        none = data.filter(lambda i: i > 8).shuffle(4).repeat()
        return none.concatenate(data)

    fused = tf.contrib.data.shuffle_and_repeat
    for build, order, draw in (
        (lambda d: d.shuffle(8, seed=1).repeat(2), "2635701416570324", 0.4292482),
        (lambda d: d.shuffle(4).repeat(), "2415376021054637", 0.4292482),
        (lambda d: d.shuffle(8, seed=1).repeat(1), "24105763", 0.4292482),  # not fused
        (lambda d: d.apply(fused(8, 2, seed=1)), "2635701416570324", 0.7886522),
        (lambda d: d.apply(fused(8, 1, seed=1)), "26357014", 0.7886522),
        (lambda d: d.take(3).shuffle(100).repeat(4), "021012102210", 0.03881812),
        (lambda d: d.shuffle(10**7).repeat(), "6145370264172053", 0.4292482),  # far from full
        (empty_first, "01234567", 0.03881812),
        (twice, "7402356125703614", 0.013653636),
    ):
        tf.reset_default_graph()
        found = elements(build)
        assert found[0] == order, (found, order)
        assert abs(found[1] - draw) < 1e-7, (found, draw)


def check_the_order_where_only_a_run_tells_size_and_count():
    tf.set_random_seed(11)
    size, count = (tf.placeholder(tf.int64, []) for _ in range(2))
    rows = {"name": ["x", "y", "z"], "pair": [[1, 2], [3, 4], [5, 6]]}
    data = tf.data.Dataset.from_tensor_slices(rows).shuffle(size, seed=4).repeat(count)
    iterator = data.make_initializable_iterator()
    item = iterator.get_next()
    with tf.Session() as session:
        for given, order in ((10, 3), "xzyxyzzxy."), ((2, -1), "yzxyxzyzxy"), ((10, 1), "yxz."):
            session.run(iterator.initializer, {size: given[0], count: given[1]})
            found = ""
            while len(found) < 10 and not found.endswith("."):
                try:
                    row = session.run(item)
                    found += row["name"].decode()
                    assert row["pair"].tolist() == rows["pair"]["xyz".index(found[-1])]
                except tf.errors.OutOfRangeError:
                    found += "."
            assert found == order, (given, found)


def check_two_fused_shuffles():
    def elements(data):
        item = data.batch(6).make_one_shot_iterator().get_next()
        with tf.Session() as session:
            return session.run(item).tolist()

    tf.set_random_seed(1)
    once = tf.data.Dataset.range(6).shuffle(4, seed=3)
    plain = once.repeat(2)
    assert elements(plain.shuffle(3, seed=1).repeat(2)) == [3, 5, 1, 2, 4, 0]
    assert elements(once.with_options(tf.data.Options()).repeat(2)) == elements(plain)


def check_a_convolution_whose_strides_differ():
    x = tf.reshape(tf.range(20.0), [1, 5, 4, 1])
    kernel = tf.ones([3, 4, 1, 4])
    found = tf.nn.conv2d(x, kernel, [1, 1, 3, 1], "VALID")
    layer = tf.layers.conv2d(x, 1, [3, 4], [1, 3], kernel_initializer=tf.ones_initializer())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for convolved in session.run([found, layer]):
            assert convolved[0, :, 0, -1].tolist() == [66, 114, 162]
        assert session.run(tf.gradients(found, x)[0]).sum() == 144
        assert session.run(tf.gradients(found, kernel)[0]).sum() == 4 * (66 + 114 + 162)


def check_an_iterator_of_a_structure_fuses_nothing():
    tf.set_random_seed(1)
    data = tf.data.Dataset.range(8).shuffle(8).repeat(2).batch(16)
    iterator = tf.data.Iterator.from_structure(data.output_types, data.output_shapes)
    begin, item = iterator.make_initializer(data), iterator.get_next()
    with tf.Session() as session:
        session.run(begin)
        found = session.run(item).tolist()
    assert found == [5, 6, 7, 3, 0, 4, 1, 2, 0, 2, 3, 1, 6, 4, 7, 5], found


def check_op_seeds_after_loops_and_rare_ops():
    sparse = tf.nn.embedding_lookup_sparse
    builds = (
        lambda: tf.sparse_placeholder(tf.float32, [3, 4]),
        lambda: tf.matrix_diag(floats()),
        lambda: sparse(tf.zeros([3, 2]), tf.SparseTensor([[0, 0]], [1], [1, 1]), None),
        lambda: tf.layers.conv1d(tf.zeros([1, 6, 2]), 2, 2, dilation_rate=2, padding="same"),
        lambda: tf.contrib.layers.conv2d(tf.zeros([1, 6, 6, 2]), 2, 3, rate=2),
        lambda: tf.keras.layers.Embedding(5, 3)(tf.zeros([1, 2], tf.int32)),
        lambda: tf.unsorted_segment_mean(floats(), [0], 2),
        lambda: tf.distributions.Gamma(1.0, 2.0).sample(),
        lambda: tf.trace(tf.eye(3)),
        lambda: tf.signal.rfft(tf.zeros([4])),
        lambda: tf.reduce_mean(tf.get_variable("v", [3], initializer=tf.zeros_initializer())),
    )
    assert [*map(op_seed_after, builds)] == [6, 5, 17, 37, 33, 18, 17, 23, 8, 6, 12]


def check_static_shapes():
    x = tf.reshape(tf.placeholder(tf.float32, [None, 48]), [-1, 4, 4, 3])
    y = tf.nn.conv2d_transpose(x, tf.zeros([5, 5, 3, 3]), [4, 8, 8, 3], strides=[1, 2, 2, 1])
    assert y.shape.as_list() == [4, 8, 8, 3]
    assert tf.reshape(y, y.get_shape()).shape.as_list() == [4, 8, 8, 3]
    assert tf.range(tf.size(tf.zeros([6]))).shape.as_list() == [6]


def check_a_sparse_placeholder_with_a_constant_as_its_shape_is_fed():
    sparse = tf.sparse_placeholder(tf.float32, shape=tf.constant([2, 3], tf.int64))
    dense = tf.sparse_tensor_to_dense(sparse)
    with tf.Session() as session:
        found = session.run(dense, {sparse: ([[1, 2]], [5.0], [2, 3])})
    assert found.tolist() == [[0, 0, 0], [0, 0, 5]]


def check_the_mean_of_what_has_an_unknown_rank():
    x = tf.placeholder(tf.float32)
    mean = tf.reduce_mean(x * x)
    with tf.Session() as session:
        found = session.run([mean, tf.gradients(mean, x)[0]], {x: [1.0, 3.0]})
    assert found[0] == 5.0
    assert found[1].tolist() == [1.0, 3.0]


def check_numpy_of_then():
    rows = [[1], [2, 3], [4]]
    assert np.shape(rows) == (3,)
    assert np.size(rows) == 3
    assert [part.tolist() for part in np.array_split(rows, 2)] == [[[1], [2, 3]], [[4]]]
    assert sorted(np.random.permutation(rows).tolist()) == rows  # noqa: NPY002
    for kind, of in ((np.float32, float), (np.int64, int), (np.complex64, complex)):
        assert np.issubdtype(kind, of)
        assert not np.issubdtype(np.uint8, of)
    assert np.histogram([0, 1], bins=2, normed=True)[0].tolist() == [1, 1]


def check_what_is_a_tensor():
    old = tf.get_variable("old", [1])
    new = tf.get_variable("new", [1], use_resource=True)
    for value in (old, new, tf.constant(1), tf.SparseTensor([[0]], [1], [1])):
        assert tf.is_tensor(value)
        assert tf.contrib.framework.is_tensor(value)
    for value in (1, [tf.constant(1)], np.ones(2), tf.no_op()):
        assert not tf.is_tensor(value)


def check_the_type_of_a_tensor_is_its_class():
    from tensorflow.python.framework import ops

    tensor = tf.constant([1.0])
    assert type(tensor) is tf.Tensor is ops.Tensor
    assert {tf.Tensor: "tensor"}[type(tensor + 1)] == "tensor"
    assert not isinstance(tf.Variable(1.0), tf.Tensor)
    kinds = []

    def seen(of):
        kinds.append((type(of) is tf.Tensor, isinstance(of, tf.Tensor), tf.is_tensor(of)))
        return of

    with tf.Session() as session:
        session.run(tf.py_function(seen, [tensor], tf.float32))
    assert kinds == [(False, True, True)]


def check_hyperparameters():
    parameters = tf.contrib.training.HParams(rate=0.1, units=[1, 2], name="a")
    assert str(parameters) == "rate=0.1,units=[1, 2],name=a"
    assert parameters.to_json() == '{"rate": 0.1, "units": [1, 2], "name": "a"}'
    assert parameters.parse_json('{"rate": 0.2}').rate == 0.2
    parameters.del_hparam("name")
    assert isinstance(raised(parameters.parse, "name=data/a b"), ValueError)
    assert isinstance(raised(parameters.override_from_dict, {"new": 1}), KeyError)
    assert isinstance(raised(parameters.get, "rate", "x"), ValueError)
    assert tf.contrib.training.parse_values("a=1", {"a": int}) == {"a": 1}


def check_threads_and_queues():
    names = tf.train.string_input_producer(["a", "b"], num_epochs=2, shuffle=False).dequeue()
    queue = tf.FIFOQueue(10, tf.int32)
    feed = tf.placeholder(tf.int32, [])
    put, take = queue.enqueue(feed), queue.dequeue()
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        read = []
        try:
            while not coordinator.should_stop():
                read.append(session.run(names))
        except tf.errors.OutOfRangeError:
            coordinator.request_stop()
        coordinator.join(threads)
        assert read == [b"a", b"b", b"a", b"b"], read

        def work():
            with session.graph.as_default():
                tf.constant(1)
            for number in range(5):
                session.run(put, {feed: number})

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        taken = sorted(session.run(take) for _ in range(10))
        for worker in workers:
            worker.join()
        assert taken == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def check_a_server_on_localhost():
    server = tf.train.Server.create_local_server()
    assert server.target.startswith("grpc://localhost:")
    with tf.device("/job:local/task:0"):
        x = tf.Variable(20)
    with tf.Session(server.target) as session:
        session.run(x.initializer)
        assert session.run(x + 1) == 21


def check_summaries():
    folder = tempfile.mkdtemp()
    tf.summary.scalar("loss", tf.constant(2.0))
    tf.summary.histogram("weights", tf.ones([3]))
    tf.summary.image("image", tf.zeros([1, 2, 2, 1]))
    merged = tf.summary.merge_all()
    writer = tf.summary.FileWriter(folder, tf.get_default_graph())
    with tf.Session() as session:
        writer.add_summary(session.run(merged), 7)
    writer.close()
    (file,) = os.listdir(folder)
    events = [*tf.train.summary_iterator(os.path.join(folder, file))]
    found = {(value.tag, event.step) for event in events for value in event.summary.value}
    assert found == {("loss", 7), ("weights", 7), ("image/image/0", 7)}, found


def check_the_projector():
    from tensorflow.contrib.tensorboard.plugins import projector

    config = projector.ProjectorConfig()
    config.embeddings.add().tensor_name = "a:0"
    folder = tempfile.mkdtemp()
    projector.visualize_embeddings(tf.summary.FileWriter(folder), config)
    with open(os.path.join(folder, "projector_config.pbtxt")) as file:
        assert file.read() == 'embeddings {\n  tensor_name: "a:0"\n}\n'


def check_saver():
    path = os.path.join(tempfile.mkdtemp(), "model")
    x = tf.get_variable("x", initializer=[1.0, 2.0])
    double = tf.multiply(x, 2.0, name="double")
    step = tf.train.AdamOptimizer().minimize(tf.reduce_sum(double))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saved = session.run([step, double])[1]
        assert tf.train.Saver().save(session, path, global_step=3) == path + "-3"
    assert tf.train.latest_checkpoint(os.path.dirname(path)) == path + "-3"
    names = [name for name, _ in tf.train.list_variables(path + "-3")]
    assert names == ["beta1_power", "beta2_power", "x", "x/Adam", "x/Adam_1"], names
    tf.reset_default_graph()
    with tf.Session() as session:
        tf.train.import_meta_graph(path + "-3.meta").restore(session, path + "-3")
        np.testing.assert_allclose(session.run("double:0"), saved, atol=0.01)


def check_a_graph_that_1_15_has_written():
    path = os.path.join(tempfile.mkdtemp(), "batch_norm.meta")
    with gzip.open(os.path.join(GOLDENS, "batch_norm.meta.gz")) as golden, open(path, "wb") as file:
        file.write(golden.read())
    tf.train.import_meta_graph(path)
    (step,) = tf.get_collection(tf.GraphKeys.TRAIN_OP)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step, {"images:0": np.ones([2, 4, 4, 3])})
        beta = [x for x in tf.trainable_variables() if "beta" in x.name]
        np.testing.assert_allclose(session.run(beta), [[-3.2] * 3], rtol=1e-6)


def check_graphs_are_written_as_those_of_1_15():
    steps = tf.placeholder(tf.int32, [2, 1, 2], name="steps")
    tf.contrib.seq2seq.gather_tree(steps, steps, [2], 9, name="tree")
    normalized = tf.layers.batch_normalization(tf.ones([2, 4, 4, 3]), training=False)
    tf.gradients(normalized, tf.trainable_variables())
    graph = tf.train.export_meta_graph().graph_def
    (tree,) = [node for node in graph.node if node.name == "tree"]
    assert tree.op == "GatherTree"
    assert set(tree.attr) - {"_output_shapes"} == {"T"}
    (gradient,) = [node for node in graph.node if node.op.startswith("FusedBatchNormGrad")]
    shapes = gradient.attr["_output_shapes"].list.shape[3:]
    assert not any(dim.size == 0 for shape in shapes for dim in shape.dim)
    found = tf.import_graph_def(graph, return_elements=["tree:0"], name="again")
    with tf.Session() as session:
        tree = session.run(found[0], {"again/steps:0": [[[1, 0]], [[1, 0]]]})
    assert tree.tolist() == [[[0, 1]], [[1, 0]]]


def check_saved_model():
    folder = os.path.join(tempfile.mkdtemp(), "model")
    x = tf.placeholder(tf.float32, [None], name="x")
    y = x * tf.Variable(3.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, folder, {"x": x}, {"y": y})
    with tf.Session(graph=tf.Graph()) as session:
        tags = [tf.saved_model.tag_constants.SERVING]
        loaded = tf.saved_model.loader.load(session, tags, folder)
        name = loaded.signature_def["serving_default"].outputs["y"].name
        assert session.run(name, {"x:0": [2.0]}).tolist() == [6.0]
    predict = tf.contrib.predictor.from_saved_model(folder)
    assert predict({"x": [1.0]})["y"].tolist() == [3.0]


def check_keras_models_as_hdf5():
    path = os.path.join(tempfile.mkdtemp(), "model.h5")
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_dim=3, name="only")])
    model.compile("adam", "mse")
    model.fit(np.ones([4, 3]), np.ones([4, 2]), verbose=0)
    model.save(path)
    loaded = tf.keras.models.load_model(path)
    for one, other in zip(model.get_weights(), loaded.get_weights()):  # noqa: B905
        np.testing.assert_array_equal(one, other)
    assert len(loaded.optimizer.weights) == 5
    loaded.load_weights(path)


def check_frozen_graphs():
    tf.add(tf.Variable(1.0), tf.placeholder(tf.float32, [], "x"), name="y")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        frozen = tf.graph_util.convert_variables_to_constants(
            session, session.graph.as_graph_def(), ["y"]
        )
    text = frozen.SerializeToString()
    tf.reset_default_graph()
    graph = tf.GraphDef()
    graph.ParseFromString(text)
    (y,) = tf.import_graph_def(graph, return_elements=["y:0"], name="")
    with tf.Session() as session:
        assert session.run(y, {"x:0": 2.0}) == 3.0


def count(x):
    total = 0
    while x > 0:
        if x % 2 < 1:
            total += x
        x -= 1
    return total


def check_autograph():
    converted = tf.autograph.to_graph(count)
    with tf.Session() as session:
        assert session.run(converted(tf.constant(5))) == 6
        assert session.run(tf.function(count)(tf.constant(5))) == 6


def check_the_debugger_is_imported():
    from tensorflow.python import debug

    assert issubclass(debug.LocalCLIDebugWrapperSession, tf.Session.__mro__[-1])
    assert callable(debug.has_inf_or_nan)


def check_processes_that_are_forked():
    with tf.Session() as session:
        assert session.run(tf.constant(1)) == 1
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os._exit(len(tf.Graph().get_operations()) + len(tf.__version__))
    assert os.waitpid(child, 0)[1] >> 8 == 6


def check_processes_of_multiprocessing():
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(count, [4, 5]) == [6, 6]


def check_networks_of_layers_for_eager_mode():
    class Network(tf.contrib.eager.Network):
        def __init__(self, kind):
            super().__init__()
            self.first = self.track_layer(kind(2))

        def call(self, inputs):
            return self.first(inputs)

    network = Network(tf.layers.Dense)
    assert network(tf.zeros([4, 5])).shape.as_list() == [4, 2]
    assert len(network.variables) == 2
    assert isinstance(raised(Network, tf.keras.layers.Dense), TypeError)
    import tensorflow.contrib.eager

    assert callable(tensorflow.contrib.eager.defun)


def check_flags_and_app():
    tf.flags.DEFINE_float("rate", 0.5, "the rate")
    tf.app.flags.DEFINE_boolean("fast", False, "whether it is fast")
    ended = raised_exit(lambda arguments: tf.flags.FLAGS.rate, ["program", "--rate=0.25"])
    assert ended == 0.25


def raised_exit(main, arguments):
    try:
        tf.app.run(main, arguments)
    except SystemExit as end:
        return end.code


def check_gradients_and_control_flow():
    x = tf.constant(3.0)
    doubled = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), [0, x])[1]
    chosen = tf.cond(x > 2, lambda: doubled * x, lambda: x)
    (slope,) = tf.gradients(chosen, [x])
    with tf.Session() as session:
        assert session.run([chosen, slope]) == [72.0, 48.0]


def check_functions_of_python():
    x = tf.constant(2.0)
    eager = tf.py_function(lambda x: x**3, [x], tf.float32)
    plain = tf.py_func(lambda x: x * np.float32(2), [x], tf.float32)
    (slope,) = tf.gradients(eager, [x])
    with tf.Session() as session:
        assert session.run([eager, slope, plain]) == [8.0, 12.0, 4.0]


def check_the_tensorboard_of_keras():
    folder = tempfile.mkdtemp()
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_dim=3)])
    model.compile("sgd", "mse")
    tensorboard = tf.keras.callbacks.TensorBoard(folder, histogram_freq=1)
    data = np.ones([4, 3]), np.ones([4, 2])
    model.fit(*data, 2, verbose=0, validation_data=data, callbacks=[tensorboard])
    assert any("events" in file for file in os.listdir(folder))


def check_a_dimension_that_is_a_whole_float():
    assert tf.get_variable("halved", [8 / 2, 3.0]).shape.as_list() == [4, 3]
    assert tf.placeholder(tf.float32, [None, 784.0]).shape.as_list() == [None, 784]
    cell = tf.nn.rnn_cell.LSTMCell(8 / 2)
    assert cell(tf.zeros([2, 3]), cell.zero_state(2, tf.float32))[0].shape.as_list() == [2, 4]
    assert (tf.zeros([4]).shape[0] * 2.0).value == 8
    assert str(raised(tf.TensorShape, [4.5])) == "Ambiguous dimension: 4.5"
    assert isinstance(raised(tf.TensorShape, "4"), TypeError)


def check_what_a_function_of_a_data_set_may_return():
    data = tf.data.Dataset.range(2).map(lambda i: (i, 1, "text", np.float32(2), [3.0, 4.0]))
    item = data.batch(2).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        found = [each.tolist() for each in session.run(item)]
    assert found == [[0, 1], [1, 1], [b"text", b"text"], [2, 2], [[3, 4], [3, 4]]]


def check_elements_are_made_when_they_are_asked_for():
    """Elements use NumPy's random generator, from which the script also samples."""
    made = []

    def note(i):
        made.append(int(i))
        return i

    data = tf.data.Dataset.range(9).map(lambda i: tf.py_func(note, [i], tf.int64))
    of_structure = tf.data.Iterator.from_structure(data.output_types, data.output_shapes)
    begin = of_structure.make_initializer(data)
    for iterator in (data.make_one_shot_iterator(), of_structure):
        item = iterator.get_next()
        with tf.Session() as session:
            session.run(begin)
            assert [session.run(item) for _ in range(3)] == [0, 1, 2]
            time.sleep(0.2)  # enough time to compute one in advance
        assert made == [0, 1, 2], made
        made.clear()


def check_a_message_that_has_moved():
    from tensorflow.core.protobuf import config_pb2

    options = config_pb2.RPCOptions(use_rpc_for_inprocess_master=True)
    assert tf.ConfigProto(rpc_options=options).rpc_options.use_rpc_for_inprocess_master


def check_copies_of_operations():
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 2])
    weights = tf.Variable([[1.0], [2.0]], name="weights")
    product = tf.matmul(x, weights)
    out = tf.nn.dropout(product, 0.5, seed=3)
    editor = tf.contrib.graph_editor
    twice = editor.graph_replace(product, {x: x * 2})
    _, made = editor.copy_with_input_replacements(editor.sgv([product.op, out.op]), {})
    copied = made.transformed(product.op)._outputs[0]  # noqa: SLF001
    assert copied.shape.as_list() == [None, 1]
    assert last_op_seed() == 30
    other = tf.Graph()
    moved = tf.contrib.copy_graph.copy_variable_to_graph(weights, other)
    assert tf.contrib.copy_graph.copy_op_to_graph(product, other, [moved]).graph is other
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run([product, twice, copied], {x: [[1, 1]]})
        assert [each.tolist() for each in found] == [[[3]], [[6]], [[3]]]
        gradients = session.run(tf.gradients(copied, weights)[0], {x: [[1, 1]]})
        assert gradients.tolist() == [[1], [1]]


def check_a_metric_whose_update_returns_nothing():
    class Sum(tf.keras.metrics.Metric):
        def __init__(self, name="sum"):
            super().__init__(name=name)
            self.total = self.add_weight("total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(tf.cast(y_true, tf.float32)))

        def result(self):
            return tf.identity(self.total)

    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse", metrics=[Sum()])
    fitted = model.fit(np.ones([8, 2]), np.arange(8.0), batch_size=4, verbose=0)
    assert fitted.history["sum"] == [28]
    metric = Sum()
    update = metric.update_state(tf.constant([1.0, 2.0]), None)
    with tf.Session() as session:
        session.run(tf.variables_initializer(metric.variables))
        session.run(update)
        assert session.run(metric.result()) == 3


def check_variables_after_an_iterator():
    """Its function shares the graph's variable store, which does not exist before."""
    rows = tf.data.Dataset.from_tensors([[1.0, 2.0]]).repeat().make_one_shot_iterator().get_next()
    weights = tf.get_variable("weights", [2, 1], initializer=tf.ones_initializer())
    assert isinstance(weights, tf.Variable)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.matmul(rows, weights))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        assert session.run(weights).tolist() == [[0.5], [0.0]]


def check_what_a_wrong_feed_raises():
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.Session() as session:
        assert isinstance(raised(session.run, x, {x: [1.0]}), ValueError)
        error = raised(session.run, x + 1)
    assert type(error).__name__ == "InvalidArgumentError"
    assert "You must feed a value for placeholder tensor 'x'" in error.message
    assert isinstance(raised(session.run, x), RuntimeError)


call(globals())

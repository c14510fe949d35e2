"""Recurrent cells, and the functions that run them over a sequence."""

from tf_edureka.runner.modern.advice import in_words, numbers, restructured

_ORTHOGONAL = (
    "its recurrent kernel starts as an orthogonal matrix; in TensorFlow 1 inputs and state share "
    "one Glorot-uniform kernel"
)
_LSTM = numbers(
    "tf_edureka.tf1.LSTMCell(num_units, forget_bias=forget_bias)",
    "keras.layers.LSTMCell(num_units)",
    f"{_ORTHOGONAL}; its gates have another order",
)
_GRU = numbers(
    "tf_edureka.tf1.GRUCell(num_units)",
    "keras.layers.GRUCell(num_units)",
    "its default reset_after=True computes something else; with reset_after=False the biases of "
    "its gates start at 0 instead of 1",
)
_STATIC = in_words(
    "call keras.layers.RNN(cell, return_sequences=True) on the inputs as one tensor, "
    "tf.stack(inputs, 1)"
)
_HARD = "recurrent_activation=lambda x: tf.clip_by_value(0.2 * x + 0.5, 0, 1)"
_SIGMOID = (
    "its recurrent_activation is the sigmoid; in TensorFlow 1 it is the hard sigmoid, 0.2 x + 0.5 "
    "clipped to [0, 1]"
)

CELLS = {
    "tf.nn.rnn_cell.BasicLSTMCell": _LSTM,
    "tf.nn.rnn_cell.LSTMCell": _LSTM,
    "tf.nn.rnn_cell.GRUCell": _GRU,
    "tf.contrib.rnn.LSTMBlockCell": _LSTM,
    "tf.contrib.rnn.GRUBlockCellV2": _GRU,
    "tf.nn.rnn_cell.BasicRNNCell": numbers(
        "tf_edureka.tf1.BasicRNNCell(num_units)",
        "keras.layers.SimpleRNNCell(num_units)",
        _ORTHOGONAL,
    ),
}

ROWS = {
    **CELLS,
    "tf.nn.rnn_cell": in_words("use a cell of keras.layers"),
    "tf.nn.rnn_cell.RNNCell": in_words(
        "write a keras.Layer with state_size and call(inputs, states) that returns (output, states)"
    ),
    "tf.nn.rnn_cell.MultiRNNCell": restructured("keras.layers.StackedRNNCells(cells)"),
    "tf.nn.rnn_cell.DropoutWrapper": in_words(
        "apply keras.layers.Dropout(1 - output_keep_prob) to the output of the layer"
    ),
    "tf.nn.rnn_cell.ResidualWrapper": in_words("add the inputs to the outputs"),
    "tf.nn.rnn_cell.LSTMStateTuple": in_words("use a list [h, c]; the tuple was (c, h)"),
    "tf.nn.dynamic_rnn": numbers(
        "keras.layers.RNN(cell, return_sequences=True, return_state=True, "
        "zero_output_for_mask=True)(inputs, mask=tf.sequence_mask(sequence_length))",
        "keras.layers.RNN(cell, return_sequences=True, return_state=True)"
        "(inputs, mask=tf.sequence_mask(sequence_length))",
        "after the end of a sequence it repeats the last output instead of returning 0; without "
        "sequence_length omit the mask",
    ),
    "tf.nn.bidirectional_dynamic_rnn": restructured(
        "keras.layers.Bidirectional(keras.layers.RNN(cell_fw, return_sequences=True), None, "
        "backward_layer=keras.layers.RNN(cell_bw, return_sequences=True, go_backwards=True))"
        "(inputs)",
        "with sequence_length pass a mask and zero_output_for_mask=True, as for dynamic_rnn",
    ),
    "tf.nn.static_rnn": _STATIC,
    "tf.contrib.rnn.static_rnn": _STATIC,
    "tf.nn.static_bidirectional_rnn": in_words(
        "call keras.layers.Bidirectional on tf.stack(inputs, 1)"
    ),
    "tf.contrib.rnn.static_bidirectional_rnn": in_words(
        "call keras.layers.Bidirectional on tf.stack(inputs, 1)"
    ),
    "tf.contrib.rnn": in_words("use a cell of keras.layers, and keras.layers.RNN"),
    "tf.contrib.rnn.stack_bidirectional_dynamic_rnn": in_words(
        "stack several keras.layers.Bidirectional layers"
    ),
    "tf.contrib.legacy_seq2seq": in_words("use keras.layers.RNN"),
    "tf.contrib.seq2seq": in_words("use keras.layers.RNN with keras.layers.Attention"),
    "tf.contrib.cudnn_rnn": in_words("use keras.layers.LSTM(units) or keras.layers.GRU(units)"),
    "tf.keras.layers.LSTM": numbers(
        f"keras.layers.LSTM(units, {_HARD})", "keras.layers.LSTM(units)", _SIGMOID
    ),
    "tf.keras.layers.GRU": numbers(
        f"keras.layers.GRU(units, {_HARD}, reset_after=False)",
        "keras.layers.GRU(units)",
        f"its default is reset_after=True; {_SIGMOID}",
    ),
}

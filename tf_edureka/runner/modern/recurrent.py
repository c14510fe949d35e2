"""Recurrent cells and what runs them."""

from tf_edureka.runner.modern.advice import in_words, numbers, restructured

_BEGINS_OTHERWISE = (
    "begins with an orthogonal matrix for the state where both were one Glorot matrix, and has its "
    "gates in another order"
)
_LSTM = numbers(
    "tf_edureka.tf1.LSTMCell(num_units, forget_bias=forget_bias)",
    "keras.layers.LSTMCell(num_units)",
    _BEGINS_OTHERWISE,
)
_GRU = numbers(
    "tf_edureka.tf1.GRUCell(num_units)",
    "keras.layers.GRUCell(num_units)",
    "has reset_after=True, another function; with reset_after=False the biases of its gates begin "
    "at 0 instead of 1",
)
_STATIC = in_words(
    "keras.layers.RNN(cell, return_sequences=True) on the inputs as one tensor, tf.stack(inputs, 1)"
)
_HARD = "recurrent_activation=lambda x: tf.clip_by_value(0.2 * x + 0.5, 0, 1)"
_OF_TF_KERAS = "has another gate: recurrent_activation was 0.2 x + 0.5, cut at 0 and 1"

CELLS = {
    "tf.nn.rnn_cell.BasicLSTMCell": _LSTM,
    "tf.nn.rnn_cell.LSTMCell": _LSTM,
    "tf.nn.rnn_cell.GRUCell": _GRU,
    "tf.contrib.rnn.LSTMBlockCell": _LSTM,
    "tf.contrib.rnn.GRUBlockCellV2": _GRU,
    "tf.nn.rnn_cell.BasicRNNCell": numbers(
        "tf_edureka.tf1.BasicRNNCell(num_units)",
        "keras.layers.SimpleRNNCell(num_units)",
        "begins with an orthogonal matrix for the state where both were one Glorot matrix",
    ),
}

ROWS = {
    **CELLS,
    "tf.nn.rnn_cell": in_words("a cell of keras.layers"),
    "tf.nn.rnn_cell.RNNCell": in_words(
        "a keras.Layer with state_size and call(inputs, states), which returns (output, states)"
    ),
    "tf.nn.rnn_cell.MultiRNNCell": restructured("keras.layers.StackedRNNCells(cells)"),
    "tf.nn.rnn_cell.DropoutWrapper": in_words(
        "keras.layers.Dropout(1 - output_keep_prob) on what the layer gives"
    ),
    "tf.nn.rnn_cell.ResidualWrapper": in_words("inputs + outputs"),
    "tf.nn.rnn_cell.LSTMStateTuple": in_words("a list [h, c]; the tuple was (c, h)"),
    "tf.nn.dynamic_rnn": numbers(
        "keras.layers.RNN(cell, return_sequences=True, return_state=True, "
        "zero_output_for_mask=True)(inputs, mask=tf.sequence_mask(sequence_length))",
        "keras.layers.RNN(cell, return_sequences=True, return_state=True)"
        "(inputs, mask=tf.sequence_mask(sequence_length))",
        "repeats the last output after the end of a sequence instead of 0; without "
        "sequence_length leave the mask out",
    ),
    "tf.nn.bidirectional_dynamic_rnn": restructured(
        "keras.layers.Bidirectional(keras.layers.RNN(cell_fw, return_sequences=True), None, "
        "backward_layer=keras.layers.RNN(cell_bw, return_sequences=True, go_backwards=True))"
        "(inputs)",
        "with sequence_length a mask and zero_output_for_mask=True, as for dynamic_rnn",
    ),
    "tf.nn.static_rnn": _STATIC,
    "tf.contrib.rnn.static_rnn": _STATIC,
    "tf.nn.static_bidirectional_rnn": in_words("keras.layers.Bidirectional on tf.stack(inputs, 1)"),
    "tf.contrib.rnn.static_bidirectional_rnn": in_words(
        "keras.layers.Bidirectional on tf.stack(inputs, 1)"
    ),
    "tf.contrib.rnn": in_words("a cell of keras.layers, and keras.layers.RNN"),
    "tf.contrib.rnn.stack_bidirectional_dynamic_rnn": in_words(
        "keras.layers.Bidirectional, one on another"
    ),
    "tf.contrib.legacy_seq2seq": in_words("keras.layers.RNN"),
    "tf.contrib.seq2seq": in_words("keras.layers.RNN with keras.layers.Attention"),
    "tf.contrib.cudnn_rnn": in_words("keras.layers.LSTM, or keras.layers.GRU(units)"),
    "tf.keras.layers.LSTM": numbers(
        f"keras.layers.LSTM(units, {_HARD})", "keras.layers.LSTM(units)", _OF_TF_KERAS
    ),
    "tf.keras.layers.GRU": numbers(
        f"keras.layers.GRU(units, {_HARD}, reset_after=False)",
        "keras.layers.GRU(units)",
        f"has reset_after=True, and {_OF_TF_KERAS.removeprefix('has ')}",
    ),
}

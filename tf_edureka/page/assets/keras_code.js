// The model as a few lines of Keras that train it as the page does.

const KERAS_ACTIVATIONS = {
  identity: '"linear"', step: "lambda z: keras.ops.heaviside(z, 1)", sigmoid: '"sigmoid"', tanh: '"tanh"',
  relu: '"relu"', softmax: '"softmax"',
};

// `weights` are the initial weights of the training.
function kerasCode(model, points, weights, rate, epochs) {
  const list = (numbers) => `[${numbers.map((number) => shortest(number)).join(", ")}]`;
  const rows = (places) => `[${places.map((place) => list(place.map((i) => weights[i]))).join(", ")}]`;
  const activation = KERAS_ACTIVATIONS[model.activation], isOne = model.size === 3;
  const layers = isOne ? `keras.layers.Dense(1, ${activation})`
    : `keras.layers.Dense(2, ${activation}), keras.layers.Dense(1, "sigmoid")`;
  const values = isOne ? [rows([[0], [1]]), list([weights[2]])]
    : [rows([[0, 1], [2, 3]]), list([weights[4], weights[5]]), rows([[6], [7]]), list([weights[8]])];
  return [
    "import keras, numpy as np",
    `x = np.array([${points.map((point) => `[${point.x1}, ${point.x2}]`).join(", ")}], "float32")`,
    `y = np.array([${points.map((point) => `[${point.target}]`).join(", ")}], "float32")`,
    `model = keras.Sequential([keras.Input((2,)), ${layers}])`,
    `model.set_weights([np.array(values, "float32") for values in (${values.join(", ")})])`,
    ...(isOne && model.activation === "step" ? rosenblattCode(rate, epochs) : descentCode(points, rate, epochs)),
    "print(model.predict(x, verbose=0), model.get_weights())",
  ].join("\n");
}

function descentCode(points, rate, epochs) {
  return [
    `model.compile(keras.optimizers.SGD(${shortest(rate)}), lambda y, output: keras.ops.sum((output - y) ** 2))`,
    `model.fit(x, y, batch_size=${points.length}, epochs=${epochs}, verbose=0)`,
  ];
}

// The step function gives an optimizer no gradient.
function rosenblattCode(rate, epochs) {
  const change = `${shortest(rate)} * (target - model(row[None]).numpy()[0])`;
  return [
    `for row, target in [*zip(x, y)] * ${epochs}:`,
    `    model.set_weights([old + inputs * ${change} for old, inputs in zip(model.get_weights(), (row[:, None], 1))])`,
  ];
}

// One neuron, and two hidden neurons with an output neuron, in float32 as TensorFlow computes them.

const single = Math.fround;

// The article's six activation functions of the sum z, and their slopes; y is the output.
const ACTIVATIONS = {
  identity: {of: (z) => z, slope: () => 1, half: 0.5},
  step: {of: (z) => (z >= 0 ? 1 : z < 0 ? 0 : NaN), slope: () => 0, half: 0},
  sigmoid: {of: (z) => single(1 / (1 + Math.exp(-z))), slope: (z, y) => single(y * single(1 - y)), half: 0},
  tanh: {of: (z) => single(Math.tanh(z)), slope: (z, y) => single(1 - single(y * y)), half: Math.atanh(0.5)},
  relu: {of: (z) => (z < 0 ? 0 : z), slope: (z) => (z > 0 ? 1 : 0), half: 0.5},
  softmax: {of: (z) => (Number.isFinite(z) ? 1 : NaN), slope: () => 0, half: null},
};
// `half` is the z at which the output is 1/2, which is where the decision line is drawn.

const GATES = {or: [0, 1, 1, 1], and: [0, 0, 0, 1], nand: [1, 1, 1, 0], xor: [0, 1, 1, 0]};

// The points of a gate: two inputs and the target.
function pointsOf(gate) {
  return GATES[gate].map((target, i) => ({x1: i >> 1, x2: i & 1, target}));
}

// Converts points to arrays.
function rowsOf(points) {
  return {
    count: points.length,
    x1: Float32Array.from(points, (point) => point.x1),
    x2: Float32Array.from(points, (point) => point.x2),
    targets: Float32Array.from(points, (point) => point.target),
  };
}

function lossOf(outputs, rows) {
  let sum = 0;
  for (let i = 0; i < rows.count; i++) {
    const error = single(outputs[i] - rows.targets[i]);
    sum = single(sum + single(error * error));
  }
  return sum;
}

// w1 x1 + w2 x2 + b; the three places select the weights.
function weightedSum(weights, first, second, bias, x1, x2) {
  return single(single(single(x1 * weights[first]) + single(x2 * weights[second])) + weights[bias]);
}

// One neuron: weights w1, w2 and b.
function oneNeuron(activation) {
  const {of, slope} = ACTIVATIONS[activation];
  const sumAt = (weights, x1, x2) => weightedSum(weights, 0, 1, 2, x1, x2);
  return {
    size: 3,
    activation,
    last: activation, // function of the output neuron
    lines: [[0, 1, 2]],
    output: (weights, x1, x2) => of(sumAt(weights, x1, x2)),

    outputs(weights, rows, into) {
      for (let i = 0; i < rows.count; i++) into[i] = of(sumAt(weights, rows.x1[i], rows.x2[i]));
    },

    // The gradient of the summed squared error, from the outputs at these weights.
    gradient(weights, rows, outputs, into) {
      into.fill(0);
      for (let i = 0; i < rows.count; i++) {
        const z = sumAt(weights, rows.x1[i], rows.x2[i]);
        const delta = single(2 * single(outputs[i] - rows.targets[i]) * slope(z, outputs[i]));
        into[0] = single(into[0] + single(delta * rows.x1[i]));
        into[1] = single(into[1] + single(delta * rows.x2[i]));
        into[2] = single(into[2] + delta);
      }
    },

    // The forward and backward pass for one point; `units` has the neurons layer by layer.
    explain(weights, point) {
      const z = sumAt(weights, point.x1, point.x2), y = of(z), flat = slope(z, y);
      const delta = single(2 * single(y - point.target) * flat);
      const shares = [single(delta * point.x1), single(delta * point.x2), delta];
      return {units: [{z, y, slope: flat, delta}], output: y, shares};
    },

    slopeAt(weights, x1, x2) {
      const z = sumAt(weights, x1, x2);
      return slope(z, of(z));
    },
  };
}

// Two hidden neurons and one output neuron (sigmoid), 2-2-1. Order of the weights: x1 to both hidden neurons, x2 to
// both, both biases, then both weights of the output neuron and its bias. Softmax is over both hidden neurons.
function twoHidden(activation) {
  const sigmoid = ACTIVATIONS.sigmoid, {of, slope} = ACTIVATIONS[activation], isSoftmax = activation === "softmax";
  // Buffers of the last forward and backward pass, reused since a lottery computes them many million times.
  const sums = new Float32Array(2), hidden = new Float32Array(2), deltas = new Float32Array(2);
  const shares = new Float32Array(9), last = {z: 0, y: 0, delta: 0};

  function forward(weights, x1, x2) {
    sums[0] = weightedSum(weights, 0, 2, 4, x1, x2);
    sums[1] = weightedSum(weights, 1, 3, 5, x1, x2);
    if (isSoftmax) {
      const most = Math.max(sums[0], sums[1]);
      hidden[0] = Math.exp(sums[0] - most);
      hidden[1] = Math.exp(sums[1] - most);
      const sum = single(hidden[0] + hidden[1]);
      hidden[0] /= sum;
      hidden[1] /= sum;
    } else {
      hidden[0] = of(sums[0]);
      hidden[1] = of(sums[1]);
    }
    last.z = weightedSum(weights, 6, 7, 8, hidden[0], hidden[1]);
    last.y = sigmoid.of(last.z);
    return last.y;
  }

  // Uses the buffers of `forward`.
  function backward(weights, x1, x2, target) {
    last.delta = single(2 * single(last.y - target) * sigmoid.slope(last.z, last.y));
    deltas[0] = last.delta * weights[6];
    deltas[1] = last.delta * weights[7];
    const mean = isSoftmax ? single(single(deltas[0] * hidden[0]) + single(deltas[1] * hidden[1])) : 0;
    for (let i = 0; i < 2; i++) {
      deltas[i] = isSoftmax ? single(deltas[i] - mean) * hidden[i] : deltas[i] * slope(sums[i], hidden[i]);
      shares[i] = deltas[i] * x1;
      shares[2 + i] = deltas[i] * x2;
      shares[4 + i] = deltas[i];
      shares[6 + i] = last.delta * hidden[i];
    }
    shares[8] = last.delta;
  }

  return {
    size: 9,
    activation,
    last: "sigmoid",
    lines: [[0, 2, 4], [1, 3, 5]],
    output: forward,
    fromHidden: (weights, first, second) => sigmoid.of(weightedSum(weights, 6, 7, 8, first, second)),

    hidden(weights, x1, x2) {
      forward(weights, x1, x2);
      return [...hidden];
    },

    outputs(weights, rows, into) {
      for (let i = 0; i < rows.count; i++) into[i] = forward(weights, rows.x1[i], rows.x2[i]);
    },

    gradient(weights, rows, outputs, into) {
      into.fill(0);
      for (let i = 0; i < rows.count; i++) {
        forward(weights, rows.x1[i], rows.x2[i]);
        backward(weights, rows.x1[i], rows.x2[i], rows.targets[i]);
        for (let j = 0; j < 9; j++) into[j] += shares[j];
      }
    },

    explain(weights, point) {
      forward(weights, point.x1, point.x2);
      backward(weights, point.x1, point.x2, point.target);
      const units = [0, 1].map((i) => ({z: sums[i], y: hidden[i], delta: deltas[i]}));
      units.push({z: last.z, y: last.y, slope: sigmoid.slope(last.z, last.y), delta: last.delta});
      return {units, output: last.y, shares: [...shares]};
    },
  };
}

// A training, one epoch at a time; changes `weights` in place.
class Training {
  constructor(model, rows, weights, rate) {
    Object.assign(this, {model, rows, weights, rate: single(rate), epochs: 0});
    this.outputs = new Float32Array(rows.count);
    this.gradient = new Float32Array(model.size);
    this.refresh();
  }

  get usesRosenblatt() {
    return this.model.size === 3 && this.model.activation === "step";
  }

  // Computes outputs and loss from the weights.
  refresh() {
    this.model.outputs(this.weights, this.rows, this.outputs);
    this.loss = lossOf(this.outputs, this.rows);
  }

  // One epoch: a step of gradient descent on all points. A neuron with the step function, which has no gradient, uses
  // Rosenblatt's rule.
  epoch() {
    if (this.usesRosenblatt) this.followRosenblatt();
    else {
      this.model.gradient(this.weights, this.rows, this.outputs, this.gradient);
      for (let j = 0; j < this.weights.length; j++) {
        this.weights[j] = single(this.weights[j] - single(this.rate * this.gradient[j]));
      }
    }
    this.epochs += 1;
    this.refresh();
  }

  // What the next step subtracts from each weight at learning rate 1: the gradient, or Rosenblatt's changes.
  pull() {
    this.model.gradient(this.weights, this.rows, this.outputs, this.gradient);
    if (!this.usesRosenblatt) return this.gradient;
    const moved = Float32Array.from(this.weights);
    this.followRosenblatt(moved, 1);
    return this.weights.map((weight, i) => weight - moved[i]);
  }

  followRosenblatt(weights = this.weights, rate = this.rate) {
    const {rows} = this;
    for (let i = 0; i < rows.count; i++) {
      const error = single(rows.targets[i] - this.model.output(weights, rows.x1[i], rows.x2[i]));
      weights[0] += single(rate * single(rows.x1[i] * error));
      weights[1] += single(rate * single(rows.x2[i] * error));
      weights[2] += single(rate * error);
    }
  }
}

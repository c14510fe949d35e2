// The arithmetic of a network, from pixels to ten logits, with sums in float64.
// A network is {layers: [784, 256, 10], kernels, biases, silenced}. Each layer has a kernel (Float32Array, one row for
// each input, one column for each neuron), a bias, and the numbers of its silenced neurons, whose output is always 0.

// Builds a network from one array of all weights: kernel and bias of each layer in turn.
function networkOf(layers, numbers) {
  const network = {layers, kernels: [], biases: [], silenced: []};
  let at = 0;
  for (let i = 1; i < layers.length; i++) {
    network.kernels.push(numbers.subarray(at, (at += layers[i - 1] * layers[i])));
    network.biases.push(numbers.subarray(at, (at += layers[i])));
    network.silenced.push([]);
  }
  return network;
}

// The trained network of an entry in DATA.networks.
function trainedNetwork(entry) {
  return networkOf(entry.layers, halves(bytesOf(entry.weights)));
}

// Scales pixels from 0 to 255 to the network's inputs, float32 from 0 to 1.
function scaled(pixels) {
  return Float32Array.from(pixels, (pixel) => pixel / 255);
}

// The logits of an image of 784 pixels from 0 to 255.
function logitsOf(network, pixels) {
  return passed(network, scaled(pixels)).at(-1).z;
}

// The sums z and the outputs of each layer; the outputs of the last layer are the logits.
function passed(network, inputs) {
  return passedOn(network, 0, sums(network.kernels[0], network.biases[0], inputs));
}

// The same from one layer on, given the sums of that layer.
function passedOn(network, first, z) {
  const made = [];
  for (let layer = first; ; layer++) {
    const isLast = layer === network.kernels.length - 1;
    const outputs = isLast ? z : z.map((sum) => Math.max(sum, 0));
    for (const unit of network.silenced[layer]) outputs[unit] = 0;
    made.push({z, outputs});
    if (isLast) return made;
    z = sums(network.kernels[layer + 1], network.biases[layer + 1], outputs);
  }
}

function sums(kernel, bias, inputs) {
  const z = Float64Array.from(bias);
  for (let i = 0; i < inputs.length; i++) if (inputs[i] !== 0) addRow(z, kernel, i, inputs[i]);
  return z;
}

// Adds the products of one input to all sums.
function addRow(z, kernel, row, input) {
  const start = row * z.length;
  for (let unit = 0; unit < z.length; unit++) z[unit] += input * kernel[start + unit];
}

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const meanOf = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

function largest(numbers) {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

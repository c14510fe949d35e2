// What one may break of the network: its biases, the exactness of its weights, single neurons.

// A network like `whole` without the biases of the layers in `unbiased`, with weights that are off by `noise` standard
// deviations of their layer, and with silenced neurons, as [layer, number].
function brokenNetwork(whole, {unbiased, noise, silenced}) {
  return {
    layers: whole.layers,
    kernels: whole.kernels.map((kernel, layer) => (noise ? noisy(kernel, noise, layer) : kernel)),
    biases: whole.biases.map((bias, layer) => (unbiased.includes(layer) ? new Float32Array(bias.length) : bias)),
    silenced: whole.silenced.map((_, layer) => silenced.filter((one) => one[0] === layer).map((one) => one[1])),
  };
}

function noisy(kernel, noise, layer) {
  const off = noiseOf(layer, kernel.length), size = noise * deviation(kernel);
  return kernel.map((weight, i) => weight + size * off[i]);
}

function deviation(numbers) {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length);
}

const noises = []; // of each layer

// Normally distributed, and the same each time.
function noiseOf(layer, count) {
  if (noises[layer]?.length !== count) noises[layer] = normals(count, layer);
  return noises[layer];
}

function makeBreaking() {
  byId("net-noise").addEventListener("input", (event) => show({noise: event.target.value / 100}));
  byId("net-mend").addEventListener("click", () => show(MENDED));
}

const MENDED = {unbiased: [], noise: 0, silenced: []};

// Anew for each network that is looked into.
function makeBiasChoice() {
  const boxes = view.network.kernels.map((_, layer) => {
    const box = make("input", {type: "checkbox", onchange: () => show({unbiased: toggled(view.unbiased, layer)})});
    return make("label", {class: "beside"}, box, layerName(layer));
  });
  byId("net-biases").replaceChildren(...boxes);
}

function toggled(list, item) {
  return list.includes(item) ? list.filter((one) => one !== item) : [...list, item].sort();
}

function toggleSilence(layer, unit) {
  const others = view.silenced.filter((one) => one[0] !== layer || one[1] !== unit);
  show({silenced: others.length < view.silenced.length ? others : [...others, [layer, unit]]});
}

function showBreaking() {
  byId("net-biases").querySelectorAll("input").forEach((box, layer) => (box.checked = view.unbiased.includes(layer)));
  byId("net-noise").value = Math.round(100 * view.noise);
  byId("net-noise-size").textContent = say("network.noise_size", {percent: Math.round(100 * view.noise)});
  const buttons = view.silenced.map(([layer, unit]) => {
    const speak = () => {
      toggleSilence(layer, unit);
      (byId("net-silenced").firstChild ?? byId("net-noise")).focus(); // since this button is gone
    };
    return make("button", {onclick: speak}, say("network.unsilence", {name: layerName(layer), number: unit}));
  });
  byId("net-silenced").replaceChildren(...buttons);
}

const isBroken = () => view.unbiased.length > 0 || view.noise > 0 || view.silenced.length > 0;

// How many of the sample images are read right; a few at a time, so that nothing waits. Gives up for a newer count.
const countRight = later(async () => {
  const mine = (countRight.latest = {}), output = byId("net-right"), {whole, network} = view;
  if (!images) return;
  const counts = [];
  for (const one of isBroken() ? [whole, network] : [network]) {
    let right = 0;
    for (const [done, i] of DATA.sample.entries()) {
      if (largest(logitsOf(one, images[i])) === DATA.images.labels[i]) right++;
      if (done % 20 === 19) await new Promise((resolve) => setTimeout(resolve));
      if (countRight.latest !== mine) return;
    }
    counts.push(right);
  }
  output.textContent = say(counts.length > 1 ? "network.right_broken" : "network.right",
    {before: counts[0], now: counts.at(-1), count: DATA.sample.length});
}, 120);

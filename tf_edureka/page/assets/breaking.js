// Ways to break a network: remove biases, add noise to weights, silence neurons.

// A copy of `whole` without the biases of the layers in `unbiased`, with noise of `noise` standard deviations of each
// layer's weights, and with silenced neurons, each [layer, number].
function brokenNetwork(whole, {unbiased, noise, seed, silenced}) {
  return {
    layers: whole.layers,
    kernels: whole.kernels.map((kernel, layer) =>
      (noise ? noisy(kernel, noise, noiseOf(seed, layer, kernel.length)) : kernel)),
    biases: whole.biases.map((bias, layer) => (unbiased.includes(layer) ? new Float32Array(bias.length) : bias)),
    silenced: whole.silenced.map((_, layer) => silenced.filter((one) => one[0] === layer).map((one) => one[1])),
  };
}

// Silenced neurons belong to the inspected network; the rest applies to every network, which may have other layers.
function brokenAsViewed(which, whole) {
  if (which === view.which) return brokenNetwork(whole, view);
  const output = view.whole.kernels.length - 1, last = whole.kernels.length - 1;
  const unbiased = view.unbiased.map((layer) => (layer === output ? last : layer < last ? layer : null));
  return brokenNetwork(whole, {...view, unbiased, silenced: []});
}

function noisy(kernel, noise, off) {
  const size = noise * deviation(kernel);
  return kernel.map((weight, i) => weight + size * off[i]);
}

function deviation(numbers) {
  const mean = meanOf(numbers);
  return Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length);
}

const NOISES = 1000; // number of noise seeds
const noises = {seed: 0, known: {}}; // noise of one seed, by layer and count

// Normally distributed.
function noiseOf(seed, layer, count) {
  if (noises.seed !== seed) Object.assign(noises, {seed, known: {}});
  return (noises.known[`${layer}.${count}`] ??= normals(count, layer * NOISES + seed));
}

function makeBreaking() {
  byId("net-noise").addEventListener("input", (event) => show({noise: event.target.value / 100}));
  byId("net-other-noise").addEventListener("click", () => show({seed: (view.seed + 1) % NOISES}));
  byId("net-mend").addEventListener("click", () => show(UNBROKEN));
}

const UNBROKEN = {unbiased: [], noise: 0, seed: 0, silenced: []};

// Called again for each inspected network.
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
  byId("net-other-noise").disabled = !view.noise;
  byId("net-noise-size").textContent = say("network.noise_size", {percent: Math.round(100 * view.noise)});
  const buttons = view.silenced.map(([layer, unit]) => {
    const speak = () => {
      toggleSilence(layer, unit);
      (byId("net-silenced").firstChild ?? byId("net-noise")).focus(); // since the clicked button has been removed
    };
    return make("button", {onclick: speak}, say("network.unsilence", {name: layerName(layer), number: unit}));
  });
  byId("net-silenced").replaceChildren(...buttons);
}

function isBroken(which) {
  return view.unbiased.length > 0 || view.noise > 0 || (which === view.which && view.silenced.length > 0);
}

// Counts how many sample images each network reads correctly, a few at a time to keep the page responsive. Stops when a
// newer count starts.
const countRight = later(async () => {
  const mine = (countRight.latest = {}), lines = [];
  if (!images) return;
  const count = async (network) => {
    let right = 0;
    for (const [done, i] of DATA.sample.entries()) {
      if (largest(logitsOf(network, images[i])) === DATA.images.labels[i]) right++;
      if (done % 20 === 19) await new Promise((resolve) => setTimeout(resolve));
      if (countRight.latest !== mine) return null;
    }
    return right;
  };
  // A copy: the reader may change the networks during the count.
  const counted = view.networks.map((network, which) => ({
    network, title: networkTitle(which),
    whole: !isBroken(which) ? null : which === view.which ? view.whole : view.trained[which],
  }));
  for (const {network, title, whole} of counted) {
    const now = await count(network);
    const before = whole && now !== null ? await count(whole) : now;
    if (countRight.latest !== mine) return;
    const name = whole ? "network.right_broken" : "network.right";
    lines.push(say(name, {title, before, now, count: DATA.sample.length}));
  }
  byId("net-right").replaceChildren(...lines.map((line) => make("p", {}, line)));
}, 120);

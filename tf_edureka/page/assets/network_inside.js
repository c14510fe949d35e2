// Parts of the network that only the whole page has: comparison, training, neurons, breaking, and misread images.

Object.assign(view, {
  epoch: null, layer: 0, unit: 0, // the selection; epoch null is the trained network
  ...UNBROKEN,
  whole: null, // the inspected network at its epoch, before it is broken
  curves: [], // cost and accuracy of the training
});

const MAKE = ["which", "epoch", "unbiased", "noise", "seed", "silenced"]; // names in `view` that require new networks

inside = {
  begin() {
    makeNetworkChoice();
    for (const part of [makeUnit, makeBreaking, makeReplay]) part();
  },

  unpacked() {
    change(byId("net-no-images"), {hidden: images ? "" : null});
    if (!images) return;
    makeMistakes();
    countRight();
  },

  changed(changes) {
    const has = (...names) => names.some((name) => name in changes);
    if (has(...MAKE)) remakeNetworks(has("which", "epoch"));
    if (has("which")) showChosenNetwork();
  },

  show(changes, verdict) {
    showAnswerElsewhere();
    showLayers(verdict);
    showUnit(view.inputs, verdict);
    if (!MAKE.some((name) => name in changes)) return;
    showBreaking();
    showReplay();
    countRight();
  },

  // The epoch of a network, and whether it is broken, in words.
  done(which) {
    const isBack = which === view.which && view.epoch !== null;
    return [
      ...(isBack ? [say("network.at_epoch", {epoch: view.epoch})] : []),
      ...(isBroken(which) ? [say("network.broken")] : []),
    ];
  },

  // The state for the address.
  written() {
    const {which, epoch, layer, unit, unbiased, noise, seed, silenced} = view;
    return {
      network: which || null,
      "net-epoch": epoch,
      "net-layer": layer || null,
      "net-unit": unit || null,
      "net-unbiased": unbiased.join(","),
      "net-noise": noise ? Math.round(100 * noise) : null,
      "net-seed": seed || null,
      "net-silent": silenced.map((one) => one.join(".")).join(","),
    };
  },

  // Returns the changes for `show` from an address; invalid values become the initial ones.
  read(said) {
    const which = within(said.network, DATA.networks.length) ?? 0;
    const entry = DATA.networks[which], layers = entry.layers.slice(1);
    const layer = within(said["net-layer"], layers.length) ?? 0, epoch = within(said["net-epoch"], lastEpoch(entry));
    const silenced = (said["net-silent"] ?? "").split(",").map((one) => one.split("."))
      .map(([one, unit]) => [within(one, layers.length - 1), within(unit, layers[one])]);
    return {
      which, layer, unit: within(said["net-unit"], layers[layer]) ?? 0,
      epoch: epochsOf(entry).includes(epoch) ? epoch : null,
      unbiased: [...layers.keys()].filter((one) => (said["net-unbiased"] ?? "").split(",").includes(String(one))),
      noise: (within(said["net-noise"], 101) ?? 0) / 100,
      seed: within(said["net-seed"], NOISES) ?? 0,
      silenced: silenced.filter(([one, unit]) => one !== null && unit !== null),
    };
  },
};

function makeNetworkChoice() {
  const choice = byId("net-which");
  choice.append(...DATA.networks.map(({title}, i) => make("option", {value: i}, title)));
  const asTrained = {epoch: null, layer: 0, unit: 0, ...UNBROKEN};
  choice.addEventListener("change", () => show({which: Number(choice.value), ...asTrained}));
  const hidden = DATA.networks.length > 1 ? null : "";
  for (const id of ["net-which-label", "net-broken-both"]) change(byId(id), {hidden});
}

function remakeNetworks(isOther) {
  if (isOther) view.whole = networkAt(view.which, view.epoch);
  view.networks = view.trained.map((trained, i) => brokenAsViewed(i, i === view.which ? view.whole : trained));
  view.network = view.networks[view.which];
}

function showChosenNetwork() {
  stopPlaying();
  byId("net-which").value = view.which;
  const facts = DATA.networks.map(({title, source, layers, accuracy}) => say("network.facts",
    {title, source, layers: layers.join("-"), accuracy: `${(100 * accuracy).toFixed(2)}\u00a0%`}));
  const shapes = new Map(DATA.networks.map(({layers}) => [layers.join("-"), layersInWords(layers)]));
  byId("net-facts").textContent = [...facts, ...shapes.values()].join("\n");
  for (const part of [makeLayers, makeUnitChoice, makeBiasChoice, makeCurves]) part();
  if (images) makeMistakes();
}

function layersInWords(layers) {
  const [pixels, ...hidden] = layers, digits = hidden.pop();
  return say("network.layers_are", {
    layers: layers.join("-"), pixels, digits,
    hidden: hidden.map((count) => say("network.hidden_count", {count})).join(""),
  });
}

// Repeats the answer in sections from which the bars are out of sight.
function showAnswerElsewhere() {
  const {image, verdict} = view;
  const told = say(image === null ? "network.drawing_now" : "network.image_now", {
    number: DATA.images.numbers[image], label: DATA.images.labels[image], answer: answerInWords(verdict),
    share: verdict ? say("network.answer_share", {share: percent(verdict.shares[verdict.answer])}) : "",
  });
  for (const place of byId("network").querySelectorAll(".net-now-words")) place.textContent = told;
}

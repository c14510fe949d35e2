// Ties the network's parts together: what is shown, and what follows when it changes.

const view = {
  which: 0, epoch: null, layer: 0, unit: 0, // what is looked at; the epoch is null for the trained network
  image: null, // index into `images`; null where something is drawn
  ...MENDED,
  trained: [], // the networks as they come
  whole: null, network: null, // the one looked into: of its epoch, and as it is broken
  networks: [], // all of them, as they are broken
  pixels: null, inputs: null, // what the networks get; the pixels are null where nothing is drawn
  verdict: null, // of `network`; null where nothing is drawn
  curves: [], // of the training
};
let images = null; // null until they are unpacked
let pad = null;

function beginNetwork() {
  view.trained = DATA.networks.map(trainedNetwork);
  pad = padOn(byId("net-pad"), () => show({image: null}));
  byId("net-undo").addEventListener("click", pad.undo);
  byId("net-clear").addEventListener("click", pad.clear);
  makeNetworkChoice();
  byId("net-how-sure").textContent = say("network.how_sure", {sure: percent(DATA.sure)});
  for (const part of [makeAnswers, makeUnit, makeBreaking, makeReplay]) part();
  openAddress();
  redrawnInTheDark(() => show({}));
  address.onChange(openAddress);
  unpackedImages(DATA.images).then((unpacked) => {
    images = unpacked;
    change(byId("net-no-images"), {hidden: images ? "" : null});
    if (!images) return;
    makeExamples();
    makeMistakes();
    if (address.read()["net-image"]) openAddress();
    countRight();
  });
}

function openAddress() {
  const {strokes, changes} = readNetworkAddress();
  pad.set(strokes);
  show(changes, false);
}

function makeNetworkChoice() {
  const choice = byId("net-which");
  choice.append(...DATA.networks.map(({title}, i) => make("option", {value: i}, title)));
  const asTrained = {epoch: null, layer: 0, unit: 0, ...MENDED};
  choice.addEventListener("change", () => show({which: Number(choice.value), ...asTrained}));
  const hidden = DATA.networks.length > 1 ? null : "";
  for (const id of ["net-which-label", "net-broken-both"]) change(byId(id), {hidden});
}

const MAKE = ["which", "epoch", "unbiased", "noise", "seed", "silenced"]; // what makes the networks

// Takes over what has changed, by the names in `view`, and brings all that depends on it up to date.
function show(changes, isToBeWritten = true) {
  Object.assign(view, changes);
  const has = (...names) => names.some((name) => name in changes);
  if (has(...MAKE)) remakeNetworks(has("which", "epoch"));
  if (has("which")) showChosenNetwork();
  if (has("image")) takeImage();
  showAll();
  if (has(...MAKE)) {
    showBreaking();
    showReplay();
    countRight();
  }
  if (isToBeWritten) writeLater();
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

function takeImage() {
  if (view.image !== null) pad.set([], images[view.image]);
  view.pixels = view.image === null ? formed(pad.ink) : images[view.image];
  view.inputs = scaled(view.pixels ?? new Uint8Array(784));
  paintInk(byId("net-input"), view.pixels ?? view.inputs);
  markChosenImage();
}

function showAll() {
  const pixels = view.pixels ?? new Uint8Array(784);
  const verdicts = view.networks.map((network) => judged(network, pixels));
  const within = verdicts[view.which];
  view.verdict = view.pixels && within;
  showAnswers(view.pixels ? verdicts : verdicts.map(() => null));
  showLayers(within);
  showUnit(view.inputs, within);
  sayAnswers();
  occludeLater();
}

const occludeLater = later(showOcclusion, 200);
const writeLater = later(writeNetworkAddress, 300);

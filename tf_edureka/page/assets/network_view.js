// Ties the network's parts together: what is shown, and what follows when it changes. What only the page has, as a look
// inside the network, is in network_inside.js.

const view = {
  which: 0, // the network that is explained
  image: null, // index into `images`; null where something is drawn
  trained: [], // the networks as they come
  network: null, // the one explained, as it is now
  networks: [], // all of them, as they are now
  pixels: null, inputs: null, // what the networks get; the pixels are null where nothing is drawn
  verdict: null, // of `network`; null where nothing is drawn
};
let images = null; // null until they are unpacked
let pad = null;
let inside = null; // what only the page has

function beginNetwork() {
  view.trained = view.networks = DATA.networks.map(trainedNetwork);
  view.network = view.trained[0];
  pad = padOn(byId("net-pad"), () => show({image: null}));
  byId("net-undo").addEventListener("click", pad.undo);
  byId("net-clear").addEventListener("click", pad.clear);
  makeAnswers();
  inside?.begin();
  openAddress();
  redrawnInTheDark(() => show({}));
  address.onChange(openAddress);
  change(byId("net-examples-title"), {hidden: DATA.images ? null : ""});
  if (DATA.images) {
    unpackedImages(DATA.images).then((unpacked) => {
      images = unpacked;
      if (images) makeExamples();
      if (images && address.read()["net-image"]) openAddress();
      inside?.unpacked();
    });
  }
}

function openAddress() {
  const {strokes, changes} = readNetworkAddress();
  pad.set(strokes);
  show(changes, false);
}

// Takes over what has changed, by the names in `view`, and brings all that depends on it up to date.
function show(changes, isToBeWritten = true) {
  Object.assign(view, changes);
  inside?.changed(changes);
  if ("image" in changes) takeImage();
  const pixels = view.pixels ?? new Uint8Array(784);
  const verdicts = view.networks.map((network) => judged(network, pixels));
  view.verdict = view.pixels && verdicts[view.which];
  showAnswers(view.pixels ? verdicts : verdicts.map(() => null));
  inside?.show(changes, verdicts[view.which]);
  sayAnswers();
  if (view.verdict) occludeLater();
  else showOcclusion(); // what was said of another drawing goes at once
  if (isToBeWritten) writeLater();
}

function takeImage() {
  if (view.image !== null) pad.set([], images[view.image]);
  view.pixels = view.image === null ? formed(pad.ink) : images[view.image];
  view.inputs = scaled(view.pixels ?? new Uint8Array(784));
  paintInk(byId("net-input"), view.pixels ?? view.inputs);
  markChosenImage();
}

const occludeLater = later(showOcclusion, 200);
const writeLater = later(writeNetworkAddress, 300);

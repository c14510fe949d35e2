// Connects the network's parts: the state, and the updates when it changes. Parts that only the whole page has are in
// network_inside.js.

const view = {
  which: 0, // the network that is explained and inspected
  image: null, // index into `images`; null for a drawing
  trained: [], // the networks as trained
  network: null, // the explained network in its current state
  networks: [], // all networks in their current state
  pixels: null, inputs: null, // input of the networks; pixels are null if nothing is drawn
  verdict: null, // answer of `network`; null if nothing is drawn
};
let images = null; // null until unpacked
let pad = null;
let inside = null; // parts that only the whole page has

function beginNetwork() {
  view.trained = view.networks = DATA.networks.map(trainedNetwork);
  view.network = view.trained[0];
  pad = padOn(byId("net-pad"), () => show({image: null}));
  byId("net-undo").addEventListener("click", pad.undo);
  byId("net-clear").addEventListener("click", pad.clear);
  makeAnswers();
  inside?.begin();
  openAddress();
  onColourSchemeChange(() => show({}));
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

// Applies changes to `view` and updates everything that depends on them.
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
  else showOcclusion(); // removes the explanation of the previous drawing immediately
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

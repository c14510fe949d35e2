// The network's part of the address:
//   net-image     number of a test image
//   net-ink       what is drawn: four characters a point (x and y in base 36), a full stop between strokes
// Missing names have their initial values. The whole page also has:
//   network       the inspected network, from 0                net-epoch     the epoch shown
//   net-unit      number of the neuron, from 0                 net-layer     from 0, the first hidden layer
//   net-noise     percent of a layer's standard deviation      net-unbiased  layers without biases, as 0,2
//   net-seed      which noise, from 0                          net-silent    silenced neurons, as 0.17,1.3

const SEVEN = [[[75, 65], [205, 65], [165, 135], [130, 220]]]; // the initial drawing

function writeNetworkAddress() {
  const {image} = view, ink = inkText(pad.strokes);
  address.write({
    "net-image": image === null ? null : DATA.images.numbers[image],
    "net-ink": image !== null || ink === inkText(SEVEN) ? null : ink,
    ...inside?.written(),
  });
}

// Returns the changes for `show`, and the strokes; invalid values become the initial ones.
function readNetworkAddress() {
  const said = address.read(), image = images ? DATA.images.numbers.indexOf(Number(said["net-image"] ?? NaN)) : -1;
  return {strokes: strokesOf(said["net-ink"]), changes: {image: image < 0 ? null : image, ...inside?.read(said)}};
}

// An integer from 0 to below `end`, or null.
function within(text, end) {
  return /^\d+$/.test(text ?? "") && Number(text) < end ? Number(text) : null;
}

function inkText(strokes) {
  const digits = (number) => number.toString(36).padStart(2, "0");
  return strokes.map((stroke) => stroke.flat().map(digits).join("")).join(".") || "-";
}

function strokesOf(text) {
  if (text === "-") return [];
  if (!/^([0-9a-z]{4})+(\.([0-9a-z]{4})+)*$/.test(text ?? "")) return SEVEN;
  const number = (two) => Math.min(PAD - 1, parseInt(two, 36));
  return text.split(".").map((stroke) => stroke.match(/..../g).map((point) => point.match(/../g).map(number)));
}

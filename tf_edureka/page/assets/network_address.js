// The network's part of the address:
//   network       the network that is looked into, from 0      net-epoch     after which epoch
//   net-image     number of a test image                       net-layer     from 0, the first hidden layer
//   net-ink       what is drawn: four characters a point (x and y in base 36), a full stop between strokes
//   net-unit      number of the neuron, from 0                 net-unbiased  layers without biases, as 0,2
//   net-noise     percent of a layer's standard deviation      net-silent    silenced neurons, as 0.17,1.3
//   net-seed      which noise, from 0
// What is not there is as at the start.

const SEVEN = [[[75, 65], [205, 65], [165, 135], [130, 220]]]; // drawn at the start

function writeNetworkAddress() {
  const {which, epoch, image, layer, unit, unbiased, noise, seed, silenced} = view, ink = inkText(pad.strokes);
  address.write({
    network: which || null,
    "net-epoch": epoch,
    "net-image": image === null ? null : DATA.images.numbers[image],
    "net-ink": image !== null || ink === inkText(SEVEN) ? null : ink,
    "net-layer": layer || null,
    "net-unit": unit || null,
    "net-unbiased": unbiased.join(","),
    "net-noise": noise ? Math.round(100 * noise) : null,
    "net-seed": seed || null,
    "net-silent": silenced.map((one) => one.join(".")).join(","),
  });
}

// What `show` takes, and the strokes; what is no such thing is as at the start.
function readNetworkAddress() {
  const said = address.read();
  const which = within(said.network, DATA.networks.length) ?? 0;
  const entry = DATA.networks[which], layers = entry.layers.slice(1);
  const layer = within(said["net-layer"], layers.length) ?? 0, epoch = within(said["net-epoch"], lastEpoch(entry));
  const silenced = (said["net-silent"] ?? "").split(",").map((one) => one.split("."))
    .map(([one, unit]) => [within(one, layers.length - 1), within(unit, layers[one])]);
  const image = DATA.images.numbers.indexOf(Number(said["net-image"] ?? NaN));
  return {
    strokes: strokesOf(said["net-ink"]),
    changes: {
      which, layer, unit: within(said["net-unit"], layers[layer]) ?? 0,
      epoch: epochsOf(entry).includes(epoch) ? epoch : null,
      image: image < 0 || !images ? null : image,
      unbiased: [...layers.keys()].filter((one) => (said["net-unbiased"] ?? "").split(",").includes(String(one))),
      noise: (within(said["net-noise"], 101) ?? 0) / 100,
      seed: within(said["net-seed"], NOISES) ?? 0,
      silenced: silenced.filter(([one, unit]) => one !== null && unit !== null),
    },
  };
}

// A whole number from 0 and below `end`, or null.
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

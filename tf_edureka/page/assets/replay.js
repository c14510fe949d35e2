// The training of a run: the network after each stored epoch, and the curves with a marker.

const CURVE = {width: 300, height: 120, left: 56, right: 8, top: 8, bottom: 20};

// Decodes a snapshot of 8-bit weights, with one scale for each neuron's weights and one for each bias vector.
function snapshotNetwork(layers, snapshot) {
  const scales = new Float32Array(bytesOf(snapshot.scales).buffer);
  const small = new Int8Array(bytesOf(snapshot.weights).buffer);
  const numbers = new Float32Array(small.length);
  let at = 0, scale = 0;
  for (let i = 1; i < layers.length; i++) {
    const units = layers[i], end = at + layers[i - 1] * units;
    for (let unit = 0; at < end; at++, unit = (unit + 1) % units) numbers[at] = small[at] * scales[scale + unit];
    scale += units;
    for (const biasEnd = at + units; at < biasEnd; at++) numbers[at] = small[at] * scales[scale];
    scale += 1;
  }
  return networkOf(layers, numbers);
}

// The number of epochs of the trained network, also if its history is not known.
function lastEpoch(entry) {
  return entry.cost.length || (entry.snapshots.at(-1)?.epoch ?? -1) + 1;
}

// The epochs with a network, the last one included.
function epochsOf(entry) {
  return [...entry.snapshots.map(({epoch}) => epoch), lastEpoch(entry)];
}

// The network after an epoch; epoch null is the trained network.
function networkAt(which, epoch) {
  const entry = DATA.networks[which], snapshot = entry.snapshots.find((one) => one.epoch === epoch);
  return snapshot ? snapshotNetwork(entry.layers, snapshot) : view.trained[which];
}

let playing = 0;

function makeReplay() {
  byId("net-epoch").addEventListener("input", (event) => {
    stopPlaying();
    showEpoch(Number(event.target.value));
  });
  byId("net-play").addEventListener("click", () => (playing ? stopPlaying() : play()));
}

function showEpoch(i) {
  const entry = DATA.networks[view.which], epoch = epochsOf(entry)[i];
  show({epoch: epoch === lastEpoch(entry) ? null : epoch});
}

function play() {
  const slider = byId("net-epoch"), last = Number(slider.max);
  if (Number(slider.value) === last) showEpoch(0);
  playing = setInterval(() => {
    showEpoch(Number(slider.value) + 1);
    if (Number(slider.value) === last) stopPlaying();
  }, Math.max(150, Math.min(700, 10000 / (last + 1))));
  byId("net-play").textContent = say("network.stop");
}

function stopPlaying() {
  clearInterval(playing);
  playing = 0;
  byId("net-play").textContent = say("network.play");
}

// Called again for each inspected network.
function makeCurves() {
  const entry = DATA.networks[view.which], has = entry.snapshots.length > 0;
  change(byId("net-replay-controls"), {hidden: has ? null : ""});
  change(byId("net-no-snapshots"), {hidden: has ? "" : null});
  byId("net-epochs-kept").textContent = epochsInWords(epochsOf(entry));
  byId("net-epoch").max = entry.snapshots.length;
  const logs = entry.cost.map((cost) => (cost === null ? null : Math.log10(Math.max(cost, 1e-12))));
  view.curves = !entry.cost.length ? [] : [
    curve("cost", logs, (epoch) => rounded(entry.cost[epoch - 1])),
    curve("accuracy", entry.accuracies, (epoch) => percent(entry.accuracies[epoch - 1])),
  ];
  byId("net-curves").replaceChildren(...view.curves.map(({figure}) => figure));
}

function epochsInWords(epochs) {
  const [first, last] = [epochs[0], epochs.at(-1)], isAll = last - first === epochs.length - 1;
  return say(isAll ? "network.all_kept" : "network.some_kept", {count: epochs.length, first, last});
}

// A curve over the epochs, from 1 on; null is a NaN or infinite number. `mark` marks an epoch, `told` formats its
// number.
function curve(name, numbers, told) {
  const {width, height, left, right, top, bottom} = CURVE, known = numbers.filter((number) => number !== null);
  const low = Math.min(...known), high = Math.max(...known);
  const x = (epoch) => left + ((width - left - right) * epoch) / numbers.length;
  const y = (number) => top + ((height - top - bottom) * (high - number)) / (high - low || 1);
  const points = numbers.flatMap((number, i) => (number === null ? [] : [`${x(i + 1)},${y(number)}`])).join(" ");
  const ends = !known.length ? [] : [low, high].map((number) => draw("text",
    {x: left - 6, y: y(number) + 5, "text-anchor": "end"}, told(numbers.indexOf(number) + 1)));
  const line = draw("line", {class: "net-now", y1: top, y2: height - bottom});
  const dot = draw("circle", {class: "net-dot", r: 4}), caption = make("figcaption", {class: "number"});
  const title = say(`network.${name}_curve`), end = say("network.epoch_axis", {epoch: numbers.length});
  const picture = draw("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title},
    draw("path", {class: "net-axis", d: `M${left} ${top}V${height - bottom}H${width - right}`}), ...ends,
    draw("polyline", {class: "net-line", points}), line, dot,
    draw("text", {x: left, y: height - 4}, "0"),
    draw("text", {x: width - right, y: height - 4, "text-anchor": "end"}, end));
  const mark = (epoch) => {
    change(line, {x1: x(epoch), x2: x(epoch)});
    const number = numbers[epoch - 1] ?? null;
    change(dot, number === null ? {visibility: "hidden"} : {cx: x(epoch), cy: y(number), visibility: "visible"});
    const spoken = number === null ? shortest(NaN) : told(epoch);
    caption.textContent = epoch ? say("network.after_epoch", {epoch, number: spoken}) : say("network.before_training");
  };
  return {figure: make("figure", {}, make("figcaption", {}, title), picture, caption), mark};
}

function showReplay() {
  const entry = DATA.networks[view.which], epochs = epochsOf(entry), last = epochs.at(-1), epoch = view.epoch ?? last;
  byId("net-epoch").value = epochs.indexOf(epoch);
  const told = say(epoch === last ? "network.epoch_last" : "network.epoch", {epoch, last});
  byId("net-epoch-now").textContent = told;
  change(byId("net-epoch"), {"aria-valuetext": told});
  for (const {mark} of view.curves) mark(epoch);
}

// Parts of the neuron that only the whole page has, not a notebook: examples, the lottery, the reader's own points,
// backpropagation in numbers, the article's output, code for Keras.

const SPEEDS = [1, 3, 10, 30, 100, 300, 1000, 1e9]; // epochs per second
const PRESETS = [
  {key: "preset_article", state: {}, speed: 3},
  {key: "preset_dead", state: {seed: 5}, speed: 3},
  {key: "preset_xor", state: {gate: "xor", f: "sigmoid", rate: 0.1, epochs: 1000}, speed: 5},
  {key: "preset_xor_two", state: {gate: "xor", hidden: "2", f: "tanh", rate: 0.1, epochs: 1000, seed: 1}, speed: 5},
];

neuron.gates.push("own");

neuron.more = {
  begin() {
    const {state} = neuron, parts = {canvas: byId("n-lottery"), legend: byId("n-legend"), told: byId("n-lottery-told")};
    neuron.lottery = new Lottery(parts, (seed) => neuron.set({seed}));
    neuron.runLottery = later(() => neuron.lottery.run(neuron.model, neuron.points, state.rate, state.epochs), 250);
    onColourSchemeChange(() => neuron.lottery.show(state.seed));
    byId("n-speed").addEventListener("input", () => neuron.showSpeed());
    byId("n-link").addEventListener("click", (event) => {
      neuron.write();
      copied(event.target, location.href);
    });
    byId("n-copy-keras").addEventListener("click", (event) => copied(event.target, byId("n-keras").textContent));
    byId("n-backward").addEventListener("toggle", () => neuron.show());
    byId("n-presets").replaceChildren(...PRESETS.map(({key, state: asked, speed}) => {
      const choose = () => {
        byId("n-speed").value = speed;
        neuron.showSpeed();
        neuron.chooseGate(asked.gate ?? "or", {...NEURON_DEFAULTS, ...asked});
      };
      return make("button", {type: "button", onclick: choose}, say(`neuron.${key}`));
    }));
    byId("n-own").addEventListener("click", () => {
      neuron.chooseGate("own");
      byId("n-add").focus(); // since this button is disabled now
    });
    byId("n-add").addEventListener("click", () => neuron.addPoint());
    byId("n-export").addEventListener("click", () => save("points.json", writePoints(neuron.points)));
    byId("n-import").addEventListener("click", () => byId("n-file").click());
    byId("n-file").addEventListener("change", ({target}) => neuron.importFile(target));
    neuron.showSpeed();
  },

  // Called after a restart of the training.
  renewed() {
    const {state} = neuron, two = state.hidden === "2", epochs = state.epochs.toLocaleString(TEXT.page.language);
    const asked = JSON.stringify([state.gate, state.hidden, state.f, state.rate, state.epochs, neuron.points]);
    if (asked !== neuron.drawn) neuron.runLottery();
    else neuron.lottery.show(state.seed);
    neuron.drawn = asked;
    neuron.lottery.seed = state.seed;
    const kind = two ? "_two" : state.f === "step" ? "_step" : "";
    byId("n-backward-help").textContent = say(`neuron.backward_help${kind}`);
    byId("n-why").hidden = two;
    byId("n-how").hidden = !two;
    byId("n-lottery-help").textContent = say("neuron.lottery_help", {seeds: SEEDS, epochs});
    byId("n-own").disabled = state.gate === "own";
    byId("n-add").disabled = state.gate !== "own";
    if (state.gate === "own") editPoints(byId("n-own-points"), neuron.points, neuron.changePoints);
    else byId("n-own-points").replaceChildren();
  },

  // Updates everything that depends on the weights.
  show() {
    if (byId("n-backward").open) neuron.showBackward();
    neuron.showLines();
    if (neuron.model.size === 3) neuron.showSums();
    else neuron.showHow();
    neuron.showKeras();
  },
};

Object.assign(neuron, {
  speed: () => SPEEDS[byId("n-speed").value],

  showSpeed() {
    const speed = neuron.speed();
    byId("n-speed-said").textContent = speed > 1000 ? say("neuron.speed_most") : say("neuron.speed_said", {speed});
    byId("n-speed").setAttribute("aria-valuetext", byId("n-speed-said").textContent);
  },

  // Prints the last hundred epochs.
  showLines() {
    const {epochs} = neuron.training, from = Math.max(0, epochs - 100), log = byId("n-log");
    const lines = Array.from({length: epochs - from}, (_, i) => neuron.line(from + i));
    if (!neuron.running || log.closest("details").open) log.textContent = lines.join("\n") || say("neuron.no_lines");
  },

  showKeras() {
    const {model, training: {epochs}, points, state, start} = neuron;
    byId("n-keras").textContent = kerasCode(model, points, start, state.rate, epochs || state.epochs);
    const help = epochs ? "neuron.keras_help" : "neuron.keras_help_untrained";
    byId("n-keras-help").textContent = say(help, {epochs: state.epochs});
  },

  // Backpropagation point by point, the sums, and the next step of each weight.
  showBackward() {
    const {model, training, points, state} = neuron, {weights} = training, pull = training.pull();
    const slopes = neuron.diagram.layout.links.map((link) => `\u2202/\u2202${link.name}`);
    const head = ["x1, x2", say("neuron.output"), say("neuron.error"), "f\u2032(z)", "\u03b4", ...slopes];
    const rows = points.map((point) => {
      const {units, output, shares} = model.explain(weights, point), last = units.at(-1);
      const place = `${rounded(point.x1)}, ${rounded(point.x2)}`;
      return [place, output, output - point.target, last.slope, last.delta, ...shares].map(inWords);
    });
    const empty = ["", "", "", ""], next = Array.from(pull, (part) => -state.rate * part);
    rows.push([say("neuron.sum"), ...empty, ...training.gradient].map(inWords));
    rows.push([say("neuron.next_step"), ...empty, ...next].map(inWords));
    const cell = (text, i) => (i ? make("td", {class: "number"}, text) : make("th", {scope: "row"}, text));
    const heading = (text, i) => make("th", {scope: "col", class: i ? "number" : null}, text);
    byId("n-backward-table").replaceChildren(
      make("thead", {}, make("tr", {}, ...head.map(heading))),
      make("tbody", {}, ...rows.map((texts) => make("tr", {}, ...texts.map(cell)))),
    );
  },

  // Why no line separates XOR, with the numbers of this neuron.
  showSums() {
    const {model, training: {weights}} = neuron;
    const z = (x1, x2) => weightedSum(weights, 0, 1, 2, x1, x2);
    const values = {z00: z(0, 0), z11: z(1, 1), z01: z(0, 1), z10: z(1, 0)};
    const sums = {same: values.z00 + values.z11, other: values.z01 + values.z10};
    byId("n-sums").textContent = say("neuron.sums", mapped({...values, ...sums}, (value) => rounded(value)));
  },

  // How two hidden neurons work, with their numbers for the selected point.
  showHow() {
    const {model, training: {weights}, points, chosen} = neuron, point = points[chosen];
    const [a, b, last] = model.explain(weights, point).units;
    const [v1, v2, v0] = weights.slice(6), values = {...point, a: a.y, b: b.y, v1, v2, v0, z: last.z, y: last.y};
    byId("n-how-sums").textContent = say("neuron.how_sums", mapped(values, (value) => rounded(value)));
  },

  // Adds a point at the first place, in a sequence that spreads over the square, that is far from all others.
  addPoint() {
    const isFree = ([x, y]) => neuron.points.every((point) => Math.hypot(point.x1 - x, point.x2 - y) >= NEAR);
    const places = Array.from({length: 1000}, (_, i) => [(0.5 + 0.7549 * i) % 1, (0.5 + 0.5698 * i) % 1].map(tidy));
    neuron.newPoint(...(places.find(isFree) ?? places[0]));
  },

  newPoint(x1, x2) {
    const point = {x1: tidy(x1), x2: tidy(x2), target: byId("n-new-target").checked ? 1 : 0}, told = byId("n-own-told");
    if (neuron.points.length >= MOST_POINTS) {
      told.textContent = say("neuron.own_full", {most: MOST_POINTS});
      return;
    }
    neuron.changePoints([...neuron.points, point]);
    told.textContent = say("neuron.own_added", {number: neuron.points.length, x1: point.x1, x2: point.x2});
  },

  pointMoved(index, [x1, x2]) {
    const place = {x1: tidy(x1), x2: tidy(x2)};
    neuron.changePoints(neuron.points.map((point, i) => (i === index ? {...point, ...place} : point)));
  },

  changePoints(points) {
    if (!points.length) return;
    neuron.points = points;
    neuron.set({gate: "own"}, true);
  },

  async importFile(input) {
    const [file] = input.files, told = byId("n-own-told");
    if (!file) return;
    try {
      neuron.changePoints(readPoints(await file.text()));
      told.textContent = say("neuron.imported", {count: neuron.points.length});
    } catch (error) {
      told.textContent = error.message;
    }
    input.value = "";
  },
});

const inWords = (value) => (typeof value === "number" ? rounded(value) : value ?? "");

async function copied(button, text) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = make("textarea", {class: "hidden-text"});
    field.value = text;
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  button.textContent = say("page.copied");
  setTimeout(() => (button.textContent = before), 1500);
}

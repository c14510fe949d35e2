// The neuron's part of the page: its state, what its controls do, and what is shown of it.
//
// In the address: gate, hidden (0 or 2 neurons), f, rate, seed, epochs, trained (how many epochs so far),
// w (weights to begin with, where they are not the seed's), points (the reader's own).

const NEURON_DEFAULTS = {gate: "or", hidden: "0", f: "relu", rate: 0.01, seed: 15, epochs: 100};
const EPOCHS = [100, 1000, 10000];
const SPEEDS = [1, 3, 10, 30, 100, 300, 1000, 1e9]; // epochs a second
const PRESETS = [
  {key: "preset_article", state: {}, speed: 3},
  {key: "preset_dead", state: {seed: 5}, speed: 3},
  {key: "preset_xor", state: {gate: "xor", f: "sigmoid", rate: 0.1, epochs: 1000}, speed: 5},
  {key: "preset_xor_two", state: {gate: "xor", hidden: "2", f: "tanh", rate: 0.1, epochs: 1000, seed: 1}, speed: 5},
];
const LARGEST_TRAINED = 1000000, LARGEST_WEIGHT = 1000000;

const neuron = {
  state: {...NEURON_DEFAULTS},
  points: pointsOf("or"),
  chosen: 1, // the point whose numbers the diagram shows
  running: null,

  begin() {
    const {state} = neuron;
    fillSelect("n-gate", [...Object.keys(GATES), "own"], (name) => say(`neuron.gate_${name}`));
    fillSelect("n-hidden", ["0", "2"], (name) => say(`neuron.hidden_${name}`));
    fillSelect("n-f", Object.keys(ACTIVATIONS), (name) => say(`neuron.f_${name}`));
    fillSelect("n-epochs", EPOCHS, (count) => count.toLocaleString(TEXT.page.language));
    neuron.diagram = new Diagram(byId("n-diagram"), neuron.weightMoved);
    const moves = {moved: neuron.lineMoved, pointed: neuron.placed, pointMoved: neuron.pointMoved};
    neuron.plane = new Plane(byId("n-plane"), moves);
    neuron.hidden = new Plane(byId("n-hidden-plane"), {});
    neuron.written = later(neuron.write, 200); // some browsers refuse a hundred at once
    const parts = {canvas: byId("n-lottery"), legend: byId("n-legend"), told: byId("n-lottery-told")};
    neuron.lottery = new Lottery(parts, (seed) => neuron.set({seed}));
    neuron.drawLots = later(() => neuron.lottery.run(neuron.model, neuron.points, state.rate, state.epochs), 250);
    neuron.listen();
    neuron.open(address.read());
    address.onChange(neuron.open);
    redrawnInTheDark(() => neuron.show());
    redrawnInTheDark(() => neuron.lottery.show(state.seed));
  },

  listen() {
    const {set, state} = neuron;
    byId("n-gate").addEventListener("change", (event) => neuron.chooseGate(event.target.value));
    byId("n-hidden").addEventListener("change", (event) => set({hidden: event.target.value}));
    byId("n-f").addEventListener("change", (event) => set({f: event.target.value}));
    byId("n-epochs").addEventListener("change", (event) => set({epochs: Number(event.target.value)}, true));
    byId("n-rate").addEventListener("change", ({target: {valueAsNumber: rate}}) => {
      const fits = rate >= 0 && rate <= 100;
      set({rate: fits ? rate : state.rate}, true);
      byId("n-told").textContent = fits ? "" : say("neuron.bad_rate");
    });
    byId("n-seed").addEventListener("change", ({target: {valueAsNumber: seed}}) => {
      const fits = isSeed(seed);
      set({seed: fits ? seed : state.seed});
      byId("n-told").textContent = fits ? "" : say("neuron.bad_seed", {most: LARGEST_SEED});
    });
    byId("n-train").addEventListener("click", () => (neuron.running ? neuron.stop() : neuron.train()));
    byId("n-step").addEventListener("click", () => neuron.advance(1));
    byId("n-reset").addEventListener("click", () => set({}));
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
      byId("n-add").focus(); // this button is of no use any more
    });
    byId("n-add").addEventListener("click", () => neuron.addPoint());
    byId("n-export").addEventListener("click", () => save("points.json", writePoints(neuron.points)));
    byId("n-import").addEventListener("click", () => byId("n-file").click());
    byId("n-file").addEventListener("change", ({target}) => neuron.importFile(target));
    neuron.showSpeed();
  },

  // Changes the state and begins anew from the seed; or, if asked, from the weights as they are.
  set(changes, keepWeights = false) {
    neuron.stop();
    const moved = keepWeights && (neuron.training.epochs || neuron.state.w);
    const w = moved ? [...neuron.training.weights] : null;
    Object.assign(neuron.state, changes, {w});
    neuron.renew();
    neuron.written();
  },

  chooseGate(gate, changes = {}) {
    if (gate === "own") neuron.points = neuron.points.map((point) => ({...point}));
    else neuron.points = pointsOf(gate);
    neuron.set({...changes, gate});
  },

  // Makes model and training anew, at the weights that the state says.
  renew() {
    const {state} = neuron;
    neuron.model = (state.hidden === "2" ? twoHidden : oneNeuron)(state.f);
    if (state.w?.length !== neuron.model.size) state.w = null;
    neuron.start = state.w ? Float32Array.from(state.w) : normals(neuron.model.size, state.seed);
    neuron.training = new Training(neuron.model, rowsOf(neuron.points), Float32Array.from(neuron.start), state.rate);
    neuron.losses = [neuron.training.loss];
    neuron.chosen = Math.min(neuron.chosen, neuron.points.length - 1);
    const asked = JSON.stringify([state.gate, state.hidden, state.f, state.rate, state.epochs, neuron.points]);
    if (asked !== neuron.drawn) neuron.drawLots();
    else neuron.lottery.show(state.seed);
    neuron.drawn = asked;
    neuron.lottery.seed = state.seed;
    neuron.showControls();
    neuron.show();
  },

  // Takes what an address says; what it does not say is as at first.
  open(said) {
    const {state} = neuron, taken = {...NEURON_DEFAULTS, w: null};
    const choices = {gate: [...Object.keys(GATES), "own"], hidden: ["0", "2"], f: Object.keys(ACTIVATIONS)};
    for (const [name, values] of Object.entries(choices)) if (values.includes(said[name])) taken[name] = said[name];
    if (Number(said.rate) >= 0 && Number(said.rate) <= 100 && said.rate) taken.rate = Number(said.rate);
    if (isSeed(Number(said.seed)) && said.seed) taken.seed = Number(said.seed);
    if (EPOCHS.includes(Number(said.epochs))) taken.epochs = Number(said.epochs);
    const own = taken.gate === "own" && pointsFromText(said.points ?? "");
    if (taken.gate === "own" && !own) taken.gate = "or";
    const weights = said.w?.split(",").map(Number);
    if (weights?.every((weight) => Math.abs(weight) <= LARGEST_WEIGHT)) taken.w = weights;
    neuron.stop();
    Object.assign(state, taken);
    neuron.points = own || pointsOf(state.gate);
    neuron.renew();
    const trained = Number(said.trained);
    if (Number.isInteger(trained) && trained > 0) neuron.advance(Math.min(trained, LARGEST_TRAINED), false);
  },

  write() {
    const {state, training} = neuron;
    const changed = mapped(NEURON_DEFAULTS, (value, name) => (state[name] === value ? null : state[name]));
    const points = state.gate === "own" ? pointsToText(neuron.points) : null;
    const w = state.w && state.w.map(shortest).join(",");
    address.write({...changed, w, points, trained: training.epochs || null});
  },

  advance(epochs, write = true) {
    const {training} = neuron;
    for (let i = 0; i < epochs && Number.isFinite(training.loss); i++) {
      training.epoch();
      neuron.losses.push(training.loss);
    }
    neuron.show();
    if (write && !neuron.running) neuron.written();
  },

  train() {
    const until = neuron.training.epochs + neuron.state.epochs;
    let before = performance.now(), owed = 0;
    const tick = (now) => {
      if (!neuron.running) return;
      const left = until - neuron.training.epochs, speed = SPEEDS[byId("n-speed").value];
      owed = Math.min(left, owed + (Math.max(0, now - before) * speed) / 1000);
      before = now;
      const steps = Math.min(Math.floor(owed), 4000);
      owed -= steps;
      if (steps) neuron.advance(steps);
      if (neuron.training.epochs >= until || !Number.isFinite(neuron.training.loss)) neuron.stop();
      else neuron.running = requestAnimationFrame(tick);
    };
    neuron.running = requestAnimationFrame(tick);
    neuron.showButtons();
  },

  stop() {
    if (!neuron.running) return;
    cancelAnimationFrame(neuron.running);
    neuron.running = null;
    neuron.show();
    neuron.written();
    neuron.showButtons();
  },

  // A weight is dragged: the training begins anew from there.
  weightMoved(index, value) {
    const weights = [...neuron.training.weights];
    weights[index] = Math.max(-10, Math.min(10, value));
    neuron.startFrom(weights);
  },

  lineMoved(number, {a, b, c}) {
    const weights = [...neuron.training.weights];
    [a, b, c].forEach((value, i) => (weights[neuron.model.lines[number][i]] = value));
    neuron.startFrom(weights);
  },

  startFrom(weights) {
    neuron.stop();
    neuron.state.w = [...Float32Array.from(weights)];
    neuron.renew();
    neuron.written();
  },

  // A click into the plane: chooses a point that is near, or places one of the reader's own.
  placed([x1, x2]) {
    const near = neuron.points.findIndex((point) => Math.hypot(point.x1 - x1, point.x2 - x2) < NEAR);
    if (near >= 0) {
      neuron.chosen = near;
      neuron.show();
    } else if (neuron.state.gate === "own") neuron.newPoint(x1, x2);
  },

  // At the first place of a sequence that spreads over the square, where no point is near.
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
};

const NEAR = 0.1; // of a place to a point, so that it is meant
const tidy = (number) => Math.round(number * 100) / 100;
const isSeed = (number) => Number.isInteger(number) && number >= 0 && number <= LARGEST_SEED;

function fillSelect(id, values, name) {
  byId(id).replaceChildren(...values.map((value) => make("option", {value}, name(value))));
}

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

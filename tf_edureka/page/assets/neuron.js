// The neuron's part of the page: its state and its controls.
//
// Names in the address: gate, hidden (0 or 2 neurons), f, rate, seed, epochs, trained (epochs so far), w (initial
// weights, if not the seed's), points (the reader's own).

const NEURON_DEFAULTS = {gate: "or", hidden: "0", f: "relu", rate: 0.01, seed: 15, epochs: 100};
const EPOCHS = [100, 1000, 10000];
const LARGEST_TRAINED = 1000000, LARGEST_WEIGHT = 1000000;

const neuron = {
  state: {...NEURON_DEFAULTS},
  points: pointsOf("or"),
  chosen: 1, // the point whose numbers the diagram shows
  running: null,
  gates: Object.keys(GATES), // available gates
  more: null, // parts that only the whole page has, set by neuron_more.js

  begin() {
    fillSelect("n-gate", neuron.gates, (name) => say(`neuron.gate_${name}`));
    fillSelect("n-hidden", ["0", "2"], (name) => say(`neuron.hidden_${name}`));
    fillSelect("n-f", Object.keys(ACTIVATIONS), (name) => say(`neuron.f_${name}`));
    neuron.diagram = new Diagram(byId("n-diagram"), neuron.weightMoved);
    const moves = {moved: neuron.lineMoved, pointed: neuron.placed, pointMoved: neuron.pointMoved};
    neuron.plane = new Plane(byId("n-plane"), moves);
    neuron.hidden = new Plane(byId("n-hidden-plane"), {});
    neuron.written = later(neuron.write, 200); // some browsers reject many changes in a short time
    neuron.listen();
    neuron.more?.begin();
    neuron.open(address.read());
    address.onChange(neuron.open);
    onColourSchemeChange(() => neuron.show());
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
  },

  // Changes the state and restarts from the seed, or with `keepWeights` from the current weights.
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

  // Creates model and training again, from the weights of the state.
  renew() {
    const {state} = neuron;
    neuron.model = (state.hidden === "2" ? twoHidden : oneNeuron)(state.f);
    if (state.w?.length !== neuron.model.size) state.w = null;
    neuron.start = state.w ? Float32Array.from(state.w) : normals(neuron.model.size, state.seed);
    neuron.training = new Training(neuron.model, rowsOf(neuron.points), Float32Array.from(neuron.start), state.rate);
    neuron.losses = [neuron.training.loss];
    neuron.chosen = Math.min(neuron.chosen, neuron.points.length - 1);
    neuron.showControls();
    neuron.more?.renewed();
    neuron.show();
  },

  // Opens the state of an address; missing and invalid values become the defaults.
  open(said) {
    const {state} = neuron, taken = {...NEURON_DEFAULTS, w: null};
    const choices = {gate: neuron.gates, hidden: ["0", "2"], f: Object.keys(ACTIVATIONS)};
    for (const [name, values] of Object.entries(choices)) if (values.includes(said[name])) taken[name] = said[name];
    if (Number(said.rate) >= 0 && Number(said.rate) <= 100 && said.rate) taken.rate = Number(said.rate);
    if (isSeed(Number(said.seed)) && said.seed) taken.seed = Number(said.seed);
    const epochs = Number(said.epochs);
    if (Number.isInteger(epochs) && epochs > 0 && epochs <= LARGEST_TRAINED) taken.epochs = epochs;
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

  // Epochs per second: training takes three seconds; the whole page has a control instead.
  speed: () => neuron.state.epochs / 3,

  train() {
    const until = neuron.training.epochs + neuron.state.epochs;
    let before = performance.now(), owed = 0;
    const tick = (now) => {
      if (!neuron.running) return;
      const left = until - neuron.training.epochs;
      owed = Math.min(left, owed + (Math.max(0, now - before) * neuron.speed()) / 1000);
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

  // A weight was dragged: training restarts from there.
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

  // A click in the plane: selects a near point, or adds one of the reader's own.
  placed([x1, x2]) {
    const near = neuron.points.findIndex((point) => Math.hypot(point.x1 - x1, point.x2 - x2) < NEAR);
    if (near >= 0) {
      neuron.chosen = near;
      neuron.show();
    } else if (neuron.state.gate === "own") neuron.newPoint(x1, x2);
  },

};

const NEAR = 0.1; // a click within this distance selects a point
const tidy = (number) => Math.round(number * 100) / 100;
const isSeed = (number) => Number.isInteger(number) && number >= 0 && number <= LARGEST_SEED;

function fillSelect(id, values, name) {
  byId(id).replaceChildren(...values.map((value) => make("option", {value}, name(value))));
}

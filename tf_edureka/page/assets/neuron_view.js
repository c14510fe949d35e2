// What is shown of the neuron's state.

Object.assign(neuron, {
  showControls() {
    const {state} = neuron, two = state.hidden === "2";
    for (const name of ["gate", "hidden", "f", "rate", "seed", "epochs"]) byId(`n-${name}`).value = state[name];
    byId("n-hidden-panel").hidden = !two;
    const kind = two ? "_two" : state.f === "step" ? "_step" : "";
    byId("n-diagram-help").textContent = say(`neuron.diagram_help${kind}`);
    byId("n-backward-help").textContent = say(`neuron.backward_help${kind}`);
    byId("n-why").hidden = two;
    byId("n-how").hidden = !two;
    byId("n-told").textContent = "";
    const epochs = state.epochs.toLocaleString(TEXT.page.language);
    byId("n-lottery-help").textContent = say("neuron.lottery_help", {seeds: SEEDS, epochs});
    byId("n-own").disabled = state.gate === "own";
    byId("n-add").disabled = state.gate !== "own";
    if (state.gate === "own") editPoints(byId("n-own-points"), neuron.points, neuron.changePoints);
    else byId("n-own-points").replaceChildren();
    neuron.showButtons();
  },

  showButtons() {
    byId("n-train").textContent = say(neuron.running ? "neuron.pause" : "neuron.train");
  },

  showSpeed() {
    const speed = SPEEDS[byId("n-speed").value];
    byId("n-speed-said").textContent = speed > 1000 ? say("neuron.speed_most") : say("neuron.speed_said", {speed});
    byId("n-speed").setAttribute("aria-valuetext", byId("n-speed-said").textContent);
  },

  // Shows all that changes with the weights.
  show() {
    const {model, training, points, chosen} = neuron, {weights} = training;
    neuron.diagram.show(model, weights, points[chosen], training.pull(), byId("n-backward").open);
    neuron.showPlane();
    if (model.size === 9) neuron.showHidden();
    neuron.showPoints();
    if (byId("n-backward").open) neuron.showBackward();
    drawLoss(byId("n-loss"), neuron.losses);
    neuron.showLines();
    if (model.size === 3) neuron.showSums();
    else neuron.showHow();
    neuron.showKeras();
  },

  showKeras() {
    const {model, training: {epochs}, points, state, start} = neuron;
    byId("n-keras").textContent = kerasCode(model, points, start, state.rate, epochs || state.epochs);
    const help = epochs ? "neuron.keras_help" : "neuron.keras_help_untrained";
    byId("n-keras-help").textContent = say(help, {epochs: state.epochs});
  },

  // From the least to the largest coordinate, with a margin; of a gate from -0.5 to 1.5.
  range() {
    const all = neuron.points.flatMap((point) => [point.x1, point.x2]);
    return [Math.min(-0.5, Math.min(...all) * 1.1 - 0.2), Math.max(1.5, Math.max(...all) * 1.1 + 0.2)];
  },

  labels() {
    return neuron.points.map((point, i) => {
      const output = neuron.training.outputs[i];
      return {text: rounded(output, 2), wrong: !isRight(output, point.target)};
    });
  },

  showPlane() {
    const {model, training: {weights}, points, state} = neuron;
    const isOne = model.lines.length === 1, half = isOne ? ACTIVATIONS[model.activation].half : 0;
    const names = isOne ? [say("neuron.line")] : ["A", "B"].map((name) => say("neuron.line_of", {name}));
    const lines = model.lines.map((places, i) => {
      const [a, b, c] = places.map((place) => weights[place]);
      return {a, b, c, half, name: names[i]};
    });
    const output = (x1, x2) => model.output(weights, x1, x2);
    neuron.plane.show({
      range: neuron.range(), output, lines, points, labels: neuron.labels(), names: ["x1", "x2"],
      editable: state.gate === "own",
    });
    const help = [say(isOne ? "neuron.plane_help" : "neuron.plane_help_two")];
    if (lines.some((line) => neuron.plane.isOutside(line))) help.push(say("neuron.line_outside"));
    byId("n-plane-help").textContent = help.join(" ");
  },

  showHidden() {
    const {model, training: {weights}} = neuron;
    const points = neuron.points.map(({x1, x2, target}) => {
      const [first, second] = model.hidden(weights, x1, x2);
      return {x1: first, x2: second, target};
    });
    const all = points.flatMap((point) => [point.x1, point.x2]).filter(Number.isFinite);
    const low = Math.min(model.activation === "tanh" ? -1 : 0, ...all), high = Math.max(1, ...all);
    const rim = 0.15 * (high - low), range = [low - rim, high + rim];
    const line = {a: weights[6], b: weights[7], c: weights[8], half: 0, name: ""};
    const output = (first, second) => model.fromHidden(weights, first, second);
    const labels = neuron.labels();
    neuron.hidden.show({range, output, lines: [line], points, labels, names: ["A", "B"], editable: false});
    const parts = labels.every((label) => !label.wrong);
    byId("n-hidden-help").textContent = say(parts ? "neuron.hidden_help" : "neuron.hidden_help_not_yet");
  },

  showPoints() {
    const {model, training, points} = neuron;
    const body = byId("n-points");
    const rows = points.map((point, i) => {
      const output = training.outputs[i], {units} = model.explain(training.weights, point);
      return [rounded(point.target), rounded(units.at(-1).z), rounded(output), rounded((output - point.target) ** 2)];
    });
    if (body.childElementCount !== points.length) body.replaceChildren(...points.map((_, i) => neuron.pointRow(i)));
    rows.forEach((cells, i) => {
      const [head, ...rest] = body.children[i].children, button = head.firstChild;
      button.textContent = `${rounded(points[i].x1)}, ${rounded(points[i].x2)}`;
      const named = say("neuron.show_point", mapped(points[i], (value) => rounded(value)));
      change(button, {"aria-pressed": String(i === neuron.chosen), "aria-label": named});
      cells.forEach((text, j) => (rest[j].textContent = text));
      body.children[i].className = isRight(training.outputs[i], points[i].target) ? "" : "wrong";
    });
  },

  pointRow(index) {
    const choose = () => {
      neuron.chosen = index;
      neuron.show();
    };
    const cells = Array.from({length: 4}, () => make("td", {class: "number"}));
    return make("tr", {}, make("th", {scope: "row"}, make("button", {type: "button", onclick: choose})), ...cells);
  },

  // What backpropagation computes, point by point, and the sums that move the weights.
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

  // The article's lines, of the last hundred epochs; and what became of the training.
  showLines() {
    const {training, losses, state} = neuron, epochs = training.epochs;
    const line = (epoch) => `Epoch-- ${epoch} --loss-- ${shortest(losses[epoch + 1])}`;
    const untrained = state.w ? "neuron.by_hand" : "neuron.untrained";
    byId("n-line").textContent = epochs ? line(epochs - 1) : say(untrained, {loss: shortest(losses[0])});
    const from = Math.max(0, epochs - 100), log = byId("n-log");
    const lines = Array.from({length: epochs - from}, (_, i) => line(from + i));
    if (!neuron.running || log.closest("details").open) log.textContent = lines.join("\n") || say("neuron.no_lines");
    const right = training.outputs.reduce((count, output, i) => count + isRight(output, neuron.points[i].target), 0);
    const counts = {right, points: neuron.points.length};
    byId("n-verdict").setAttribute("aria-live", neuron.running ? "off" : "polite"); // not each epoch aloud
    if (!epochs || neuron.running) byId("n-verdict").textContent = say("neuron.verdict_untrained", counts);
    else {
      const least = losses.slice(1).reduce((low, loss) => (loss < low ? loss : low), Infinity);
      const outcome = outcomeOf(training, losses[0], least, separable(neuron.points));
      const reason = say(`neuron.${reasonFor(neuron.model, outcome)}`);
      byId("n-verdict").textContent = say("neuron.verdict", {...counts, reason});
    }
  },

  // Why no line parts XOR, with this neuron's own numbers.
  showSums() {
    const {model, training: {weights}} = neuron;
    const z = (x1, x2) => weightedSum(weights, 0, 1, 2, x1, x2);
    const values = {z00: z(0, 0), z11: z(1, 1), z01: z(0, 1), z10: z(1, 0)};
    const sums = {same: values.z00 + values.z11, other: values.z01 + values.z10};
    byId("n-sums").textContent = say("neuron.sums", mapped({...values, ...sums}, (value) => rounded(value)));
  },

  // How two hidden neurons do it, with their numbers for the chosen point.
  showHow() {
    const {model, training: {weights}, points, chosen} = neuron, point = points[chosen];
    const [a, b, last] = model.explain(weights, point).units;
    const [v1, v2, v0] = weights.slice(6), values = {...point, a: a.y, b: b.y, v1, v2, v0, z: last.z, y: last.y};
    byId("n-how-sums").textContent = say("neuron.how_sums", mapped(values, (value) => rounded(value)));
  },
});

const inWords = (value) => (typeof value === "number" ? rounded(value) : value ?? "");

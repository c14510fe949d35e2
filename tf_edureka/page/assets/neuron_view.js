// Shows the neuron's state.

Object.assign(neuron, {
  showControls() {
    const {state} = neuron, two = state.hidden === "2";
    const counts = [...new Set([...EPOCHS, state.epochs])].sort((a, b) => a - b);
    fillSelect("n-epochs", counts, (count) => count.toLocaleString(TEXT.page.language));
    for (const name of ["gate", "hidden", "f", "rate", "seed", "epochs"]) byId(`n-${name}`).value = state[name];
    byId("n-hidden-panel").hidden = !two;
    const kind = two ? "_two" : state.f === "step" ? "_step" : "";
    byId("n-diagram-help").textContent = say(`neuron.diagram_help${kind}`);
    byId("n-told").textContent = "";
    neuron.showButtons();
  },

  showButtons() {
    byId("n-train").textContent = say(neuron.running ? "neuron.pause" : "neuron.train");
  },

  // Updates everything that depends on the weights.
  show() {
    const {model, training, points, chosen} = neuron, {weights} = training;
    neuron.diagram.show(model, weights, points[chosen], training.pull(), byId("n-backward")?.open);
    neuron.showPlane();
    if (model.size === 9) neuron.showHidden();
    neuron.showPoints();
    drawLoss(byId("n-loss"), neuron.losses);
    neuron.showLine();
    neuron.more?.show();
  },

  // The range of the coordinates with a margin; -0.5 to 1.5 for a gate.
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

  line: (epoch) => `Epoch-- ${epoch} --loss-- ${shortest(neuron.losses[epoch + 1])}`,

  // The article's output for this epoch, and the result of the training.
  showLine() {
    const {training, losses, state} = neuron, epochs = training.epochs;
    const untrained = state.w ? "neuron.by_hand" : "neuron.untrained";
    byId("n-line").textContent = epochs ? neuron.line(epochs - 1) : say(untrained, {loss: shortest(losses[0])});
    const right = training.outputs.reduce((count, output, i) => count + isRight(output, neuron.points[i].target), 0);
    const counts = {right, points: neuron.points.length};
    byId("n-verdict").setAttribute("aria-live", neuron.running ? "off" : "polite"); // no announcement for each epoch
    if (!epochs || neuron.running) byId("n-verdict").textContent = say("neuron.verdict_untrained", counts);
    else {
      const least = losses.slice(1).reduce((low, loss) => (loss < low ? loss : low), Infinity);
      const outcome = outcomeOf(training, losses[0], least, separable(neuron.points));
      const reason = say(`neuron.${reasonFor(neuron.model, outcome)}`);
      byId("n-verdict").textContent = say("neuron.verdict", {...counts, reason});
    }
  },
});

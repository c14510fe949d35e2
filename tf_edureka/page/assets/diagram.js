// The drawing of one neuron or of three: inputs, links with weights, sum and function.

const KNOB = {width: 86, height: 28};
const KNOB_KEYS = {ArrowUp: 0.05, ArrowRight: 0.05, ArrowDown: -0.05, ArrowLeft: -0.05, PageUp: 0.5, PageDown: -0.5};
const PER_UNIT = 60; // dragging distance that changes a weight by 1

// Positions. A link has two ends, and the place of its knob between them.
const ONE_NEURON = {
  view: "0 0 440 250",
  inputs: [{at: [28, 40], name: "x1"}, {at: [28, 125], name: "x2"}, {at: [28, 210], name: "1"}],
  units: [{at: [292, 125], name: "neuron"}],
  links: [
    {input: 0, to: 0, name: "w1", along: 0.36},
    {input: 1, to: 0, name: "w2", along: 0.36},
    {input: 2, to: 0, name: "b", along: 0.36},
  ],
  result: [400, 125],
};
const TWO_HIDDEN = {
  view: "0 0 740 330",
  inputs: [
    {at: [28, 50], name: "x1"},
    {at: [28, 165], name: "x2"},
    {at: [28, 280], name: "1"},
    {at: [400, 296], name: "1"},
  ],
  units: [
    {at: [336, 75], name: "A"},
    {at: [336, 235], name: "B"},
    {at: [598, 155], name: "output"},
  ],
  links: [
    {input: 0, to: 0, name: "A1", along: 0.28},
    {input: 0, to: 1, name: "B1", along: 0.28},
    {input: 1, to: 0, name: "A2", along: 0.28},
    {input: 1, to: 1, name: "B2", along: 0.28},
    {input: 2, to: 0, name: "A0", along: 0.28},
    {input: 2, to: 1, name: "B0", along: 0.28},
    {unit: 0, to: 2, name: "v1", along: 0.42},
    {unit: 1, to: 2, name: "v2", along: 0.42},
    {input: 3, to: 2, name: "v0", along: 0.42},
  ],
  result: [700, 155],
};

// Draws into an <svg>; calls `changed` with number and new value when a weight is dragged.
class Diagram {
  constructor(svg, changed) {
    this.svg = svg;
    this.changed = changed;
  }

  lay(model) {
    const layout = model.size === 3 ? ONE_NEURON : TWO_HIDDEN;
    if (this.layout === layout) return;
    this.layout = layout;
    change(this.svg, {viewBox: layout.view, class: layout === TWO_HIDDEN ? "two" : null});
    this.svg.replaceChildren();
    this.lines = layout.links.map((link) => this.line(link));
    this.inputs = layout.inputs.map((input) => this.circle(input.at, 26));
    this.units = layout.units.map((unit) => this.unit(unit));
    const [x, y] = layout.result, last = layout.units.at(-1).at;
    this.svg.append(draw("line", {class: "wire", x1: last[0] + 58, y1: last[1], x2: x - 30, y2: y}));
    this.result = this.words(x, y + 5, "result");
    this.target = this.words(x, y + 24, "quiet-text");
    this.knobs = layout.links.map((link, index) => this.knob(link, index));
  }

  // The two end points of a link.
  ends({input, unit, to}) {
    const [toX, toY] = this.layout.units[to].at;
    if (unit === undefined) return [this.layout.inputs[input].at, [toX - 58, toY]];
    const [x, y] = this.layout.units[unit].at;
    return [[x + 58, y], [toX - 58, toY]];
  }

  line(link) {
    const [[x1, y1], [x2, y2]] = this.ends(link);
    return this.svg.appendChild(draw("line", {x1, y1, x2, y2}));
  }

  circle([x, y], r) {
    this.svg.append(draw("circle", {class: "node", cx: x, cy: y, r}));
    return {name: this.words(x, y - 3, "quiet-text"), value: this.words(x, y + 13, "node-value")};
  }

  // A box with the sum on the left and the function, as a small curve, on the right.
  unit({at: [x, y], name}) {
    this.svg.append(
      draw("rect", {class: "node", x: x - 58, y: y - 34, width: 116, height: 68, rx: 12}),
      draw("line", {class: "rule", x1: x, y1: y - 34, x2: x, y2: y + 34}),
    );
    const curve = this.svg.appendChild(draw("path", {class: "curve"}));
    const mark = this.svg.appendChild(draw("circle", {class: "curve-mark", r: 3}));
    const sum = this.words(x - 29, y - 14, "quiet-text");
    sum.textContent = name.length === 1 ? `${name}: \u03a3` : "\u03a3";
    const value = (dx, dy) => this.words(x + dx, y + dy, "node-value");
    return {curve, mark, z: value(-29, 8), y: value(29, 27), at: [x, y]};
  }

  words(x, y, name) {
    return this.svg.appendChild(draw("text", {class: name, x, y, "text-anchor": "middle"}));
  }

  // The knob to drag: the weight in figures, and an arrow for its next step.
  knob(link, index) {
    const [[x1, y1], [x2, y2]] = this.ends(link);
    const x = x1 + (x2 - x1) * link.along, y = y1 + (y2 - y1) * link.along;
    const group = draw("g", {
      class: "knob drag", tabindex: 0, role: "slider", "aria-orientation": "vertical", "data-weight": link.name,
    });
    const text = draw("text", {x, y: y + 5, "text-anchor": "middle"});
    group.append(
      draw("rect", {class: "reach", x: x - KNOB.width / 2, y: y - 19, width: KNOB.width, height: 38}),
      draw("rect", {x: x - KNOB.width / 2, y: y - KNOB.height / 2, width: KNOB.width, height: KNOB.height, rx: 13}),
      text,
    );
    const arrow = this.svg.appendChild(draw("path", {class: "gradient"}));
    const figure = this.svg.appendChild(draw("text", {class: "gradient-text", x: x + KNOB.width / 2 + 17, y: y + 5}));
    this.svg.append(group);
    const knob = {group, text, arrow, figure, at: [x + KNOB.width / 2 + 8, y]};
    let start = 0;
    dragged(group, {
      begin: ([, from]) => void (start = from / PER_UNIT + this.weights[index]),
      move: ([, to]) => this.changed(index, Math.round((start - to / PER_UNIT) * 100) / 100),
    });
    group.addEventListener("keydown", (event) => {
      const by = KNOB_KEYS[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.changed(index, Math.round((this.weights[index] + by) * 100) / 100);
    });
    return knob;
  }

  // Shows what a model computes for a point. `pull` is what the next step subtracts from the weights; with `figures` a
  // single neuron also shows it in numbers.
  show(model, weights, point, pull, figures) {
    this.lay(model);
    this.weights = weights;
    const there = model.explain(weights, point);
    const values = [point.x1, point.x2, 1, 1];
    this.inputs.forEach((input, i) => {
      const {name} = this.layout.inputs[i];
      input.name.textContent = name === "1" ? say("neuron.bias") : name;
      input.value.textContent = rounded(values[i]);
    });
    const last = this.units.length - 1;
    there.units.forEach((unit, i) => this.showUnit(this.units[i], unit, i === last ? model.last : model.activation));
    this.result.textContent = rounded(there.output);
    this.target.textContent = say("neuron.wanted", {target: rounded(point.target)});
    this.knobs.forEach((knob, i) => this.showKnob(knob, i, weights[i], pull[i], figures));
    this.svg.setAttribute("aria-label", this.spoken(model, there, point));
  }

  showUnit(unit, {z, y}, activation) {
    const [x, at] = unit.at;
    unit.z.textContent = rounded(z);
    unit.y.textContent = rounded(y);
    unit.curve.setAttribute("d", curveOf(activation, x + 7, at - 29, 44, 38));
    const place = placeOnCurve(activation, z, x + 7, at - 29, 44, 38);
    change(unit.mark, {cx: place[0], cy: place[1]});
  }

  showKnob(knob, index, weight, pull, figures) {
    const {name} = this.layout.links[index];
    knob.text.textContent = `${name} ${rounded(weight)}`;
    change(knob.group, {
      "aria-label": say("neuron.weight_named", {name}),
      "aria-valuenow": Number.isFinite(weight) ? weight : 0,
      "aria-valuemin": -10,
      "aria-valuemax": 10,
      "aria-valuetext": say("neuron.weight_and_gradient", {weight: rounded(weight), gradient: rounded(pull)}),
    });
    const thickness = Math.min(9, 1 + 2 * Math.abs(weight || 0));
    change(this.lines[index], {class: weight < 0 ? "link negative" : "link", "stroke-width": thickness});
    const [x, y] = knob.at, length = 4 + 22 * Math.min(1, Math.log1p(Math.abs(pull)) / Math.log1p(10));
    knob.arrow.setAttribute("d", pull && Number.isFinite(pull) ? arrow(x, y, pull > 0 ? length : -length) : "");
    knob.figure.textContent = figures && this.layout === ONE_NEURON ? rounded(pull, 2) : "";
  }

  spoken(model, there, point) {
    const values = {...point, output: there.output, z: there.units.at(-1).z};
    return say(model.size === 3 ? "neuron.drawn" : "neuron.drawn_two", mapped(values, (value) => rounded(value)));
  }
}

// An arrow up or down: the direction of the weight in the next step.
function arrow(x, y, length) {
  const way = Math.sign(length), tip = y + length / 2 + way * 4, start = y - length / 2 - way * 4;
  return `M${x} ${start}V${tip}M${x - 4} ${tip - way * 5}L${x} ${tip}L${x + 4} ${tip - way * 5}`;
}

const CURVE_REACH = 3; // the curve shows z from -3 to 3

function placeOnCurve(activation, z, x, y, width, height) {
  const at = Math.max(-CURVE_REACH, Math.min(CURVE_REACH, z || 0));
  const value = ACTIVATIONS[activation].of(at);
  const [low, high] = activation === "identity" || activation === "relu" ? [-3, 3] : [-1.2, 1.2];
  return [x + ((at + CURVE_REACH) / (2 * CURVE_REACH)) * width, y + height - ((value - low) / (high - low)) * height];
}

function curveOf(activation, x, y, width, height) {
  const places = [];
  for (let i = 0; i <= 40; i++) {
    const z = CURVE_REACH * (i / 20 - 1);
    places.push(placeOnCurve(activation, z, x, y, width, height).map((number) => number.toFixed(1)).join(" "));
  }
  return `M${places.join("L")}`;
}

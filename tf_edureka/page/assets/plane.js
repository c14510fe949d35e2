// The plane of two inputs: the output everywhere, the points, and the line to drag.

const SHADES = 60; // shaded squares on each side
const SIDE = 320; // size of the <svg> in its own units

class Plane {
  // `host` holds a <canvas> below an <svg>. `moved` is called with new weights when a line is dragged, `pointed` with a
  // clicked place, `pointMoved` with a dragged point.
  constructor(host, {moved, pointed, pointMoved}) {
    this.canvas = host.querySelector("canvas");
    this.svg = host.querySelector("svg");
    Object.assign(this, {moved, pointed, pointMoved});
    this.svg.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
    this.layers = ["axes", "lines", "points", "handles"].map((name) => this.svg.appendChild(draw("g", {class: name})));
    this.handles = [];
    this.svg.addEventListener("click", (event) => {
      if (this.pointed && !event.target.closest(".drag")) this.pointed(this.from(placeOn(this.svg, event)));
    });
  }

  // Converts inputs to places in the drawing, and back.
  to([x, y]) {
    const [low, high] = this.range, scale = SIDE / (high - low);
    return [(x - low) * scale, SIDE - (y - low) * scale];
  }

  from([x, y]) {
    const [low, high] = this.range, scale = (high - low) / SIDE;
    return [low + x * scale, low + (SIDE - y) * scale];
  }

  show({range, output, lines, points, labels, names, editable}) {
    Object.assign(this, {range, lines});
    const shade = diverging(0.5), [low, high] = range;
    paintPixels(this.canvas, SHADES, SHADES, (i) => {
      const at = (share) => low + ((high - low) * (share + 0.5)) / SHADES;
      const value = output(at(i % SHADES), at(SHADES - 1 - Math.floor(i / SHADES)));
      const above = Number.isFinite(value) ? Math.max(-0.5, Math.min(0.5, value - 0.5)) : 0;
      return shade((above > 0 ? 0.8 : 0.4) * above); // darker above 1/2, to be seen without colours as well
    });
    this.showAxes(names);
    this.layers[1].replaceChildren(...lines.flatMap((line, i) => this.lineOf(line, i)));
    this.showPoints(points, labels, editable);
    this.showHandles(lines);
  }

  showAxes(names) {
    const marks = [0, 1].flatMap((number) => {
      const [x, y] = this.to([number, number]), [, floor] = this.to([0, this.range[0]]);
      return [
        draw("line", {class: "grid", x1: x, y1: 0, x2: x, y2: SIDE}),
        draw("line", {class: "grid", x1: 0, y1: y, x2: SIDE, y2: y}),
        draw("text", {class: "quiet-text", x: x + 4, y: floor - 4}, String(number)),
        draw("text", {class: "quiet-text", x: 4, y: y - 4}, String(number)),
      ];
    });
    const name = (x, y, text) => draw("text", {class: "axis-name", x, y}, text);
    this.layers[0].replaceChildren(...marks, name(SIDE - 22, SIDE - 6, names[0]), name(6, 15, names[1]));
  }

  // The line a x + b y + c = half across the drawing.
  lineOf({a, b, c, half}, index) {
    const size = Math.hypot(a, b);
    if (!(size > 1e-9) || half === null || !Number.isFinite(c)) return [];
    const [x, y] = this.footOf({a, b, c, half}), reach = 10 * (this.range[1] - this.range[0]);
    const [x1, y1] = this.to([x - (b / size) * reach, y + (a / size) * reach]);
    const [x2, y2] = this.to([x + (b / size) * reach, y - (a / size) * reach]);
    return ["halo", `decision line-${index}`].map((name) => draw("line", {class: name, x1, y1, x2, y2}));
  }

  // True if a line lies outside the drawing.
  isOutside({a, b, c, half}) {
    const [low, high] = this.range, corners = [[low, low], [low, high], [high, low], [high, high]];
    const sides = corners.map(([x, y]) => Math.sign(a * x + b * y + c - half));
    return half !== null && Math.hypot(a, b) > 1e-9 && sides.every((side) => side === sides[0]);
  }

  // The point of the line nearest to the middle of the drawing.
  footOf({a, b, c, half}) {
    const middle = (this.range[0] + this.range[1]) / 2, far = a * middle + b * middle + c - half;
    return [middle - (a * far) / (a * a + b * b), middle - (b * far) / (a * a + b * b)];
  }

  showPoints(points, labels, editable) {
    const group = this.layers[2];
    if (group.childElementCount !== points.length || this.editable !== editable) {
      this.editable = editable;
      group.replaceChildren(...points.map((_, i) => this.point(i, editable)));
    }
    const places = points.map((point) => this.to([point.x1, point.x2]));
    points.forEach((point, i) => {
      const [x, y] = places[i], left = x > SIDE - 60;
      const below = places.slice(0, i).filter((other) => Math.hypot(other[0] - x, other[1] - y) < 14).length;
      const [mark, text] = group.children[i].children;
      const kind = `point target-${point.target > 0.5 ? 1 : 0}${labels[i].wrong ? " wrong" : ""}`;
      change(mark, {class: kind, cx: x, cy: y});
      change(text, {x: x + (left ? -14 : 14), y: y + 5 + 15 * below, "text-anchor": left ? "end" : "start"});
      text.textContent = labels[i].text;
    });
  }

  point(index, editable) {
    const parts = [draw("circle", {r: 9}), draw("text", {class: "point-text"})];
    const group = draw("g", editable ? {class: "drag"} : {}, ...parts);
    if (editable) dragged(group, {move: (place) => this.pointMoved(index, this.from(place))});
    return group;
  }

  // Two handles for each line: the one in its middle shifts it, the other turns it.
  showHandles(lines) {
    if (!this.moved) return;
    while (this.handles.length < 2 * lines.length) this.handles.push(this.handle(this.handles.length));
    this.handles.forEach((handle, i) => {
      const line = lines[i >> 1];
      const place = line && this.handleAt(line, i % 2);
      change(handle, {visibility: place ? "visible" : "hidden", tabindex: place ? 0 : -1});
      if (!place) return;
      const [x, y] = this.to(place);
      const turns = i % 2, angle = angleOf(line);
      change(handle, {
        transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
        "aria-valuenow": turns ? angle : Number(line.c.toFixed(2)),
        "aria-valuetext": turns ? `${angle}\u00b0` : `b ${rounded(line.c)}`,
        "aria-label": say(turns ? "neuron.turn_line" : "neuron.shift_line", {name: line.name}),
      });
    });
  }

  handleAt(line, turns) {
    const size = Math.hypot(line.a, line.b);
    if (!(size > 1e-9) || line.half === null || !Number.isFinite(line.c)) return null;
    const [x, y] = this.footOf(line), quarter = (this.range[1] - this.range[0]) / 4;
    const inside = (number) => number > this.range[0] && number < this.range[1];
    if (!turns) return inside(x) && inside(y) ? [x, y] : [this.clamped(x), this.clamped(y)];
    return [this.clamped(x + (line.b / size) * quarter), this.clamped(y - (line.a / size) * quarter)];
  }

  clamped(number) {
    const rim = 0.03 * (this.range[1] - this.range[0]);
    return Math.max(this.range[0] + rim, Math.min(this.range[1] - rim, number));
  }

  handle(number) {
    const turns = number % 2, which = () => this.lines[number >> 1];
    const shape = turns ? draw("circle", {r: 8}) : draw("rect", {x: -9, y: -9, width: 18, height: 18, rx: 4});
    const wide = draw("circle", {class: "reach", r: 20});
    const role = {role: "slider", "aria-valuemin": -360, "aria-valuemax": 360};
    const handle = draw("g", {class: "handle drag", tabindex: 0, ...role}, wide, shape);
    const go = (line) => this.moved(number >> 1, line);
    let foot = null;
    dragged(handle, {
      begin: () => void (foot = this.footOf(which())),
      move: (place) => go(turns ? turned(which(), foot, this.from(place)) : shifted(which(), this.from(place))),
    });
    handle.addEventListener("keydown", (event) => {
      const by = {ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1}[event.key];
      if (!by) return;
      event.preventDefault();
      const line = which(), [x, y] = this.footOf(line), size = Math.hypot(line.a, line.b);
      const far = (0.04 * by) / size, angle = Math.atan2(-line.a, line.b) + (by * Math.PI) / 36;
      if (turns) go(turned(line, [x, y], [x + Math.cos(angle), y + Math.sin(angle)]));
      else go(shifted(line, [x - far * line.a, y - far * line.b]));
    });
    return this.layers[3].appendChild(handle);
  }
}

const angleOf = ({a, b}) => Math.round((Math.atan2(-a, b) * 180) / Math.PI);

// Shifts a line through a place.
function shifted({a, b, half}, [x, y]) {
  return {a, b, c: half - a * x - b * y};
}

// Turns a line around `foot` towards a place; the weights keep their length.
function turned({a, b, half}, foot, [x, y]) {
  const [right, up] = [x - foot[0], y - foot[1]], size = Math.hypot(a, b), length = Math.hypot(right, up);
  if (length < 1e-6) return {a, b, c: half - a * foot[0] - b * foot[1]};
  return shifted({a: (-up / length) * size, b: (right / length) * size, half}, foot);
}

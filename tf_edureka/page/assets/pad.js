// The pad to draw on by mouse, pen, finger or keys. Its ink is kept as numbers and never read from the canvas, since
// some browsers falsify the pixels that are read from there.

const PEN_STEP = 7; // distance for each press of an arrow key

// `changed` is called during a stroke, and after undo or clear.
function padOn(canvas, changed) {
  const pad = {strokes: [], ink: new Uint8Array(PAD * PAD), backdrop: null};
  let pen = [PAD / 2, PAD / 3], penIsDown = false, isStale = false;

  // Extends the last stroke, unless the pen has not moved.
  function goOn(place) {
    const point = place.map((number) => Math.min(PAD - 1, Math.max(0, Math.round(number))));
    const stroke = pad.strokes.at(-1), last = stroke.at(-1) ?? point;
    if (stroke.length && Math.hypot(point[0] - last[0], point[1] - last[1]) < 2) return;
    stroke.push(point);
    inkLine(pad.ink, last, point);
    paintLine(canvas.getContext("2d"), last, point);
    isStale = true;
  }

  function begin(place) {
    pad.backdrop = null;
    if (!pad.strokes.length) paint();
    pad.strokes.push([]);
    goOn(place);
  }

  function tell() {
    if (isStale) changed();
    isStale = false;
  }

  function paint() {
    paintPad(canvas, pad.strokes, pad.backdrop);
    if (document.activeElement === canvas && canvas.matches(":focus-visible")) paintPen(canvas, pen, penIsDown);
  }

  // Replaces the drawing by strokes; without strokes, a picture (784 pixels) can be shown instead.
  pad.set = (strokes, backdrop = null) => {
    pad.strokes = [...strokes];
    pad.backdrop = backdrop;
    pad.ink.fill(0);
    for (const stroke of strokes) stroke.forEach((point, i) => inkLine(pad.ink, stroke[i - 1] ?? point, point));
    paint();
  };

  pad.undo = () => {
    pad.set(pad.strokes.slice(0, -1));
    penIsDown = false;
    changed();
  };

  pad.clear = () => {
    pad.set([]);
    penIsDown = false;
    changed();
  };

  function pressed(event) {
    const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key] ?? [0, 0];
    if (dx || dy) {
      pen = [pen[0] + dx * PEN_STEP, pen[1] + dy * PEN_STEP].map((number) => Math.min(PAD - 1, Math.max(0, number)));
      if (penIsDown) goOn(pen);
    } else if (event.key === " " || event.key === "Enter") {
      penIsDown = !penIsDown;
      if (penIsDown) begin(pen);
    } else if (event.key === "Escape") pad.clear();
    else return;
    event.preventDefault();
    paint();
    tell();
  }

  const toPad = (place) => place.map((number) => (number * PAD) / canvas.clientWidth);
  dragged(canvas, {begin: (place) => begin(toPad(place)), move: (place) => goOn(toPad(place))});
  // Once per event, after all its places, and after the listeners of `dragged`.
  for (const name of ["pointerdown", "pointermove"]) canvas.addEventListener(name, tell);
  canvas.addEventListener("keydown", pressed);
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", paint);
  onColourSchemeChange(paint);
  return pad;
}

function paintPad(canvas, strokes, backdrop) {
  const sharp = Math.max(1, devicePixelRatio), side = Math.round(PAD * sharp);
  Object.assign(canvas, {width: side, height: side}); // also clears the canvas
  const context = canvas.getContext("2d");
  context.setTransform(side / PAD, 0, 0, side / PAD, 0, 0);
  if (backdrop) {
    const small = make("canvas");
    paintInk(small, backdrop);
    context.drawImage(small, 0, 0, PAD, PAD);
  }
  for (const stroke of strokes) stroke.forEach((point, i) => paintLine(context, stroke[i - 1] ?? point, point));
}

function paintLine(context, from, to) {
  Object.assign(context, {lineWidth: PEN, lineCap: "round", strokeStyle: shade.text});
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

// The keyboard's pen: filled while it is down.
function paintPen(canvas, [x, y], isDown) {
  const context = canvas.getContext("2d");
  context.beginPath();
  context.arc(x, y, PEN / 2, 0, 2 * Math.PI);
  Object.assign(context, {lineWidth: 2, strokeStyle: shade.accent, fillStyle: shade.accent});
  if (isDown) context.fill();
  context.stroke();
}

// The pad that one draws on, by mouse, pen, finger or keys. Its ink is kept as numbers and never read from the screen,
// since some browsers falsify what is read there.

const PEN_STEP = 7; // of an arrow key

// `changed` is called while a stroke goes on, and when it is taken back.
function padOn(canvas, changed) {
  const pad = {strokes: [], ink: new Uint8Array(PAD * PAD), backdrop: null};
  let pen = [PAD / 2, PAD / 3], penIsDown = false, isStale = false;

  // Adds to the last stroke, unless the place is where the pen is already.
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

  // Draws strokes instead of what is there; without any, a picture (784 pixels) may be seen behind.
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
  // After all the places of one event, and after the listeners of `dragged`.
  for (const name of ["pointerdown", "pointermove"]) canvas.addEventListener(name, tell);
  canvas.addEventListener("keydown", pressed);
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", paint);
  redrawnInTheDark(paint);
  return pad;
}

function paintPad(canvas, strokes, backdrop) {
  const sharp = Math.max(1, devicePixelRatio), side = Math.round(PAD * sharp);
  Object.assign(canvas, {width: side, height: side}); // which also empties it
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

// Where the pen is that the keys move: filled when it is down.
function paintPen(canvas, [x, y], isDown) {
  const context = canvas.getContext("2d");
  context.beginPath();
  context.arc(x, y, PEN / 2, 0, 2 * Math.PI);
  Object.assign(context, {lineWidth: 2, strokeStyle: shade.accent, fillStyle: shade.accent});
  if (isDown) context.fill();
  context.stroke();
}

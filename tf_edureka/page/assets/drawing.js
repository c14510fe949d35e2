// Colours of the style sheet, painting on canvases, and dragging.

// The current value, light or dark, of a colour in page.css.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// The red, green and blue of that colour, from 0 to 255.
function rgb(name) {
  const digits = colour(name).slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

// Interpolates between two colours; share from 0 to 1.
function mixed(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

const redraws = [];

// Calls `work` whenever the system switches between light and dark.
function onColourSchemeChange(work) {
  redraws.push(work);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const work of redraws) work();
});

// The colours used for painting, looked up once, since painting must keep up with the pen.
const shade = {};

function lookUpShades() {
  for (const name of ["page", "text", "accent", "positive", "negative"]) {
    shade[name] = colour(name);
    shade[`${name}Rgb`] = rgb(name);
  }
}

lookUpShades();
onColourSchemeChange(lookUpShades);

// Paints a canvas of width x height pixels; `paint` returns red, green and blue of pixel i.
function paintPixels(canvas, width, height, paint) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue] = paint(i);
    image.data.set([red, green, blue, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

// Red below 0, blue above, background at 0; full colour at `most`.
function diverging(most) {
  const full = (number) => (number < 0 ? shade.negativeRgb : shade.positiveRgb);
  return (number) => mixed(shade.pageRgb, full(number), Math.min(1, Math.abs(number) / (most || 1)));
}

// Makes `element` draggable by mouse, pen or finger. `move` gets each place, in the units of its <svg> or in CSS
// pixels; `begin` may return false to ignore a press.
function dragged(element, {begin = () => true, move, end = () => {}}) {
  const place = (event) => placeOn(element.ownerSVGElement ?? element, event);
  let active = null;
  element.addEventListener("pointerdown", (event) => {
    if (active !== null || event.button || begin(place(event), event) === false) return;
    active = event.pointerId;
    element.setPointerCapture(active);
    event.preventDefault();
    element.focus({preventScroll: true});
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== active) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) move(place(one), one);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    element.addEventListener(name, (event) => {
      if (event.pointerId !== active) return;
      active = null;
      end(event);
    });
  }
}

function placeOn(surface, event) {
  const box = surface.getBoundingClientRect();
  const view = surface.viewBox?.baseVal ?? {x: 0, y: 0, width: box.width, height: box.height};
  return [
    view.x + ((event.clientX - box.left) * view.width) / box.width,
    view.y + ((event.clientY - box.top) * view.height) / box.height,
  ];
}

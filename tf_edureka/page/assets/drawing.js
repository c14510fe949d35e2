// Colours of the style sheet, canvases that are sharp on every screen, and dragging.

// A colour by its name in page.css, as it is now: light or dark.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Red, green and blue of the same, from 0 to 255.
function rgb(name) {
  const digits = colour(name).slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

// From one colour to another, share 0 to 1.
function mixed(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

const redraws = [];

// Calls `work` again whenever the reader's system goes from light to dark or back.
function redrawnInTheDark(work) {
  redraws.push(work);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const work of redraws) work();
});

// Those that are painted with, looked up once, since painting goes on in a stroke.
const shade = {};

function lookUpShades() {
  for (const name of ["page", "text", "accent", "positive", "negative"]) {
    shade[name] = colour(name);
    shade[`${name}Rgb`] = rgb(name);
  }
}

lookUpShades();
redrawnInTheDark(lookUpShades);

// Paints numbers onto a canvas of as many pixels; `paint` gives red, green and blue of the i-th.
function paintPixels(canvas, width, height, paint) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue] = paint(i);
    image.data.set([red, green, blue, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

// Red below 0, blue above, paper at 0; `most` is full colour.
function diverging(most) {
  const full = (number) => (number < 0 ? shade.negativeRgb : shade.positiveRgb);
  return (number) => mixed(shade.pageRgb, full(number), Math.min(1, Math.abs(number) / (most || 1)));
}

// Lets `element` be dragged by mouse, pen or finger: `move` gets each place, in the units of the
// <svg> or in CSS pixels of another element; `begin` may refuse by giving false.
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

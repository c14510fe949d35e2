// Converts ink on the pad to the form of MNIST's images, as tf_edureka/data/picture.py does.

const PAD = 280; // side of the pad in its own pixels
const PEN = 22; // width of the pen, to match the strokes of MNIST

// Draws a stroke between two places; `ink` has 0 or 1 for each pixel.
function inkLine(ink, [x1, y1], [x2, y2]) {
  const reach = PEN / 2, dx = x2 - x1, dy = y2 - y1, length = dx * dx + dy * dy;
  const within = (place) => Math.min(Math.max(place, 0), PAD - 1);
  for (let y = within(Math.min(y1, y2) - reach); y <= within(Math.max(y1, y2) + reach); y++) {
    for (let x = within(Math.min(x1, x2) - reach); x <= within(Math.max(x1, x2) + reach); x++) {
      const along = length ? Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length)) : 0;
      if (Math.hypot(x - x1 - along * dx, y - y1 - along * dy) <= reach) ink[y * PAD + x] = 1;
    }
  }
}

// Returns 784 pixels from 0 to 255, or null without ink. The digit is scaled into 20 x 20 pixels, and its centre of
// mass lies in pixel 14, 14.
function formed(ink) {
  const box = inkBox(ink);
  if (!box) return null;
  const longer = Math.max(box.width, box.height);
  const [width, height] = [box.width, box.height].map((side) => Math.max(1, evenRound((20 / longer) * side)));
  return placed(reduced(ink, box, width, height), width, height);
}

function inkBox(ink) {
  let left = PAD, right = -1, top = -1, bottom = -1;
  for (let i = 0; i < ink.length; i++) {
    if (!ink[i]) continue;
    const x = i % PAD;
    bottom = (i - x) / PAD;
    if (top < 0) top = bottom;
    if (x < left) left = x;
    if (x > right) right = x;
  }
  return right < 0 ? null : {left, top, width: right - left + 1, height: bottom - top + 1};
}

// Pillow's "bilinear": a mean around each pixel's middle, with weights that decrease with distance.
function reduced(ink, box, width, height) {
  const across = resizeShares(box.width, width), down = resizeShares(box.height, height);
  const narrow = new Float32Array(box.height * width), small = new Float32Array(height * width);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * PAD + box.left;
    for (let x = 0; x < width; x++) narrow[y * width + x] = weighted(across[x], (i) => ink[start + i]);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) small[y * width + x] = weighted(down[y], (i) => narrow[i * width + x]);
  }
  return small;
}

function weighted({from, parts}, at) {
  let sum = 0;
  for (let i = 0; i < parts.length; i++) sum += parts[i] * at(from + i);
  return sum;
}

// For each of `count` target places: its source places, out of `size`, with their weights.
function resizeShares(size, count) {
  const step = size / count, reach = Math.max(step, 1);
  return Array.from({length: count}, (_, place) => {
    const middle = (place + 0.5) * step;
    const from = Math.max(0, Math.trunc(middle - reach + 0.5)), to = Math.min(size, Math.trunc(middle + reach + 0.5));
    const parts = Array.from({length: to - from}, (_, i) => Math.max(0, 1 - Math.abs(from + i - middle + 0.5) / reach));
    const sum = parts.reduce((a, b) => a + b);
    return {from, parts: parts.map((part) => part / sum)};
  });
}

function placed(small, width, height) {
  const full = Math.max(...small), image = new Uint8Array(784);
  let mass = 0, alongX = 0, alongY = 0;
  small.forEach((ink, i) => {
    mass += ink;
    alongX += ink * (i % width);
    alongY += ink * Math.floor(i / width);
  });
  const left = Math.min(Math.max(evenRound(14 - alongX / mass), 0), 28 - width);
  const top = Math.min(Math.max(evenRound(14 - alongY / mass), 0), 28 - height);
  small.forEach((ink, i) => {
    image[(top + Math.floor(i / width)) * 28 + left + (i % width)] = evenRound(255 * Math.fround(ink / full));
  });
  return image;
}

// Rounds a half to the even neighbour, as Python does.
function evenRound(number) {
  const below = Math.floor(number), rest = number - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

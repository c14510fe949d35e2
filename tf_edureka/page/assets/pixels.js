// Pictures of numbers: ink, weights, outputs of neurons.

// Paints 784 pixels from 0 to 255, or inputs from 0 to 1.
function paintInk(canvas, pixels, most = 255) {
  paintPixels(canvas, 28, 28, (i) => mixed(shade.pageRgb, shade.textRgb, pixels[i] / most));
}

// Paints numbers above 0; full colour at `most`.
function paintAmounts(canvas, numbers, most) {
  const share = (i) => Math.min(1, numbers[i] / (most || 1));
  paintCells(canvas, numbers.length, (i) => mixed(shade.pageRgb, shade.positiveRgb, share(i)));
}

// Paints numbers blue above 0 and red below.
function paintSigned(canvas, numbers) {
  let most = 0;
  for (const number of numbers) most = Math.max(most, Math.abs(number));
  const shadeOf = diverging(most);
  paintCells(canvas, numbers.length, (i) => shadeOf(numbers[i]));
}

// Paints one cell for each number, in rows; the remainder of the last row is background.
function paintCells(canvas, count, paint) {
  const columns = columnsOf(count);
  paintPixels(canvas, columns, Math.ceil(count / columns), (i) => (i < count ? paint(i) : shade.pageRgb));
}

function columnsOf(count) {
  return count <= 16 ? count : Math.ceil(Math.sqrt(count));
}

// Unpacks the images of the page, 784 pixels each; null if the browser cannot.
async function unpackedImages(stored) {
  if (typeof DecompressionStream === "undefined") return null;
  const packed = new Blob([bytesOf(stored.pixels)]).stream();
  const all = new Uint8Array(await new Response(packed.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  return Array.from({length: stored.count}, (_, i) => all.subarray(784 * i, 784 * (i + 1)));
}

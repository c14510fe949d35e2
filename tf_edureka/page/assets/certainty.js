// How sure an answer is, as tf_edureka/mlp/certainty.py has it: as the less probable of two, of the image and of the
// image slanted.

const SLANT = 0.25; // of the height, to the side

// What a network says to an image, and what happens within on the way.
function judged(network, pixels) {
  const layers = passed(network, scaled(pixels)), shares = softmax(layers.at(-1).z), answer = largest(shares);
  const slantedShare = softmax(logitsOf(network, slanted(pixels)))[answer];
  return {layers, shares, answer, slantedShare, certainty: Math.min(shares[answer], slantedShare)};
}

// The top to the left and the bottom to the right, in the steps in which Pillow does it.
function slanted(pixels, side = 28) {
  const made = new Uint8Array(pixels.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = x + 0.5 - SLANT * (y + 0.5) + (SLANT * (side - 1)) / 2;
      if (from < 0 || from >= side) continue;
      const left = Math.floor(from - 0.5), share = from - 0.5 - left;
      const one = pixels[y * side + Math.max(left, 0)], other = pixels[y * side + Math.min(left + 1, side - 1)];
      made[y * side + x] = one + (other - one) * share;
    }
  }
  return made;
}

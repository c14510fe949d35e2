// The certainty of an answer, computed as in tf_edureka/mlp/certainty.py: the smaller of its probabilities for the
// image and for the slanted image.

const SLANT = 0.25; // sideways shift, as a share of the height

// The answer of a network to an image, with the values of all layers.
function judged(network, pixels) {
  const layers = passed(network, scaled(pixels)), shares = softmax(layers.at(-1).z), answer = largest(shares);
  const slantedShare = softmax(logitsOf(network, slanted(pixels)))[answer];
  return {layers, shares, answer, slantedShare, certainty: Math.min(shares[answer], slantedShare)};
}

// Shifts the top to the left and the bottom to the right, with the rounding of Pillow.
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

// TensorFlow's random numbers: Philox 4x32 with ten rounds (Salmon et al. 2011), and normal numbers by Box and Muller
// in float32, as in the CPU kernel of tf.random_normal.

const DEFAULT_GRAPH_SEED = 87654321; // TensorFlow 1's graph seed if only the op has a seed
const LARGEST_SEED = 2 ** 31 - 1;

// The high 32 bits of the product of two unsigned 32-bit numbers.
function highProduct(a, b) {
  const low = (a & 0xffff) * (b & 0xffff);
  const one = (a >>> 16) * (b & 0xffff) + (low >>> 16);
  const other = (a & 0xffff) * (b >>> 16) + (one & 0xffff);
  return ((a >>> 16) * (b >>> 16) + Math.floor(one / 65536) + Math.floor(other / 65536)) >>> 0;
}

function philox(counter, key) {
  let [a, b, c, d] = counter, [first, second] = key;
  for (let round = 0; round < 10; round++) {
    const highA = highProduct(a, 0xd2511f53), highC = highProduct(c, 0xcd9e8d57);
    const lowA = Math.imul(a, 0xd2511f53) >>> 0, lowC = Math.imul(c, 0xcd9e8d57) >>> 0;
    [a, b, c, d] = [(highC ^ b ^ first) >>> 0, lowC, (highA ^ d ^ second) >>> 0, lowA];
    first = (first + 0x9e3779b9) >>> 0;
    second = (second + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

const uniform = (bits) => (bits & 0x7fffff) / 2 ** 23;

// Two normal numbers from two 32-bit numbers.
function boxMuller(first, second) {
  const f = Math.fround;
  const u = Math.max(uniform(first), f(1e-7)), angle = f(2 * Math.PI * uniform(second));
  const radius = f(Math.sqrt(f(-2 * f(Math.log(u)))));
  return [f(f(Math.sin(angle)) * radius), f(f(Math.cos(angle)) * radius)];
}

// The first result of TensorFlow 1's tf.random_normal([count], seed=opSeed), as Float32Array.
function normals(count, opSeed) {
  const numbers = new Float32Array(count);
  const seed = opSeed % LARGEST_SEED;
  for (let i = 0; i < count; i += 4) {
    const bits = philox([i / 4, 0, seed, 0], [DEFAULT_GRAPH_SEED, 0]);
    const four = [...boxMuller(bits[0], bits[1]), ...boxMuller(bits[2], bits[3])];
    numbers.set(four.slice(0, count - i), i);
  }
  return numbers;
}

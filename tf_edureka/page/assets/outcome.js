// The outcome of a training: whether it learned its points, and otherwise why not.

// In the order in which `outcomeOf` checks them.
const OUTCOMES = ["diverged", "learned", "dead", "stuck", "no_line", "not_yet"];
// A loss above its minimum by this factor has diverged: small steps lower it, and rounding changes it far less.
const RISE = 1.01;

const isRight = (output, target) => (target > 0.5 ? output >= 0.5 : output < 0.5);

// True if a line separates the points with target 1 from those with target 0. If one does, one of these directions is
// across such a line: from one point to another, or perpendicular to that.
function separable(points) {
  const [ones, zeros] = [points.filter((point) => point.target > 0.5), points.filter((point) => point.target <= 0.5)];
  if (!ones.length || !zeros.length) return true;
  const parts = (a, b) => {
    const along = (point) => a * point.x1 + b * point.x2;
    const [high, low] = [ones.map(along), zeros.map(along)];
    return Math.min(...high) > Math.max(...low) || Math.max(...high) < Math.min(...low);
  };
  return points.some((p) => points.some((q) => parts(q.x1 - p.x1, q.x2 - p.x2) || parts(q.x2 - p.x2, p.x1 - q.x1)));
}

// Returns one of OUTCOMES. `first` is the loss before training, `least` the smallest loss during it.
function outcomeOf(training, first, least, hasLine) {
  const {model, rows, outputs, weights, loss} = training;
  let right = true, dead = true, stuck = true, finite = Number.isFinite(loss);
  for (let i = 0; i < rows.count; i++) {
    const correct = isRight(outputs[i], rows.targets[i]);
    const flat = model.slopeAt && model.slopeAt(weights, rows.x1[i], rows.x2[i]) === 0;
    right = right && correct;
    dead = dead && flat;
    stuck = stuck && (flat || correct);
  }
  for (const weight of weights) finite = finite && Number.isFinite(weight);
  if (!model.slopeAt) {
    model.gradient(weights, rows, outputs, training.gradient);
    dead = training.gradient.every((part) => part === 0);
    stuck = dead;
  }
  const byGradient = !training.usesRosenblatt;
  if (!byGradient) dead = stuck = false;
  const rises = byGradient && loss > RISE * Math.min(least, first);
  if (!finite || (rises && !(right || dead || stuck))) return "diverged";
  if (right) return "learned";
  if (dead) return "dead";
  if (stuck) return "stuck";
  return model.size === 3 && !hasLine ? "no_line" : "not_yet";
}

// The key of the text with the reason; for functions that can never learn, the reason for that.
function reasonFor(model, outcome) {
  if (model.size === 3) return model.activation === "softmax" && outcome !== "learned" ? "always_one" : outcome;
  if (outcome !== "not_yet") return outcome;
  return {identity: "two_identity", softmax: "two_softmax", step: "two_step"}[model.activation] ?? "not_yet_two";
}

// Trains from one seed without showing anything.
function resultOf(model, rows, seed, rate, epochs, hasLine) {
  const training = new Training(model, rows, normals(model.size, seed), rate);
  const first = training.loss;
  let least = Infinity;
  for (let epoch = 0; epoch < epochs; epoch++) {
    training.epoch();
    if (training.loss < least) least = training.loss;
    if (!Number.isFinite(training.loss)) break;
  }
  return {outcome: outcomeOf(training, first, least, hasLine), loss: training.loss};
}

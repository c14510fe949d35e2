// Finds the ink that supports the answer: how its odds change when a small patch of ink is erased.

const PATCH = 2; // pixels on each side of the middle: 5 x 5

// The decrease of the log odds of `answer`, for a patch around each of the 784 pixels.
function oddsLost(network, inputs, answer) {
  const kernel = network.kernels[0], whole = sums(kernel, network.biases[0], inputs);
  const odds = logOdds(passedOn(network, 0, whole).at(-1).z, answer);
  return Float64Array.from(inputs, (_, place) => {
    const inked = patch(place).filter((i) => inputs[i] !== 0);
    if (!inked.length) return 0;
    const z = Float64Array.from(whole); // subtracts the patch from the sums of the first layer
    for (const i of inked) addRow(z, kernel, i, -inputs[i]);
    return odds - logOdds(passedOn(network, 0, z).at(-1).z, answer);
  });
}

function patch(place) {
  const pixels = [], middle = [place % 28, Math.floor(place / 28)];
  for (let y = Math.max(0, middle[1] - PATCH); y <= Math.min(27, middle[1] + PATCH); y++) {
    for (let x = Math.max(0, middle[0] - PATCH); x <= Math.min(27, middle[0] + PATCH); x++) pixels.push(y * 28 + x);
  }
  return pixels;
}

// Natural log odds of one digit against all others together.
function logOdds(logits, answer) {
  const others = Array.from(logits).filter((_, digit) => digit !== answer), most = Math.max(...others);
  return logits[answer] - most - Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
}

// The lead of a digit's logit over the largest other one.
function leadOf(logits, answer) {
  return logits[answer] - Math.max(...Array.from(logits).filter((_, digit) => digit !== answer));
}

function showOcclusion() {
  const {verdict, inputs, pixels, network} = view;
  if (!verdict) {
    paintInk(byId("net-spoke"), new Uint8Array(784));
    byId("net-spoke-words").textContent = ""; // the answers already say that nothing is drawn
    return;
  }
  const lost = oddsLost(network, inputs, verdict.answer);
  paintOcclusion(byId("net-spoke"), pixels, lost);
  byId("net-spoke-words").textContent = occlusionInWords(lost);
}

function paintOcclusion(canvas, pixels, lost) {
  const most = Math.max(...lost.map(Math.abs)) || 1;
  paintPixels(canvas, 28, 28, (i) => {
    const ink = mixed(shade.pageRgb, shade.textRgb, (0.6 * pixels[i]) / 255);
    return mixed(ink, lost[i] < 0 ? shade.negativeRgb : shade.positiveRgb, (0.85 * Math.abs(lost[i])) / most);
  });
}

const LITTLE = 0.1; // smaller changes of the log odds are not reported

function occlusionInWords(lost) {
  const strongest = largest(lost), against = largest(lost.map((number) => -number)), words = [];
  if (DATA.networks.length > 1) words.push(say("network.explained", {title: networkTitle(view.which)}));
  if (lost[strongest] > LITTLE) words.push(withoutSpot("network.spoke", strongest));
  if (lost[against] < -LITTLE) words.push(withoutSpot("network.spoke_against", against));
  return [...words, ...(lost.some((number) => Math.abs(number) > LITTLE) ? [] : [say("network.spoke_none")])].join(" ");
}

// The change of the answer: in percent, or by logits if the percentages are equal.
function withoutSpot(name, place) {
  const {network, inputs, verdict: {answer, shares, layers}} = view, left = Float32Array.from(inputs);
  for (const i of patch(place)) left[i] = 0;
  const z = passed(network, left).at(-1).z, after = softmax(z), instead = largest(after);
  const where = say(`network.place_${third(Math.floor(place / 28))}${third(place % 28)}`);
  const percents = [percent(shares[answer]), percent(after[answer])];
  const leads = [leadOf(layers.at(-1).z, answer), leadOf(z, answer)].map((lead) => rounded(lead));
  const becomes = percents[0] === percents[1] ? say("network.change_lead", {before: leads[0], after: leads[1]})
    : say("network.change_share", {before: percents[0], after: percents[1]});
  const words = say(name, {place: where, digit: answer, becomes});
  return instead === answer ? words : `${words} ${say("network.spoke_instead", {instead})}`;
}

// Which third of the 20 x 20 pixels that a digit fills: 0, 1 or 2.
const third = (place) => (place < 11 ? 0 : place < 17 ? 1 : 2);

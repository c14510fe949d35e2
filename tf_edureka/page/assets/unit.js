// The arithmetic of one neuron: inputs, weights, products, sum and output.

const TERMS = 6; // products listed one by one

function makeUnit() {
  byId("net-layer").addEventListener("change", (event) => show({layer: Number(event.target.value), unit: 0}));
  byId("net-unit").addEventListener("input", (event) => {
    const unit = Number(event.target.value);
    if (event.target.value !== "" && Number.isInteger(unit) && unit >= 0 && unit < unitsOf(view.layer)) show({unit});
  });
  // Restores the number after an invalid input.
  const corrected = () => (byId("net-unit").value = view.unit);
  for (const name of ["change", "blur"]) byId("net-unit").addEventListener(name, corrected);
  byId("net-silence").addEventListener("click", () => toggleSilence(view.layer, view.unit));
}

// Called again for each inspected network.
function makeUnitChoice() {
  const options = view.network.kernels.map((_, layer) => make("option", {value: layer}, layerName(layer)));
  byId("net-layer").replaceChildren(...options);
}

function showUnit(inputs, verdict) {
  const {layer, unit, network} = view, count = unitsOf(layer), kernel = network.kernels[layer];
  const incoming = layer ? verdict.layers[layer - 1].outputs : inputs;
  const weights = Float64Array.from(incoming, (_, i) => kernel[i * count + unit]);
  const products = weights.map((weight, i) => weight * incoming[i]);
  byId("net-layer").value = layer;
  byId("net-unit-label").textContent = say("network.number", {last: count - 1});
  const field = byId("net-unit");
  change(field, {max: count - 1});
  if (field.value === "" || Number(field.value) !== unit) field.value = unit; // keeps "07" while it is typed
  paintSigned(byId("net-weights"), weights);
  if (layer) paintAmounts(byId("net-incoming"), incoming, Math.max(...incoming));
  else paintInk(byId("net-incoming"), incoming, 1);
  paintSigned(byId("net-products"), products);
  showTerms(weights, incoming, products);
  showSum(products.reduce((a, b) => a + b, 0), verdict);
  showSilence();
}

function showTerms(weights, incoming, products) {
  const order = Array.from(products.keys()).sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
  const told = order.slice(0, TERMS).filter((i) => products[i] !== 0);
  const rows = told.map((i) => numberRow(inputName(i), weights[i], incoming[i], products[i]));
  const rest = products.reduce((sum, product, i) => (told.includes(i) ? sum : sum + product), 0);
  const others = products.filter((product) => product !== 0).length - told.length;
  if (others) rows.push(numberRow(say("network.other_terms", {count: others}), null, null, rest));
  byId("net-terms").replaceChildren(...rows);
}

function numberRow(name, ...numbers) {
  const cells = numbers.map((number) => make("td", {class: "number"}, number === null ? "" : rounded(number, 4)));
  return make("tr", {}, make("th", {scope: "row"}, name), ...cells);
}

function inputName(i) {
  if (view.layer === 0) return say("network.pixel", {row: Math.floor(i / 28) + 1, column: (i % 28) + 1});
  return say("network.neuron_name", {number: i});
}

function showSum(sum, verdict) {
  const {layer, unit, network} = view, {z, outputs} = verdict.layers[layer];
  const rows = [
    numberRow(say("network.sum"), sum), numberRow(say("network.bias"), network.biases[layer][unit]),
    numberRow(say(isOutput(layer) ? "network.logit" : "network.z"), z[unit]),
  ];
  if (isOutput(layer)) {
    const share = make("td", {class: "number"}, percent(verdict.shares[unit]));
    rows.push(make("tr", {}, make("th", {scope: "row"}, say("network.softmax")), share));
  } else {
    const isSilent = network.silenced[layer].includes(unit);
    rows.push(numberRow(say(isSilent ? "network.kept_silent" : "network.relu"), outputs[unit]));
  }
  byId("net-sum").replaceChildren(...rows);
}

function showSilence() {
  const {layer, unit, network} = view, isSilent = network.silenced[layer].includes(unit);
  change(byId("net-silence"), {hidden: isOutput(layer) ? "" : null, "aria-pressed": String(isSilent)});
  byId("net-unit-name").textContent = isOutput(layer) ? say("network.digit_title", {digit: unit})
    : say("network.neuron_title", {name: layerName(layer), number: unit});
}

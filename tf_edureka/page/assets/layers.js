// The outputs of each layer's neurons, one cell each; a click selects a neuron.

const grids = []; // for each layer {canvas, mark, caption}

const unitsOf = (layer) => view.network.layers[layer + 1];
const isOutput = (layer) => layer === view.network.kernels.length - 1;

function layerName(layer) {
  return isOutput(layer) ? say("network.output_layer") : say("network.hidden_layer", {number: layer + 1});
}

// Called again for each inspected network.
function makeLayers() {
  grids.length = 0;
  const figures = view.network.kernels.map((_, layer) => {
    const count = unitsOf(layer), columns = columnsOf(count);
    const canvas = make("canvas", {role: "img", "aria-label": layerName(layer)});
    const rows = Math.ceil(count / columns), mark = make("span", {class: "net-mark"}), caption = make("figcaption");
    const cells = make("div", {class: "net-cells", style: `aspect-ratio: ${columns} / ${rows}`}, canvas, mark);
    Object.assign(mark.style, {width: `${100 / columns}%`, height: `${100 / rows}%`});
    cells.addEventListener("click", (event) => {
      const [x, y] = placeOn(cells, event), row = Math.floor((y / cells.clientHeight) * rows);
      const unit = row * columns + Math.floor((x / cells.clientWidth) * columns);
      if (unit < count) show({layer, unit});
    });
    grids.push({canvas, mark, caption});
    const digits = Array.from({length: isOutput(layer) ? count : 0}, (_, digit) => make("span", {}, String(digit)));
    return make("figure", {}, cells, make("div", {class: "net-digits", "aria-hidden": "true"}, ...digits), caption);
  });
  byId("net-layers").replaceChildren(...figures);
}

function showLayers(verdict) {
  grids.forEach(({canvas, mark, caption}, layer) => {
    const isLast = isOutput(layer), {outputs} = verdict.layers[layer];
    const numbers = isLast ? verdict.shares : outputs;
    paintAmounts(canvas, numbers, isLast ? 1 : Math.max(...numbers));
    const firing = outputs.filter((output) => output > 0).length;
    caption.textContent = isLast ? say("network.digits_layer", {name: layerName(layer)})
      : say("network.firing", {name: layerName(layer), firing, count: outputs.length});
    mark.hidden = layer !== view.layer;
    const columns = columnsOf(outputs.length), rows = Math.ceil(outputs.length / columns);
    mark.style.left = `${(100 * (view.unit % columns)) / columns}%`;
    mark.style.top = `${(100 * Math.floor(view.unit / columns)) / rows}%`;
  });
}

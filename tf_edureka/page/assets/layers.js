// What the neurons of each layer say: a cell each; a click chooses one.

const grids = []; // of each layer: {canvas, mark, caption}

function layerName(layer) {
  return layer === view.network.kernels.length - 1 ? say("network.output_layer") : say("network.hidden_layer", {number: layer + 1});
}

// Anew for each network that is looked into.
function makeLayers() {
  grids.length = 0;
  const figures = view.network.kernels.map((_, layer) => {
    const count = view.network.layers[layer + 1], columns = columnsOf(count);
    const canvas = make("canvas", {role: "img", "aria-label": layerName(layer)}), mark = make("span", {class: "net-mark"});
    const rows = Math.ceil(count / columns), caption = make("figcaption");
    const cells = make("div", {class: "net-cells", style: `aspect-ratio: ${columns} / ${rows}`}, canvas, mark);
    Object.assign(mark.style, {width: `${100 / columns}%`, height: `${100 / rows}%`});
    cells.addEventListener("click", (event) => {
      const [x, y] = placeOn(cells, event), unit = Math.floor((x / cells.clientWidth) * columns)
        + columns * Math.floor((y / cells.clientHeight) * rows);
      if (unit < count) show({layer, unit});
    });
    grids.push({canvas, mark, caption});
    return make("figure", {}, cells, caption);
  });
  byId("net-layers").replaceChildren(...figures);
}

function showLayers(verdict) {
  grids.forEach(({canvas, mark, caption}, layer) => {
    const isLast = layer === grids.length - 1, {outputs} = verdict.layers[layer];
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

// The curve of the loss, in an <svg> of 320 x 190.

const PLOT = {left: 44, right: 310, top: 12, bottom: 164};

function drawLoss(svg, losses) {
  const most = losses.reduce((high, loss) => (Number.isFinite(loss) ? Math.max(high, loss) : high), 1e-9);
  const last = Math.max(losses.length - 1, 1);
  const x = (epoch) => PLOT.left + ((PLOT.right - PLOT.left) * epoch) / last;
  const y = (loss) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * Math.min(loss, most)) / most;
  const every = Math.max(1, Math.floor(losses.length / 600)), places = [];
  losses.forEach((loss, epoch) => {
    const isDrawn = epoch % every === 0 || epoch === losses.length - 1;
    if (isDrawn && Number.isFinite(loss)) places.push(`${x(epoch).toFixed(1)} ${y(loss).toFixed(1)}`);
  });
  const [height, end] = [y(losses.at(-1)), x(losses.length - 1)];
  const words = ([left, top], text, anchor) =>
    draw("text", {class: "quiet-text", x: left, y: top, "text-anchor": anchor}, text);
  svg.replaceChildren(
    draw("path", {class: "axis", d: `M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}`}),
    draw("path", {class: "loss", d: places.length ? `M${places.join("L")}` : ""}),
    draw("circle", {class: "loss-mark", cx: end, cy: Number.isFinite(height) ? height : PLOT.top, r: 4}),
    words([PLOT.left - 6, PLOT.top + 5], rounded(most, 2), "end"),
    words([PLOT.left - 6, PLOT.bottom + 4], "0", "end"),
    words([PLOT.right, PLOT.bottom + 18], say("neuron.epoch_number", {epoch: losses.length - 1}), "end"),
  );
  const told = {first: rounded(losses[0]), last: rounded(losses.at(-1)), epochs: losses.length - 1};
  svg.setAttribute("aria-label", say("neuron.loss_drawn", told));
}

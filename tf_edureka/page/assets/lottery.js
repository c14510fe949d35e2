// The seed lottery: the results of a thousand seeds, as a map of small squares.

const SEEDS = 1000, COLUMNS = 40, CELL = 10;

class Lottery {
  // `chosen` is called with the seed that is clicked.
  constructor({canvas, legend, told}, chosen) {
    Object.assign(this, {canvas, legend, told, chosen, outcomes: [], losses: [], running: 0});
    Object.assign(canvas, {width: COLUMNS * CELL, height: (SEEDS / COLUMNS) * CELL});
    canvas.addEventListener("pointermove", (event) => this.tell(this.seedAt(event)));
    canvas.addEventListener("pointerleave", () => this.tell(this.seed));
    canvas.addEventListener("click", (event) => this.chosen(this.seedAt(event)));
  }

  seedAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * COLUMNS);
    const row = Math.floor(((event.clientY - box.top) / box.height) * (SEEDS / COLUMNS));
    const within = (number, count) => Math.max(0, Math.min(count - 1, number));
    return within(row, SEEDS / COLUMNS) * COLUMNS + within(column, COLUMNS);
  }

  // Trains all seeds, in slices that keep the page responsive.
  async run(model, points, rate, epochs) {
    const running = ++this.running, rows = rowsOf(points), hasLine = separable(points);
    Object.assign(this, {outcomes: [], losses: [], model});
    while (this.outcomes.length < SEEDS) {
      const until = performance.now() + 12;
      do {
        const {outcome, loss} = resultOf(model, rows, this.outcomes.length, rate, epochs, hasLine);
        this.outcomes.push(outcome);
        this.losses.push(loss);
      } while (this.outcomes.length < SEEDS && performance.now() < until);
      this.show(this.seed);
      await new Promise((done) => setTimeout(done));
      if (running !== this.running) return;
    }
    this.showLegend();
  }

  show(seed) {
    this.seed = seed;
    const context = this.canvas.getContext("2d");
    const colours = Object.fromEntries(OUTCOMES.map((name) => [name, colour(name)]));
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.outcomes.forEach((outcome, i) => {
      context.fillStyle = colours[outcome];
      context.fillRect((i % COLUMNS) * CELL + 1, Math.floor(i / COLUMNS) * CELL + 1, CELL - 2, CELL - 2);
    });
    if (seed < SEEDS) {
      Object.assign(context, {strokeStyle: colour("text"), lineWidth: 3});
      context.strokeRect((seed % COLUMNS) * CELL, Math.floor(seed / COLUMNS) * CELL, CELL, CELL);
    }
    this.tell(seed);
  }

  tell(seed) {
    const known = this.outcomes.length > seed;
    const outcome = known ? this.reason(this.outcomes[seed]) : "";
    this.told.textContent = known ? say("neuron.seed_became", {seed, outcome, loss: rounded(this.losses[seed])}) : "";
  }

  reason(outcome) {
    return say(`neuron.${reasonFor(this.model, outcome)}`);
  }

  // A button for each outcome: how many seeds, and why; a click goes to the next such seed.
  showLegend() {
    const buttons = OUTCOMES.map((outcome) => {
      const count = this.outcomes.filter((one) => one === outcome).length;
      if (!count) return "";
      const swatch = make("span", {class: "swatch", style: `background: var(--${outcome})`});
      const text = say("neuron.outcome_count", {count, share: percent(count / SEEDS), outcome: this.reason(outcome)});
      const choose = () => this.chosen(this.next(outcome));
      return make("button", {type: "button", "data-outcome": outcome, onclick: choose}, swatch, text);
    });
    this.legend.replaceChildren(...buttons);
    const learned = this.outcomes.filter((one) => one === "learned").length;
    this.canvas.setAttribute("aria-label", say("neuron.map_drawn", {learned, seeds: SEEDS}));
  }

  // The next seed with the same outcome; wraps around at the end.
  next(outcome) {
    for (let i = 1; i <= SEEDS; i++) {
      const seed = ((this.seed < SEEDS ? this.seed : -1) + i) % SEEDS;
      if (this.outcomes[seed] === outcome) return seed;
    }
    return this.seed;
  }
}

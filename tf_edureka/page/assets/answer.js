// The answers of the networks: ten bars each, and a sentence.

// A picture with more mean ink, from 0 to 1, is treated as no digit, however sure a network is. MNIST's 60,000 training
// images have at most 0.398, its 10,000 test images at most 0.327; a fully black pad has 0.51.
const MOST_INK = 0.45;

const bars = []; // for each network {title, words, explained, rows}

function makeAnswers() {
  for (const entry of DATA.networks) {
    const rows = Array.from({length: 10}, (_, digit) => {
      const fill = make("span", {class: "net-fill"}), share = make("span", {class: "number"});
      const row = make("li", {}, make("span", {}, String(digit)), make("span", {class: "net-track"}, fill), share);
      return {row, fill, share};
    });
    const title = make("h4"), words = make("p", {class: "net-words"}), explained = make("p", {class: "quiet number"});
    const note = make("p", {class: "quiet"}, isKnown(entry.name) ? say(`network.certain_${entry.name}`) : "");
    const list = make("ul", {class: "net-bars"}, ...rows.map(({row}) => row));
    byId("net-answers").append(make("div", {}, title, words, list, explained, note));
    bars.push({title, words, explained, rows});
  }
  byId("net-how-sure").textContent = say("network.how_sure", {sure: percent(DATA.sure)});
}

// Recipes with a known typical certainty.
const isKnown = (recipe) => ["tuned", "article"].includes(recipe);

// `verdicts`: results of `judged`; null if nothing is drawn.
function showAnswers(verdicts) {
  verdicts.forEach((verdict, i) => {
    const {title, words, explained, rows} = bars[i];
    title.textContent = networkTitle(i);
    rows.forEach(({row, fill, share}, digit) => {
      const part = verdict?.shares[digit] ?? 0;
      fill.style.transform = `scaleX(${part})`;
      share.textContent = verdict ? percent(part) : "";
      row.classList.toggle("net-best", digit === verdict?.answer);
    });
    words.textContent = answerInWords(verdict);
    explained.textContent = verdict ? say("network.why_sure", {
      share: percent(verdict.shares[verdict.answer]), slanted: percent(verdict.slantedShare),
    }) : "";
  });
}

// The title, with the epoch and "broken" if they apply.
function networkTitle(which) {
  return [DATA.networks[which].title, ...(inside?.done(which) ?? [])].join(", ");
}

function answerInWords(verdict) {
  if (!verdict) return say("network.nothing");
  if (meanOf(view.inputs) > MOST_INK) return say("network.too_much_ink");
  return say(verdict.certainty >= DATA.sure ? "network.answer" : "network.not_sure", {digit: verdict.answer});
}

// For screen readers, once the pen rests.
const sayAnswers = later(() => {
  byId("net-said").textContent = bars.map(({words}, i) => `${DATA.networks[i].title}: ${words.textContent}`).join(". ");
}, 600);

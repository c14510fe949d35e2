// What the networks say: ten bars each, and words.

const bars = []; // of each network: {title, words, explained, rows}

function makeAnswers() {
  for (const entry of DATA.networks) {
    const rows = Array.from({length: 10}, (_, digit) => {
      const fill = make("span", {class: "net-fill"}), share = make("span", {class: "number"});
      const row = make("li", {}, make("span", {}, String(digit)), make("span", {class: "net-track"}, fill), share);
      return {row, fill, share};
    });
    const title = make("h4"), words = make("p", {class: "net-words"}), explained = make("p", {class: "quiet"});
    const list = make("ul", {class: "net-bars"}, ...rows.map(({row}) => row));
    byId("net-answers").append(make("div", {}, title, words, list, explained));
    bars.push({title, words, explained, rows});
  }
}

// `verdicts` as `judged` gives them; null if nothing is drawn.
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
      share: percent(verdict.shares[verdict.answer]), slanted: percent(verdict.slantedShare), sure: percent(DATA.sure),
    }) : "";
  });
  showAnswerElsewhere(verdicts[view.which]);
}

// With what has been done to it.
function networkTitle(which) {
  const said = [DATA.networks[which].title];
  if (which === view.which && view.epoch !== null) said.push(say("network.at_epoch", {epoch: view.epoch}));
  if (which === view.which && isBroken()) said.push(say("network.broken"));
  return said.join(", ");
}

// Where the bars are out of sight.
function showAnswerElsewhere(verdict) {
  const told = say(view.image === null ? "network.drawing_now" : "network.image_now", {
    number: DATA.images.numbers[view.image], label: DATA.images.labels[view.image], answer: answerInWords(verdict),
    share: verdict ? say("network.answer_share", {share: percent(verdict.shares[verdict.answer])}) : "",
  });
  for (const place of byId("network").querySelectorAll(".net-now-words")) place.textContent = told;
}

function answerInWords(verdict) {
  if (!verdict) return say("network.nothing");
  return say(verdict.certainty >= DATA.sure ? "network.answer" : "network.not_sure", {digit: verdict.answer});
}

// Said aloud to those who do not see, when the stroke rests.
const sayAnswers = later(() => {
  byId("net-said").textContent = bars.map(({words}, i) => `${DATA.networks[i].title}: ${words.textContent}`).join(". ");
}, 600);

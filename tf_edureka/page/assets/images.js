// Images as buttons, and the row with an example of each digit.

function imageButton(index, text) {
  const canvas = make("canvas", {"aria-hidden": "true"});
  paintInk(canvas, images[index]);
  const take = () => show({image: index});
  return make("button", {class: "net-thumb", "data-image": index, onclick: take}, canvas, make("span", {}, text));
}

function imageButtons() {
  return byId("network").querySelectorAll("[data-image]");
}

function makeExamples() {
  const {labels} = DATA.images;
  byId("net-examples").replaceChildren(...DATA.examples.map((index) => imageButton(index, String(labels[index]))));
  onColourSchemeChange(() => {
    for (const button of imageButtons()) paintInk(button.firstChild, images[button.dataset.image]);
  });
}

function markChosenImage() {
  for (const button of imageButtons()) {
    change(button, {"aria-pressed": String(Number(button.dataset.image) === view.image)});
  }
}

// The reader's own points: a list to edit, and export and import as JSON.

const MOST_POINTS = 60, LARGEST_PLACE = 1000;

// Parses the points of a JSON file: {"points": [{"x1": 0, "x2": 1, "target": 1}, ...]}.
// Throws an Error with a text for the reader.
function readPoints(json) {
  let found;
  try {
    found = JSON.parse(json).points;
  } catch {
    throw new Error(say("neuron.import_no_json"));
  }
  if (!Array.isArray(found) || !found.length || found.length > MOST_POINTS) {
    throw new Error(say("neuron.import_no_points", {most: MOST_POINTS}));
  }
  return found.map((point, i) => {
    const numbers = [point?.x1, point?.x2, point?.target];
    const fit = numbers.every((number) => typeof number === "number" && Math.abs(number) <= LARGEST_PLACE);
    if (!fit || ![0, 1].includes(numbers[2])) {
      throw new Error(say("neuron.import_bad_point", {number: i + 1, got: JSON.stringify(point)}));
    }
    return {x1: numbers[0], x2: numbers[1], target: numbers[2]};
  });
}

function writePoints(points) {
  return `${JSON.stringify({points}, null, 1)}\n`;
}

// Format of points in the address: x1,x2,target;...
function pointsToText(points) {
  return points.map((point) => [point.x1, point.x2, point.target].join(",")).join(";");
}

function pointsFromText(text) {
  const points = text.split(";").map((point) => {
    const [x1, x2, target] = point.split(",").map(Number);
    return {x1, x2, target};
  });
  try {
    return readPoints(JSON.stringify({points}));
  } catch {
    return null;
  }
}

// Fills `list` with a row for each point; `changed` is called with the points after each change.
function editPoints(list, points, changed) {
  const kept = list.children.length === points.length && list.contains(document.activeElement);
  if (!kept) list.replaceChildren(...points.map((_, i) => pointLine(list, i)));
  list.points = points;
  list.changed = changed;
  points.forEach((point, i) => {
    for (const input of list.children[i].querySelectorAll("input")) {
      if (input.type === "checkbox") input.checked = point.target > 0.5;
      else if (input !== document.activeElement) input.value = point[input.dataset.part];
    }
  });
}

function pointLine(list, index) {
  const renewed = (changes) =>
    list.changed(list.points.map((point, i) => (i === index ? {...point, ...changes} : point)));
  const number = (part) => make("input", {
    type: "number", step: 0.1, "data-part": part, "aria-label": say("neuron.own_coordinate", {part, number: index + 1}),
    oninput: ({target: {valueAsNumber: value}}) => {
      const fits = Math.abs(value) <= LARGEST_PLACE;
      if (fits) renewed({[part]: value});
      byId("n-own-told").textContent = fits ? "" : say("neuron.bad_place");
    },
  });
  const target = make("input", {type: "checkbox", onchange: () => renewed({target: target.checked ? 1 : 0})});
  const removed = () => {
    if (list.points.length === 1) return;
    list.changed(list.points.filter((_, i) => i !== index));
    list.children[Math.min(index, list.children.length - 1)].querySelector("button").focus();
  };
  const label = say("neuron.own_remove", {number: index + 1});
  const away = make("button", {type: "button", "aria-label": label, onclick: removed}, "\u00d7");
  const beside = make("label", {class: "beside"}, target, say("neuron.own_one"));
  return make("div", {class: "own-point"}, number("x1"), number("x2"), beside, away);
}

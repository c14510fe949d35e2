// Starts the parts that are on the page.

if (byId("neuron")) neuron.begin();
if (byId("network")) beginNetwork();
if (byId("neuron") && byId("network")) showParts();

// A button for each part of the page; a link would replace the state in the address.
function showParts() {
  const parts = ["neuron", "network"].map(byId);
  byId("parts").hidden = false;
  byId("parts").append(...parts.map((part) => {
    const go = () => {
      part.scrollIntoView();
      part.querySelector("h2").focus({preventScroll: true});
    };
    part.querySelector("h2").tabIndex = -1;
    return make("button", {type: "button", onclick: go}, part.querySelector("h2").textContent);
  }));
  if (Object.keys(address.read()).some((name) => name.startsWith("net"))) parts[1].scrollIntoView();
}

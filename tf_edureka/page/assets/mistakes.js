// The test images that the network reads wrong.

const MORE = 40; // images added at a time

// Called again for each inspected network.
function makeMistakes() {
  const wrong = DATA.mistakes[view.which], total = DATA.mistakes_in_all[view.which], gallery = byId("net-mistakes");
  const more = byId("net-more"), trained = view.trained[view.which];
  gallery.replaceChildren();
  byId("net-mistakes-count").textContent = say(wrong.length < total ? "network.mistakes_some" : "network.mistakes_all",
    {count: total, shown: wrong.length});
  const add = () => {
    const at = gallery.children.length;
    for (const index of wrong.slice(at, at + MORE)) {
      const read = largest(logitsOf(trained, images[index]));
      gallery.append(imageButton(index, say("network.read_as", {label: DATA.images.labels[index], read})));
    }
    more.hidden = gallery.children.length >= wrong.length;
  };
  more.onclick = () => {
    const at = gallery.children.length;
    add();
    if (more.hidden) gallery.children[at].focus(); // since the button is hidden now
  };
  add();
}

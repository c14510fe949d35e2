// The page's state in its address, after the #, so that a link opens it as it is. In a notebook there is no address:
// there the page is in a frame, which keeps its state, since a notebook may take a frame away and put it back.

const frame = document.body.dataset.state === undefined ? null : window.frameElement ?? document.body;

const address = {
  listeners: [],

  // What the address says now, by name.
  read() {
    const text = frame ? frame.dataset.state ?? document.body.dataset.state : location.hash.slice(1);
    return Object.fromEntries(new URLSearchParams(text));
  },

  // Adds to the address; what is null or undefined goes from it.
  write(changes) {
    const all = {...address.read(), ...changes};
    const kept = Object.entries(all).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const readable = (value) => encodeURIComponent(value).replace(/%2C/g, ",").replace(/%3B/g, ";");
    const text = kept.map(([name, value]) => `${name}=${readable(value)}`).join("&");
    if (frame) {
      frame.dataset.state = text;
      return;
    }
    if (`#${text}` === location.hash || (!text && !location.hash)) return;
    try {
      history.replaceState(null, "", `#${text}`);
    } catch {
      address.written = `#${text}`;
      location.replace(address.written); // where a file may not change its history
    }
  },

  // Calls back when somebody else than the page itself has changed the address.
  onChange(listener) {
    address.listeners.push(listener);
  },
};

addEventListener("hashchange", () => {
  const own = location.hash === address.written;
  address.written = null;
  if (!own) for (const listener of address.listeners) listener(address.read());
});

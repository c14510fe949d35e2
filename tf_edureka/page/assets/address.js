// The page keeps its state in its address, after the #, so that a link opens the same state. In a notebook the page is
// in a frame without an address. Then the frame element keeps the state: a notebook may remove a frame and restore it.

const frame = document.body.dataset.state === undefined ? null : window.frameElement ?? document.body;

const address = {
  listeners: [],

  // The current state, by name.
  read() {
    const text = frame ? frame.dataset.state ?? document.body.dataset.state : location.hash.slice(1);
    return Object.fromEntries(new URLSearchParams(text));
  },

  // Changes the state; null and undefined remove a name.
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
      location.replace(address.written); // for browsers that forbid replaceState in local files
    }
  },

  // Calls `listener` when the address changes, except by the page itself.
  onChange(listener) {
    address.listeners.push(listener);
  },
};

addEventListener("hashchange", () => {
  const own = location.hash === address.written;
  address.written = null;
  if (!own) for (const listener of address.listeners) listener(address.read());
});

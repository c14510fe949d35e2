"use strict";
// Helpers for all other scripts: texts, numbers, elements.

const TEXT = JSON.parse(document.getElementById("text").textContent);
const DATA = JSON.parse(document.getElementById("data").textContent);

// The text of a key, such as say("neuron.epoch", {epoch: 3}); fills in the names in braces.
function say(name, values = {}) {
  const [part, key] = name.split(".");
  return TEXT[part][key].replace(/\{(\w+)\}/g, (_, word) => values[word]);
}

const byId = (id) => document.getElementById(id);

// Creates an element with attributes and children; attributes that start with "on" are listeners.
function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same for elements within an <svg>.
function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, attributes, children) {
  change(element, attributes);
  element.append(...children);
  return element;
}

function change(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

// A float32 in the fewest digits that identify it, printed as by NumPy and the article.
function shortest(number) {
  const single = Math.fround(number);
  if (!Number.isFinite(single)) return String(single).replace("Infinity", "inf").replace("NaN", "nan");
  for (let digits = 1; digits < 9; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(text) === single) return asPython(Number(text), single);
  }
  return asPython(Number(single.toPrecision(9)), single);
}

function asPython(number, single) {
  const size = Math.abs(single);
  const [digits, power] = (size && (size < 1e-4 || size >= 1e16) ? number.toExponential() : String(number)).split("e");
  const exponent = power ? `e${power[0]}${power.slice(1).padStart(2, "0")}` : "";
  return (digits.includes(".") || exponent ? digits : `${digits}.0`) + exponent;
}

// A copy of an object with `change` applied to each value.
function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}

// A number for people: three significant digits, and a typographic minus.
function rounded(number, digits = 3) {
  if (!Number.isFinite(number)) return shortest(number);
  const size = Math.abs(number), isPlain = number === 0 || (size >= 1e-4 && size < 1e6);
  const text = isPlain ? String(Number(number.toPrecision(digits))) : number.toExponential(digits - 1);
  return text.replace(/-/g, "\u2212");
}

const percent = (share) => `${(100 * share).toFixed(share > 0.9995 || share < 0.0005 ? 0 : 1)}\u00a0%`;

function bytesOf(base64) {
  const characters = atob(base64), bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

// Converts the bytes of little-endian float16 to a Float32Array.
function halves(bytes) {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const table = HALVES.length ? HALVES : fillHalves();
  const numbers = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) numbers[i] = table[bits[i]];
  return numbers;
}

const HALVES = [];

function fillHalves() {
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1, power = (bits >> 10) & 31, fraction = bits & 1023;
    if (power === 31) HALVES.push(fraction ? NaN : sign * Infinity);
    else HALVES.push(sign * (power ? 2 ** (power - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024)));
  }
  return HALVES;
}

// Debounces `work`: calls it once no call has come for `milliseconds`.
function later(work, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}

// Offers a file for download.
function save(name, content) {
  const link = make("a", {download: name, href: URL.createObjectURL(new Blob([content]))});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// In a notebook, fits the height of the frame to its content.

const SCROLL_BAR = 24; // wider than any scroll bar
const fitted = {width: 0, height: 0};

function fitFrame() {
  const {width, height} = document.documentElement.getBoundingClientRect();
  // A lower frame may remove the scroll bar that made it narrower, and the height would change for ever.
  const isByScrollBar = width !== fitted.width && Math.abs(width - fitted.width) < SCROLL_BAR;
  if (!width || (isByScrollBar && height < fitted.height)) return; // a frame without width is hidden
  Object.assign(fitted, {width, height});
  frame.style.height = `${Math.ceil(height)}px`;
}

// If the notebook gives no access to the frame element, the frame scrolls.
if (frame !== document.body) {
  document.documentElement.style.overflow = "hidden";
  new ResizeObserver(fitFrame).observe(document.documentElement);
}

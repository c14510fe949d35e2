// In a notebook the page is in a frame, which is to be as high as what it holds.

const SCROLL_BAR = 24; // no scroll bar is wider
const fitted = {width: 0, height: 0};

function fitFrame() {
  const {width, height} = document.documentElement.getBoundingClientRect();
  // Becoming lower might take away the scroll bar that has just made it narrower, and so on for ever.
  const isByScrollBar = width !== fitted.width && Math.abs(width - fitted.width) < SCROLL_BAR;
  if (!width || (isByScrollBar && height < fitted.height)) return; // without a width it is not shown
  Object.assign(fitted, {width, height});
  frame.style.height = `${Math.ceil(height)}px`;
}

// Where the notebook lets nobody reach the frame, it scrolls.
if (frame !== document.body) {
  document.documentElement.style.overflow = "hidden";
  new ResizeObserver(fitFrame).observe(document.documentElement);
}

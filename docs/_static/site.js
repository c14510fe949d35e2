// What Sphinx lacks for the keyboard and for screen readers.
for (const caption of document.querySelectorAll("p.caption[role=heading]")) {
  caption.setAttribute("aria-level", "2");
}
for (const line of document.querySelectorAll(".sig dl, .sig dd")) {
  line.setAttribute("role", "presentation"); // a parameter in a line of its own, not a definition
}
for (const box of document.querySelectorAll("pre, .table-wrapper")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // so that the arrow keys scroll it
}

// Makes the frame with the page as high as its content. A browser forbids that for files on the disk:
// there the frame keeps its height, and scrolls.
for (const frame of document.querySelectorAll("iframe.page")) {
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument;
    if (!inside) return;
    const fit = () => (frame.style.height = `${inside.body.getBoundingClientRect().height + 24}px`);
    new ResizeObserver(fit).observe(inside.body);
    fit();
  });
}

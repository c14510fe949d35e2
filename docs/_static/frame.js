// Makes the frame with the page as high as its content. A browser forbids that for files on the disk:
// there the frame keeps its height, and scrolls.
for (const frame of document.querySelectorAll("iframe.page")) {
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument;
    if (!inside) return;
    const fit = () => (frame.style.height = `${inside.body.getBoundingClientRect().bottom + 24}px`);
    new ResizeObserver(fit).observe(inside.body);
    fit();
  });
}

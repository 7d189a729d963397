// What turning the wheel will move, and whether it has. Needs probe.js.

function elementAt(x, y) {
  let element = document.elementFromPoint(x, y);
  while (element?.shadowRoot) {
    const inner = element.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === element) break;
    element = inner;
  }
  return element;
}

const room = (element) => [
  element.scrollLeft,
  element.scrollTop,
  element.scrollWidth - element.clientWidth - element.scrollLeft,
  element.scrollHeight - element.clientHeight - element.scrollTop,
];

// What the wheel at a point would move: the nearest box with room in that direction.
function scrollable(x, y, deltaX, deltaY) {
  const root = document.scrollingElement;
  for (let box = elementAt(x, y); box; box = parentOf(box)) {
    const style = getComputedStyle(box);
    const rolls = (overflow) => box === root || overflow === "auto" || overflow === "scroll";
    const [left, top, right, bottom] = room(box);
    const across = rolls(style.overflowX) && ((deltaX > 0 && right > 0) || (deltaX < 0 && left > 0));
    const along = rolls(style.overflowY) && ((deltaY > 0 && bottom > 0) || (deltaY < 0 && top > 0));
    if (across || along) return box;
  }
  return null;
}

// Notes what is about to scroll, because the page learns of it only with a later frame.
function expectScroll(x, y, deltaX, deltaY) {
  const box = scrollable(x, y, deltaX, deltaY);
  window.webpilot_scroll = box && { box, left: box.scrollLeft, top: box.scrollTop };
  const prevented = (event) => { if (event.defaultPrevented) window.webpilot_scroll = null; };
  window.addEventListener("wheel", prevented, { once: true, passive: true });
}

function hasScrolled() {
  const expected = window.webpilot_scroll;
  if (!expected) return true;
  const { box, left, top } = expected;
  if (box.isConnected && box.scrollLeft === left && box.scrollTop === top) return false;
  window.webpilot_scroll = null;
  return true;
}

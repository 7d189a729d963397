// What can be seen of a page beyond its accessibility tree, and the state its forms are in.

const SHAPES = new Set("circle ellipse rect line polygon polyline path text tspan".split(" "));
const ATTRIBUTES = ("type placeholder for name title alt href min max step readonly disabled "
  + "contenteditable draggable role aria-label").split(" ");
const MAX_TEXT = 200;

const folded = (text) => text.replace(/\s+/g, " ").trim().slice(0, MAX_TEXT);
const rounded = (number) => Math.round(number * 100) / 100;

function hex(color) {
  const parts = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(color);
  if (!parts || parts[4] === "0") return null;
  return "#" + parts.slice(1, 4).map((part) => (+part).toString(16).padStart(2, "0")).join("");
}

function ownText(element) {
  let text = "";
  for (const child of element.childNodes) if (child.nodeType === 3) text += child.nodeValue;
  return folded(text);
}

function attributesOf(element) {
  const found = [];
  for (const { name, value } of element.attributes) {
    const told = ATTRIBUTES.includes(name) || (name.startsWith("data-") && value.length <= 40);
    if (told) found.push([name, value.slice(0, MAX_TEXT)]);
  }
  return found;
}

// Corners of a line or polygon in CSS pixels of the viewport.
function cornersOf(element, tag) {
  const matrix = element.getScreenCTM ? element.getScreenCTM() : null;
  if (!matrix) return [];
  let corners = [];
  if (tag === "line") {
    const at = (name) => element[name].baseVal.value;
    corners = [[at("x1"), at("y1")], [at("x2"), at("y2")]];
  } else if (tag === "polygon" || tag === "polyline") {
    corners = Array.from(element.points, (point) => [point.x, point.y]);
  }
  return corners.map(([x, y]) => [
    rounded(matrix.a * x + matrix.c * y + matrix.e),
    rounded(matrix.b * x + matrix.d * y + matrix.f),
  ]);
}

function quadrilateral(corners) {
  const sides = corners.map(([x, y], i) => {
    const [u, v] = corners[(i + 1) % 4];
    return [u - x, v - y];
  });
  const lengths = sides.map(([x, y]) => Math.hypot(x, y));
  const upright = sides.every(([x, y], i) => {
    const [u, v] = sides[(i + 1) % 4];
    return Math.abs(x * u + y * v) <= 0.02 * lengths[i] * lengths[(i + 1) % 4] + 0.01;
  });
  if (!upright) return "polygon-4";
  const even = Math.max(...lengths) - Math.min(...lengths) <= 0.02 * Math.max(...lengths) + 0.01;
  return even ? "square" : "rectangle";
}

function shapeOf(tag, box, corners) {
  const even = Math.abs(box[2] - box[3]) <= 0.02 * Math.max(box[2], box[3]) + 0.01;
  if (tag === "ellipse") return even ? "circle" : "ellipse";
  if (tag === "rect") return even ? "square" : "rectangle";
  if (tag === "tspan") return "text";
  if (tag !== "polygon" && tag !== "polyline") return tag;
  if (corners.length === 3) return "triangle";
  return corners.length === 4 ? quadrilateral(corners) : `polygon-${corners.length}`;
}

// The selected part of an element's own text, or of a focused field's value.
function selectionOf(element, tag) {
  if (tag === "input" || tag === "textarea") {
    if (element.getRootNode().activeElement !== element) return "";
    try {
      return element.value.slice(element.selectionStart ?? 0, element.selectionEnd ?? 0);
    } catch { return ""; }
  }
  const selection = window.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return "";
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(element)) return "";
  let text = "";
  for (const node of element.childNodes) {
    if (node.nodeType !== 3 || !range.intersectsNode(node)) continue;
    const start = node === range.startContainer ? range.startOffset : 0;
    const end = node === range.endContainer ? range.endOffset : node.nodeValue.length;
    text += node.nodeValue.slice(start, end);
  }
  return text.replace(/\s+/g, " ");
}

function scrollOf(element, style) {
  const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";
  const tall = element.scrollHeight > element.clientHeight && scrolls(style.overflowY);
  const wide = element.scrollWidth > element.clientWidth && scrolls(style.overflowX);
  if (!tall && !wide) return null;
  return [element.scrollTop, element.scrollHeight, element.clientHeight, element.scrollLeft];
}

// A line is seen by its stroke, a shape by its fill, and an outline by its stroke again.
function drawnColor(tag, style) {
  const [fill, stroke] = [hex(style.fill), hex(style.stroke)];
  return tag === "line" ? stroke ?? fill : fill ?? stroke;
}

function cueOf(element, tag, style, box) {
  const svg = SHAPES.has(tag) && element.namespaceURI === "http://www.w3.org/2000/svg";
  const corners = svg ? cornersOf(element, tag) : [];
  const clickable = looksClickable(element, style);
  return {
    bid: element.getAttribute("bid") ?? "",
    parent: markedAncestor(element),
    tag,
    text: ownText(element),
    clickable,
    inner: clickable ? spoken(element) : "",
    class: element.getAttribute("class") ?? "",
    // Not `element.id`: a form with a field of that name gives the field.
    id: element.getAttribute("id") || "",
    attributes: attributesOf(element),
    color: svg ? drawnColor(tag, style) : hex(style.color),
    background: hex(svg ? style.fill : style.backgroundColor),
    shape: svg ? shapeOf(tag, box, corners) : null,
    sides: svg && tag.startsWith("poly") ? corners.length : null,
    size: svg && (tag === "text" || tag === "tspan")
      ? parseFloat(style.fontSize) : Math.max(box[2], box[3]),
    cursor: style.cursor,
    selection: selectionOf(element, tag),
    scroll: svg ? null : scrollOf(element, style),
    box,
    points: corners,
  };
}

const spoken = (element) => folded(element.innerText || element.textContent || "")
  || element.getAttribute("aria-label") || element.getAttribute("title") || "";

// Looks clickable though neither it nor what it lies in is a control: the outermost element with
// the hand cursor, and innermost ones that say something else, as an icon in a row does.
function looksClickable(element, style) {
  if (style.cursor !== "pointer") return false;
  let outer = element.parentElement;
  if (!outer) return true;
  if (outer.closest("a[href], button, label, select, summary, [role=button], [role=link]")) {
    return false;
  }
  if (element.childElementCount > 0) return getComputedStyle(outer).cursor !== "pointer";
  for (; outer && getComputedStyle(outer).cursor === "pointer"; outer = outer.parentElement) {
    if (spoken(outer) === spoken(element)) return false;
  }
  return true;
}

function markedAncestor(element) {
  let holder = element;
  do holder = holder.parentElement ?? holder.getRootNode().host ?? null;
  while (holder && !holder.hasAttribute("bid"));
  return holder ? holder.getAttribute("bid") : null;
}

// Servers put a secret into a form against forgery, another one with each load.
function isDrawnAnew(element) {
  return element.type === "hidden" && /csrf|xsrf|token|nonce/i.test(element.name);
}

// Values and choices of every field, by position: what a reload would lose.
function formState(elements) {
  const state = [];
  elements.forEach((element, position) => {
    const tag = element.tagName.toLowerCase();
    if (tag === "select") {
      state.push([position, Array.from(element.options, (option) => option.selected)]);
    } else if ((tag === "input" || tag === "textarea") && !isDrawnAnew(element)) {
      state.push([position, element.type, element.value, element.checked === true]);
    }
  });
  return state;
}

function caretState(elements, focused) {
  const carets = [];
  const selection = window.getSelection();
  if (selection && selection.rangeCount && !selection.isCollapsed) {
    const place = (node, offset) => {
      const holder = node.nodeType === 1 ? node : node.parentElement;
      const index = node.nodeType === 1 ? -1 : Array.prototype.indexOf.call(holder.childNodes, node);
      return [elements.indexOf(holder), index, offset];
    };
    carets.push(place(selection.anchorNode, selection.anchorOffset));
    carets.push(place(selection.focusNode, selection.focusOffset));
  }
  try {
    if (focused && typeof focused.selectionStart === "number") {
      carets.push([focused.selectionStart, focused.selectionEnd]);
    }
  } catch { /* some input types refuse to tell */ }
  return carets;
}

function deepFocus() {
  let focused = document.activeElement;
  while (focused && focused.shadowRoot) focused = focused.shadowRoot.activeElement;
  return focused;
}

// The page is drawn as of an older time than its clock's, and it matters: something is animated or
// awaits a frame. Frames come in real time, whatever the clock.
function isStale() {
  const awaited = (window.webpilot_frames ?? 0) > 0
    || document.getAnimations().some((animation) => animation.playState === "running");
  return awaited && performance.now() - document.timeline.currentTime > 34;
}

// Chromium takes the focus from what is hidden in a task after the next layout, which a clock that
// stands still holds back until after the next action.
function dropHiddenFocus() {
  const focused = deepFocus();
  if (focused && focused !== document.body && !focused.checkVisibility()) focused.blur();
}

function markPage(prefix, anyway) {
  if (!anyway && isStale()) return false;
  dropHiddenFocus();
  mark(prefix);
  return true;
}

// Tells what is in a marked document and ends the marking. The focus is read here because an
// observer of the page may have moved it when the marking changed attributes.
function look() {
  const elements = everyElement();
  const boxes = {};
  const cues = [];
  const scrolled = [];
  elements.forEach((element, position) => {
    const tag = element.tagName.toLowerCase();
    const bid = element.getAttribute("bid");
    if (element.scrollTop || element.scrollLeft) {
      scrolled.push([position, rounded(element.scrollTop), rounded(element.scrollLeft)]);
    }
    if (bid === null && !SHAPES.has(tag)) return;
    const { x, y, width, height } = element.getBoundingClientRect();
    if (width <= 0 && height <= 0) return;
    const box = [x, y, width, height].map(rounded);
    if (bid !== null) boxes[bid] = box;
    const style = getComputedStyle(element);
    if (style.visibility === "visible") cues.push(cueOf(element, tag, style, box));
  });
  const focused = deepFocus();
  unmark(elements);
  return {
    url: document.URL,
    title: document.title,
    viewport: [window.innerWidth, window.innerHeight],
    frames: elements.some((element) => /^i?frame$/i.test(element.tagName)),
    focused: focused ? focused.getAttribute("bid") ?? "" : "",
    boxes,
    cues,
    state: {
      forms: formState(elements),
      carets: caretState(elements, focused),
      focus: focused ? elements.indexOf(focused) : -1,
      scrolled,
    },
  };
}

// Whether an element can be acted on, by Playwright's rules, and where. Synchronous.

const NATIVE = new Set(["BUTTON", "INPUT", "SELECT", "TEXTAREA", "OPTION", "OPTGROUP"]);
const SCROLLS = [
  null,
  { block: "end", inline: "end" },
  { block: "center", inline: "center" },
  { block: "start", inline: "start" },
];

function findBid(bid, root = document) {
  const found = root.querySelector(`[bid="${CSS.escape(bid)}"]`);
  if (found) return found;
  for (const element of root.querySelectorAll("*")) {
    const inner = element.shadowRoot ? findBid(bid, element.shadowRoot) : null;
    if (inner) return inner;
  }
  return null;
}

function parentOf(element) {
  return element.parentElement ?? element.parentNode?.host ?? null;
}

function isDrawn(node) {
  const range = document.createRange();
  range.selectNode(node);
  const { width, height } = range.getBoundingClientRect();
  return width > 0 && height > 0;
}

function isVisible(element) {
  const style = getComputedStyle(element);
  if (style.display === "contents") {
    return Array.from(element.childNodes).some((child) => (
      child.nodeType === 1 ? isVisible(child) : child.nodeType === 3 && isDrawn(child)));
  }
  if (!element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: false })) return false;
  if (style.visibility !== "visible") return false;
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0;
}

function isDisabled(element) {
  if (NATIVE.has(element.tagName)) {
    if (element.hasAttribute("disabled") || element.closest("fieldset[disabled]")) return true;
  }
  for (let holder = element; holder; holder = parentOf(holder)) {
    if (!holder.hasAttribute("role") && !NATIVE.has(holder.tagName)) continue;
    const told = (holder.getAttribute("aria-disabled") ?? "").toLowerCase();
    if (told === "true" || told === "false") return told === "true";
  }
  return false;
}

// The control that a label or a part of a button stands for.
function retarget(element, follow) {
  let target = element;
  if (!target.matches("input, textarea, select") && !target.isContentEditable) {
    const wider = follow === "button-link"
      ? "button, [role=button], a, [role=link]"
      : "button, [role=button], [role=checkbox], [role=radio]";
    target = target.closest(wider) ?? target;
  }
  if (follow !== "label") return target;
  const control = "input, textarea, button, select, [role=button], [role=checkbox], [role=radio]";
  if (!target.matches(control) && !target.isContentEditable) target = target.closest("label") ?? target;
  return target.nodeName === "LABEL" ? target.control ?? target : target;
}

function missingState(element, states) {
  for (const state of states) {
    const control = retarget(element, "label");
    const fixed = ["INPUT", "TEXTAREA", "SELECT"].includes(control.nodeName)
      && control.hasAttribute("readonly");
    if (state === "visible" && !isVisible(element)) return state;
    if (state === "enabled" && isDisabled(control)) return state;
    if (state === "editable" && (isDisabled(control) || fixed)) return state;
  }
  return null;
}

function animationsOf(element) {
  return document.getAnimations().filter((animation) => (
    animation.playState === "running" && animation.effect?.target?.contains(element)));
}

// Something moves the element while the clock runs: a CSS animation, or one of jQuery's.
function isMoved(element) {
  const timers = window.jQuery?.timers ?? [];
  return animationsOf(element).length > 0
    || Array.from(timers).some((timer) => timer.elem?.contains && timer.elem.contains(element));
}

// An animation of the element has not begun, or its last frame is older than the page's clock.
function isUndrawn(element) {
  const late = performance.now() - document.timeline.currentTime > 34;
  return animationsOf(element).some((animation) => animation.pending || late);
}

function preview(element) {
  const attributes = Array.from(element.attributes)
    .filter(({ name }) => name !== "style" && !name.startsWith("browsergym"))
    .map(({ name, value }) => (value ? ` ${name}="${value}"` : ` ${name}`))
    .sort((a, b) => a.length - b.length);
  const short = (text) => (text.length > 50 ? text.slice(0, 49) + "…" : text);
  const tag = element.nodeName.toLowerCase();
  const plain = Array.from(element.childNodes).every((child) => child.nodeType === 3);
  const text = plain ? element.textContent : "…";
  return `<${tag}${short(attributes.join(""))}>${short(text)}</${tag}>`.replace(/\s+/g, " ");
}

// Null where the point hits the element, else what it hits instead.
function blocker(x, y, target) {
  const roots = [];
  for (let root = target.getRootNode(); root; root = root.host?.getRootNode()) {
    roots.push(root);
    if (root.nodeType === 9) break;
  }
  let hit = null;
  for (let index = roots.length - 1; index >= 0; index--) {
    const elements = roots[index].elementsFromPoint(x, y);
    const single = roots[index].elementFromPoint(x, y);
    if (single && elements[0] && parentOf(single) === elements[0]
      && getComputedStyle(single).display === "contents") elements.unshift(single);
    if (elements[0]?.shadowRoot === roots[index] && elements[1] === single) elements.shift();
    if (!elements[0]) break;
    hit = elements[0];
    if (index && hit !== roots[index - 1].host) break;
  }
  const parents = [];
  while (hit && hit !== target) {
    parents.push(hit);
    hit = parentOf(hit);
  }
  if (hit === target) return null;
  const described = preview(parents[0] ?? document.documentElement);
  for (let holder = target; holder; holder = parentOf(holder)) {
    const index = parents.indexOf(holder);
    if (index === -1) continue;
    return index > 1 ? `${described} from ${preview(parents[index - 1])} subtree` : described;
  }
  return described;
}

// The middle of the element's first box that lies in the viewport.
function pointOf(element) {
  const boxes = Array.from(element.getClientRects());
  if (!boxes.length) return "element is not visible";
  for (const box of boxes) {
    const clip = (low, high, most) => [Math.max(low, 0), Math.min(high, most)];
    const [left, right] = clip(box.left, box.right, window.innerWidth);
    const [top, bottom] = clip(box.top, box.bottom, window.innerHeight);
    if (right > left && bottom > top && (right - left) * (bottom - top) > 0.99) {
      return [aimed((left + right) / 2), aimed((top + bottom) / 2)];
    }
  }
  return "element is outside of the viewport";
}

// Playwright's rounding: halves lean down, two decimals kept.
function aimed(middle) {
  const rest = middle - Math.floor(middle);
  return Math.trunc((rest > 0.49 && rest < 0.51 ? middle - 0.02 : middle) * 100) / 100;
}

// One attempt to aim at an element: a point, or why there is none.
function aim(bid, states, attempt, earlier) {
  const element = findBid(bid);
  if (!element) return { gone: true };
  const { x, y, width, height } = element.getBoundingClientRect();
  const rect = [x, y, width, height];
  if (earlier && (isUndrawn(element) || earlier.some((side, index) => side !== rect[index]))) {
    return { problem: "element is not stable", shifted: rect };
  }
  if (!earlier && isMoved(element)) return { moving: rect };
  const missing = missingState(element, states);
  if (missing) return { problem: `element is not ${missing}` };
  const scroll = SCROLLS[attempt % SCROLLS.length];
  if (scroll) element.scrollIntoView(scroll);
  else element.scrollIntoViewIfNeeded();
  const point = pointOf(element);
  if (typeof point === "string") return { problem: point };
  const blocked = blocker(...point, retarget(element, "button-link"));
  if (blocked) return { problem: `${blocked} intercepts pointer events` };
  return { point, inputs: recallInputs() };
}

function passes(bid, x, y) {
  const element = findBid(bid);
  return element ? blocker(x, y, element) : "the frame is gone";
}

const recallInputs = () => window.webpilot_pointer ?? null;

function rememberInputs(inputs) {
  window.webpilot_pointer = inputs;
}

// What waits for a frame before time may pass: an animation starts with its first frame, a callback
// runs in it. Null where nothing waits, else how many callbacks have run.
function awaitedFrame() {
  const waiting = (window.webpilot_frames ?? 0) > 0
    || document.getAnimations().some((animation) => animation.pending);
  return waiting ? window.webpilot_served ?? 0 : null;
}

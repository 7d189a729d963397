// What BrowserGym's observation holds beyond the accessibility tree: how much of each element can
// be seen, and which ones its set of marks shows. Needs marking.js, and frames that are drawn.

const MARKABLE = new Set(
  ["input", "textarea", "select", "button", "a", "iframe", "video", "li", "td", "option"],
);
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const VISIBLE = "browsergym_visibility_ratio";
const SHOWN = "browsergym_set_of_marks";
const SMALLEST = 20; // square pixels

const isMarked = (element) => element.hasAttribute("bid");
const isFrame = (element) => /^i?frame$/i.test(element.tagName);

// Marks the document and tells whether there are frames in it, to be marked next.
function markTags(prefix, all) {
  if (all) MARKED_TAGS.has = () => true;
  mark(prefix);
  return everyElement().some(isFrame);
}

async function markFully(prefix, all) {
  const frames = markTags(prefix, all);
  await measure();
  return frames;
}

// The same while the page's clock stands still; null while its last frame is older than its clock.
function markStill(prefix, all, anyway) {
  if (!anyway && isStale()) return null;
  dropHiddenFocus();
  return markTags(prefix, all);
}

// Resolves once every marked element was measured, or after a second.
function measure() {
  const elements = everyElement().filter(isMarked);
  const rest = new Set(elements);
  chooseMarks(elements);
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, intersectionRatio } of entries) {
        target.setAttribute(VISIBLE, Math.round(intersectionRatio * 100) / 100);
        rest.delete(target);
      }
      if (rest.size === 0) finish();
    }, { threshold: SHARES });
    const finish = () => {
      clearTimeout(alarm);
      observer.disconnect();
      resolve();
    };
    const setAlarm = window.webpilot_timers?.native.setTimeout ?? window.setTimeout.bind(window);
    const alarm = setAlarm(finish, 1000);
    for (const element of elements) {
      element.setAttribute(VISIBLE, 0);
      observer.observe(element);
    }
    if (elements.length === 0) finish();
  });
}

// The set of marks of He et al. (2024), with BrowserGym's exceptions, in document order.
function chooseMarks(elements) {
  const buttons = [];
  for (const element of elements) {
    element.setAttribute(SHOWN, "0");
    if (!isShown(element) || buttons.some((button) => button.contains(element))) continue;
    element.setAttribute(SHOWN, "1");
    if (element.matches('button, a, input[type="button"], div[role="button"]')) {
      buttons.push(element);
    }
    for (let outer = element.parentElement; outer; outer = outer.parentElement) {
      if (outer.getAttribute(SHOWN) === "1") outer.setAttribute(SHOWN, "0");
    }
  }
}

function isShown(element) {
  const rect = element.getBoundingClientRect();
  const hit = deepest((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2);
  if (!hit || !element.contains(hit)) return false;
  const acts = MARKABLE.has(element.tagName.toLowerCase()) || element.onclick != null
    || getComputedStyle(element).cursor === "pointer";
  if (!acts || (rect.right - rect.left) * (rect.bottom - rect.top) < SMALLEST) return false;
  const outer = element.parentElement;
  return !(outer && outer.tagName.toLowerCase() === "span" && outer.children.length === 1
    && outer.getAttribute("role") && outer.getAttribute(SHOWN) === "1");
}

function deepest(x, y) {
  let scope = document;
  let last = null;
  let hit = null;
  do {
    last = hit;
    hit = scope.elementFromPoint(x, y);
    scope = hit?.shadowRoot;
  } while (scope && hit !== last);
  return hit;
}

const unmarkAll = () => unmark(everyElement());

// Ends the marking and tells the rest. The focus is read here: an observer of the page may have
// moved it when the marking changed attributes.
function tell() {
  const elements = everyElement();
  let focused = document.activeElement;
  while (focused && focused.shadowRoot) focused = focused.shadowRoot.activeElement;
  unmark(elements);
  return {
    url: document.URL,
    title: document.title,
    focused: focused ? focused.getAttribute("bid") ?? "" : "",
  };
}

// The same in one flight with the marking; what has frames is not finished yet.
const tellUnframed = () => (everyElement().some(isFrame) ? null : tell());

const address = () => [document.URL, document.title];

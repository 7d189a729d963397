// Gives every standard HTML element its BrowserGym id, in BrowserGym's order, and takes the traces
// out of the accessible descriptions again. Synchronous: works while the page's clock stands still.

const MARKED_TAGS = new Set((
  "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blockquote "
  + "body br button canvas caption center cite code col colgroup data datalist dd del details dfn "
  + "dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 "
  + "h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link "
  + "main map mark menu meta meter nav noframes noscript object ol optgroup option output p param "
  + "picture pre progress q rp rt ruby s samp script search section select small source span "
  + "strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time "
  + "title tr track tt u ul var video wbr"
).split(" "));
const DESCRIPTIONS = ["aria-roledescription", "aria-description"];

// Every element in document order, the content of an open shadow root right after its host.
function everyElement(root = document) {
  const found = [];
  const visit = (scope) => {
    for (const element of scope.querySelectorAll("*")) {
      found.push(element);
      if (element.shadowRoot) visit(element.shadowRoot);
    }
  };
  visit(root);
  return found;
}

// a, b, ..., z, aA, aB, ...: all letters but the first are upper case.
function frameLetters(index) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz";
  let letters = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    const letter = alphabet[(rest - 1) % 26];
    letters = (rest > 26 ? letter.toUpperCase() : letter) + letters;
  }
  return letters;
}

// The counters carry BrowserGym's names, so that its own functions can take over a page of ours.
function startCounters() {
  if ("browsergym_elem_counter" in window) return;
  window.browsergym_elem_counter = 0;
  let frames = 0;
  window.browsergym_frame_id_generator = { next: () => frameLetters(frames++) };
}

function mark(prefix) {
  startCounters();
  const taken = new Set();
  for (const element of everyElement()) {
    const tag = element.tagName ? element.tagName.toLowerCase() : "";
    if (!MARKED_TAGS.has(tag)) continue;
    if (typeof element.value !== "undefined") element.setAttribute("value", element.value);
    if (typeof element.checked !== "undefined") {
      if (element.checked === true) element.setAttribute("checked", "");
      else element.removeAttribute("checked");
    }
    let bid = element.getAttribute("bid");
    if (bid === null || taken.has(bid)) {
      const framed = tag === "iframe" || tag === "frame";
      bid = prefix + (framed
        ? window.browsergym_frame_id_generator.next()
        : window.browsergym_elem_counter++);
      element.setAttribute("bid", bid);
    }
    taken.add(bid);
    for (const name of DESCRIPTIONS) {
      element.setAttribute(name, `browsergym_id_${bid} ${element.getAttribute(name) ?? ""}`);
    }
  }
}

function unmark(elements) {
  for (const element of elements) {
    for (const name of DESCRIPTIONS) {
      const content = element.getAttribute(name);
      if (content === null) continue;
      const original = content.replace(/^browsergym_id[^\s]*\s/, "");
      if (original) element.setAttribute(name, original);
      else element.removeAttribute(name);
    }
  }
}

// Rewrites ids so that later observations carry those of another page in the same state. An
// element that held an id now given away gets a new one at the next marking.
function restamp(bids) {
  startCounters();
  const given = new Set(Object.values(bids));
  let highest = -1;
  for (const element of everyElement()) {
    const old = element.getAttribute("bid");
    if (old === null) continue;
    if (Object.hasOwn(bids, old)) element.setAttribute("bid", bids[old]);
    else if (given.has(old)) element.removeAttribute("bid");
  }
  for (const element of everyElement()) {
    const digits = /\d+$/.exec(element.getAttribute("bid") ?? "");
    if (digits) highest = Math.max(highest, Number(digits[0]));
  }
  window.browsergym_elem_counter = Math.max(window.browsergym_elem_counter, highest + 1);
}

// Closes the menus of these <select> elements without an event: a menu goes with its box.
function closeMenus(bids) {
  for (const element of everyElement()) {
    if (element.nodeName !== "SELECT" || !bids.includes(element.getAttribute("bid"))) continue;
    const style = element.getAttribute("style");
    element.style.display = "none";
    element.getBoundingClientRect();
    if (style === null) element.removeAttribute("style");
    else element.setAttribute("style", style);
    element.getBoundingClientRect();
  }
}

function forgetMarks() {
  for (const element of everyElement()) {
    for (const name of ["bid", "browsergym_visibility_ratio", "browsergym_set_of_marks"]) {
      element.removeAttribute(name);
    }
  }
  delete window.browsergym_elem_counter;
  delete window.browsergym_frame_id_generator;
  delete window.webpilot_pointer;
  delete window.webpilot_scroll;
}

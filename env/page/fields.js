// Fields: what is typed, chosen or focused in them, by Playwright's rules. Needs probe.js.

const TYPED = new Set(["", "email", "number", "password", "search", "tel", "text", "url"]);
const ASSIGNED = new Set(["color", "date", "time", "datetime-local", "month", "range", "week"]);

function selectAll(element) {
  if (element.nodeName === "INPUT") {
    element.select();
  } else if (element.nodeName === "TEXTAREA") {
    element.selectionStart = 0;
    element.selectionEnd = element.value.length;
  } else {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    if (selection) {
      selection.removeAllRanges();
      selection.addRange(range);
    }
  }
  element.focus();
}

// Makes a field ready for text to be inserted, or assigns the value where nobody types.
function prepareFill(bid, value) {
  const element = findBid(bid);
  if (!element) return { gone: true };
  const missing = missingState(element, ["visible", "enabled", "editable"]);
  if (missing) return { problem: `element is not ${missing}` };
  const control = retarget(element, "label");
  if (control.nodeName === "INPUT") {
    const type = control.type.toLowerCase();
    if (!TYPED.has(type) && !ASSIGNED.has(type)) {
      return { error: `Input of type "${type}" cannot be filled` };
    }
    if (type === "number" && Number.isNaN(Number(value.trim()))) {
      return { error: "Cannot type text into input[type=number]" };
    }
    if (ASSIGNED.has(type)) return assign(control, value.trim());
  } else if (control.nodeName !== "TEXTAREA" && !control.isContentEditable) {
    return { error: "Element is not an <input>, <textarea> or [contenteditable] element" };
  }
  selectAll(control);
  return { insert: true };
}

// By the prototype's setter: frameworks shadow a property on the element to watch it.
function setNatively(kind, element, property, value) {
  Object.getOwnPropertyDescriptor(kind.prototype, property).set.call(element, value);
}

function announce(control) {
  control.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function assign(input, value) {
  input.focus();
  setNatively(HTMLInputElement, input, "value", value);
  if (input.value !== value) return { error: "Malformed value" };
  announce(input);
  return { insert: false };
}

// Selects options by value or label, as far as there are all; of a menu only the first one.
function selectOptions(bid, wanted) {
  const element = findBid(bid);
  if (!element) return { gone: true };
  const missing = missingState(element, ["visible", "enabled"]);
  if (missing) return { problem: `element is not ${missing}` };
  const select = retarget(element, "label");
  if (select.nodeName !== "SELECT") return { error: "Element is not a <select> element" };
  const fits = (option) => (text) => text === option.value || text === option.label;
  const chosen = [];
  let rest = wanted;
  for (const option of select.options) {
    if (!rest.some(fits(option))) continue;
    chosen.push(option);
    rest = select.multiple ? rest.filter((text) => !fits(option)(text)) : [];
  }
  if (rest.length) return { problem: "did not find some options" };
  setNatively(HTMLSelectElement, select, "value", undefined);
  for (const option of chosen) setNatively(HTMLOptionElement, option, "selected", true);
  announce(select);
  return {};
}

// Focuses an element; before text or keys follow, the cursor goes to the start of a fresh field.
function focusOn(bid, typing) {
  const element = findBid(bid);
  if (!element) return { gone: true };
  const active = element.getRootNode().activeElement;
  const was = active === element && document.hasFocus();
  if (element.isContentEditable && !was && active?.blur) active.blur();
  element.focus();
  element.focus();
  if (typing && !was && element.nodeName === "INPUT") {
    try { element.setSelectionRange(0, 0); } catch { /* some input types refuse */ }
  }
  return {};
}

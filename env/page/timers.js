// Keeps, in window.webpilot_timers, what a document has asked to be called for later, until it is
// called. Runs before the page's own scripts, or as soon as anybody asks. That a timer was called
// cannot be told from the clock: one that is due earlier may be called after one due later.
(() => {
  if (window.webpilot_timers) return;
  const native = {
    setTimeout: window.setTimeout.bind(window),
    setInterval: window.setInterval.bind(window),
    clear: window.clearTimeout.bind(window),
    apply: Reflect.apply,
  };
  // Absolute milliseconds, the same in every frame.
  const now = () => performance.timeOrigin + performance.now();
  const once = new Map();
  const again = new Map();
  const delay = (given) => Math.max(0, Number(given) || 0);
  window.setTimeout = function setTimeout(handler, timeout, ...rest) {
    const noted = typeof handler !== "function" ? handler : function (...given) {
      once.delete(ticket);
      return native.apply(handler, this, given);
    };
    const ticket = native.setTimeout(noted, timeout, ...rest);
    once.set(ticket, now() + delay(timeout));
    return ticket;
  };
  window.setInterval = function setInterval(handler, timeout, ...rest) {
    const ticket = native.setInterval(handler, timeout, ...rest);
    again.set(ticket, delay(timeout));
    return ticket;
  };
  const forget = (ticket) => {
    once.delete(Number(ticket));
    again.delete(Number(ticket));
    native.clear(ticket);
  };
  // Either one clears both kinds, as in the standard.
  window.clearTimeout = function clearTimeout(ticket) { forget(ticket); };
  window.clearInterval = function clearInterval(ticket) { forget(ticket); };
  const early = !document.body;
  const told = { once, again, now, native, early, asked: false };
  Object.defineProperty(window, "webpilot_timers", { value: told });
})();

// Counts the callbacks that wait for the next frame, in window.webpilot_frames, and those that had
// theirs, in window.webpilot_served.
(() => {
  const request = window.requestAnimationFrame.bind(window);
  const cancel = window.cancelAnimationFrame.bind(window);
  const waiting = new Set();
  const count = () => { window.webpilot_frames = waiting.size; };
  window.requestAnimationFrame = function requestAnimationFrame(callback) {
    const ticket = request((time) => {
      waiting.delete(ticket);
      count();
      window.webpilot_served = (window.webpilot_served ?? 0) + 1;
      callback(time);
    });
    waiting.add(ticket);
    count();
    return ticket;
  };
  window.cancelAnimationFrame = function cancelAnimationFrame(ticket) {
    waiting.delete(ticket);
    count();
    cancel(ticket);
  };
})();

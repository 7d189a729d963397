// Tells when a page has come to rest after an action: nothing it has scheduled is due soon, or
// nothing has changed for a while although something is scheduled again and again.

const TICK = 8;
const LATE = 100; // milliseconds after which a timer that was not seen to be called never will be

// The document's window and those of the frames inside it that may be looked into.
function* views(view = window) {
  yield view;
  for (let index = 0; index < view.length; index++) {
    let reachable = null;
    try { reachable = view[index].document && view[index]; } catch { /* another origin */ }
    if (reachable) yield* views(reachable);
  }
}

// "once" while something will happen before `until`, "again" while only things happen that may go
// on for ever, "unknown" where nobody has counted, "" at rest. What was due long before `passed`
// is a string of code that was run unseen, or stands in a document that has been put away.
function scheduled(passed, until) {
  let found = "";
  for (const view of views()) {
    const timers = view.webpilot_timers;
    if (!timers) {
      found = "unknown";
      continue;
    }
    const now = timers.now();
    for (const [ticket, due] of timers.once) {
      if (due + LATE < passed) timers.once.delete(ticket);
      else if (due <= until) return "once";
    }
    if (ends(view, until - now)) return "once";
    const repeated = Array.from(timers.again.values()).some((period) => now + period <= until);
    if (found === "" && (repeated || (view.webpilot_frames ?? 0) > 0)) found = "again";
  }
  return found;
}

// An animation runs that will be over within this many milliseconds.
function ends(view, milliseconds) {
  return view.document.getAnimations().some((animation) => {
    if (animation.playState !== "running") return false;
    const endTime = animation.effect?.getComputedTiming().endTime ?? Infinity;
    return (endTime - (animation.currentTime ?? 0)) / animation.playbackRate <= milliseconds;
  });
}

// Resolves to how the page came to rest. `still` is the silence asked of a page that never rests,
// `most` the longest wait, both in milliseconds.
async function rest(still, most) {
  const timers = window.webpilot_timers;
  const fresh = !timers.asked;
  timers.asked = true;
  const { now, native } = timers;
  const pause = (milliseconds) => new Promise((done) => native.setTimeout(done, milliseconds));
  const until = now() + most;
  if (document.readyState === "loading") await Promise.race([parsed(), pause(most)]);
  let changed = now();
  const observer = new MutationObserver(() => { changed = now(); });
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  for (const view of views()) observer.observe(view.document, everything);
  // What was just done shows with the next frame; a page in the background may not draw any.
  await Promise.race([frame(), pause(50)]);
  let passed = now();
  await pause(0);
  let how = "";
  for (;;) {
    how = scheduled(passed, until);
    // Timers set before anybody counted are not known: once, silence is asked for in their place.
    if (how === "" && fresh && !timers.early) how = "unknown";
    const silent = now() - changed >= still;
    if (how === "" || now() >= until || (how !== "once" && silent)) break;
    passed = now() + TICK;
    await pause(TICK);
  }
  observer.disconnect();
  return how;
}

const parsed = () => new Promise((done) => {
  document.addEventListener("DOMContentLoaded", done, { once: true });
});

const frame = () => new Promise((done) => { window.requestAnimationFrame(done); });

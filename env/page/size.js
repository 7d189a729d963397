// The viewport's size, now or with the frame after the next.

const size = () => [window.innerWidth, window.innerHeight];

const sizeOfNextFrame = () => new Promise((done) => {
  window.requestAnimationFrame(() => window.requestAnimationFrame(() => done(size())));
});

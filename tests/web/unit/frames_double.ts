// A browser's frames and clock, as a test says. To be imported before what uses them.
type Frame = (at: number) => void;

let waiting: Frame[] = [];

/** Milliseconds; each look at the clock takes `look_ms`. */
export const time = { now: 0, look_ms: 0 };

/** Runs the frame that was asked for, `ms` after the one before. False if there is none. */
export function frameAfter(ms: number): boolean {
  time.now += ms;
  const due = waiting;
  waiting = [];
  for (const frame of due) frame(time.now);
  return due.length > 0;
}

Object.assign(globalThis, {
  window: globalThis,
  requestAnimationFrame: (frame: Frame) => waiting.push(frame),
  cancelAnimationFrame: () => (waiting = []),
  setInterval: () => 0, // sparklines are not looked at
});
Object.defineProperty(globalThis.performance, 'now', { value: () => (time.now += time.look_ms) });

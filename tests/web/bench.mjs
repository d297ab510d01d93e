// How smoothly the board shows 250 rows while 4,000 updates a second come in. A figure, not a test:
//
//   tests/web/run.sh tests/web build/release/tests/web bench.mjs build/release/tickboard
//
// The processor is shared with the daemon, the exchanges and Chromium, which draws without a GPU.
import { startBrowser, untilState } from './browser.mjs';
import { startWorld } from './world.mjs';

const [program] = process.argv.slice(2);
const seconds = 10;
const world = await startWorld(program, { markets: 500, rate: 2000 }); // of each of two exchanges
const browser = await startBrowser((text) => console.error(text));

/** Runs in the page: intervals between frames. */
const measureFrames = (ms) => new Promise((done) => {
  const frames = [];
  let tasks = 0;
  new PerformanceObserver((list) => (tasks += list.getEntries().length)).observe({ type: 'longtask' });
  let last = performance.now();
  const began = last;
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    if (now - began < ms) {
      requestAnimationFrame(frame);
    } else {
      frames.sort((a, b) => a - b);
      const at = (share) => frames[Math.floor(frames.length * share)].toFixed(1);
      done({ fps: (frames.length / ((now - began) / 1000)).toFixed(1), p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: frames.at(-1).toFixed(1), tasks });
    }
  };
  requestAnimationFrame(frame);
});

/** Runs in the page: changes a second. Not while frames are measured, since being told of thousands costs time. */
const countChanges = (ms) => new Promise((done) => {
  let changes = 0;
  const observer = new MutationObserver((all) => (changes += all.length));
  observer.observe(document.body, { characterData: true, attributes: true, childList: true, subtree: true });
  setTimeout(() => {
    observer.disconnect();
    done(Math.round(changes / (ms / 1000)));
  }, ms);
});

try {
  console.log(`| view of 250 rows | rows | frames/s | p50 ms | p95 ms | p99 ms | longest ms | DOM changes/s | tasks over 50 ms |\n|---|${'---:|'.repeat(8)}`);
  const views = [
    ['by market', '/?sort=id&per_page=250'],
    ['by volume', '/?per_page=250'],
    ['by age: all move', '/?sort=-received_ms&per_page=250'],
    ['one market', '/?view=market&id=kraken:BTC-USD&interval=5s'],
    ['a page at rest', '/docs'], // what this browser can do here
  ];
  for (const [name, search] of views) {
    const page = await browser.open(world.base, search);
    if (search !== '/docs') {
      await untilState(page, '^live$');
      await page.locator('tbody tr:nth-child(250), .canvas canvas').first().waitFor();
    }
    const { fps, p50, p95, p99, longest, tasks } = await page.evaluate(`(${measureFrames})(${seconds * 1000})`);
    const changes = await page.evaluate(`(${countChanges})(3000)`);
    const rows = await page.locator('tbody tr').count();
    console.log(`| ${name} | ${rows} | ${fps} | ${p50} | ${p95} | ${p99} | ${longest} | ${changes} | ${tasks} |`);
    await page.close();
  }
} finally {
  await browser.end();
  await world.end();
}

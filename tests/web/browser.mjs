// Chromium, and the board in it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, errors } from 'playwright-core';
import { until } from './world.mjs';

const executablePath = '/usr/bin/chromium';

/** `note` hears of every request that leaves the board's own origin, and of errors of its script. */
export async function startBrowser(note) {
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: apt-get install chromium (cmake/packages.txt)`);
  const profile = mkdtempSync(join(tmpdir(), 'tickboard-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
    viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(30_000);

  async function open(base, search = '/') {
    const page = await context.newPage();
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(base).origin) note(`the board asks ${request.url()}`);
    });
    page.on('pageerror', (problem) => note(`the board's script fails: ${problem.stack}`));
    page.on('console', (message) => {
      // What the API refuses is told so, too; the checks see to that.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) note(`the browser says: ${message.text()}`);
    });
    await page.goto(base + search);
    return page;
  }

  async function end() {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
  return { open, end };
}

/** What checks say about a page. */
export const state = (page) => page.locator('.health').getAttribute('data-state');
export const untilState = (page, pattern) => page.waitForFunction((text) => new RegExp(text).test(document.querySelector('.health')?.dataset.state), pattern);
export const untilRows = (page) => page.locator('tbody tr').first().waitFor();
export const ids = (page) => page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.id));
export const search = (page) => new URL(page.url()).search;

/** Waits until there are rows, and the id of each passes. */
export const untilEveryRow = (page, test) => until(`every row is as ${test} says`, async () => {
  const shown = await ids(page);
  return shown.length > 0 && shown.every(test);
});

/**
 * Keeps a picture of what the page shows. Under load Chromium was seen, once in hundreds of runs, to never
 * answer for a page that it had just resized, and that itself went on: so the page draws at its size first,
 * and a page of which no picture comes is resized and asked again, twice.
 */
export async function picture(page, path) {
  const size = page.viewportSize();
  for (let more = 2; ; more--) {
    await page.waitForFunction(() => (globalThis.framesDrawn = (globalThis.framesDrawn ?? 0) + 1) % 3 === 0); // once a frame
    try {
      await page.screenshot({ path, timeout: 20_000 });
      return;
    } catch (problem) {
      if (!(problem instanceof errors.TimeoutError) || more === 0) throw problem;
      console.log(`no picture came for ${path}; Chromium is asked again`);
      await page.bringToFront();
      await page.setViewportSize({ ...size, height: size.height + 1 });
      await page.setViewportSize(size);
    }
  }
}

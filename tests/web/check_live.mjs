// What changes while somebody looks.
import assert from 'node:assert/strict';
import { ids, state, untilEveryRow, untilRows, untilState } from './browser.mjs';
import { until } from './world.mjs';

async function cellsChangeInPlace({ open, double }) {
  const page = await open(double.base, '/?sort=id&per_page=250');
  await untilState(page, '^live$');
  await untilRows(page);
  // Every row, cell and text stays the node that it was; only the texts of figures change.
  await page.evaluate(() => {
    window.nodes = [...document.querySelectorAll('tbody tr, tbody td, tbody th')];
    window.texts = new Map([...document.querySelectorAll('td.price')].map((cell) => [cell, cell.textContent]));
    window.seen = new Set();
    new MutationObserver((all) => all.forEach((one) => one.target.classList?.forEach((name) => window.seen.add(name))))
      .observe(document.querySelector('tbody'), { attributes: true, subtree: true });
  });
  await page.waitForFunction(() => [...window.texts].filter(([cell, text]) => cell.textContent !== text).length > 40);
  assert.ok(await page.evaluate(() => window.nodes.every((node) => node.isConnected)), 'rows are made anew');
  await page.waitForFunction(() => ['up', 'down', 'flash-up', 'flash-down'].every((name) => window.seen.has(name)));
  // Sparklines are of the rows in sight, and of others once they are.
  await page.waitForFunction(() => document.querySelectorAll('.spark path[d^="M"]').length > 20);
  const last = page.locator('tbody tr').last();
  assert.equal(await last.locator('.spark path[d^="M"]').count(), 0);
  await last.scrollIntoViewIfNeeded();
  await last.locator('.spark path[d^="M"]').waitFor({ state: 'attached' });
}

async function figuresAreThoseOfTheApi({ open, double, world }) {
  const page = await open(double.base, '/?sort=id');
  await untilRows(page);
  const shown = () => page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [row.dataset.id, row.querySelector('td.price').textContent.replaceAll(',', '')]));
  // Each within the time that it takes both to speak of the same moment.
  const equal = new Set();
  await until('every price was once that of the API', async () => {
    const { body } = await world.get('/v1/markets?sort=id&fields=id,last');
    const told = new Map(body.data.map((row) => [row.id, Number(row.last)]));
    for (const [id, text] of await shown()) if (Number(text) === told.get(id)) equal.add(id);
    return equal.size === body.data.length;
  });
}

async function withoutStreamsItAsks({ open, double }) {
  double.withoutStreams = true;
  try {
    const page = await open(double.base);
    await untilState(page, '^polling$');
    await untilRows(page);
    const price = page.locator('td.price').first();
    const before = await price.textContent();
    await page.waitForFunction((text) => document.querySelector('td.price').textContent !== text, before);
  } finally {
    double.withoutStreams = false;
  }
}

async function pauseHoldsStill({ open, double, world }) {
  await until('streams of other pages have ended', () => double.streams() === 0);
  const page = await open(double.base);
  await untilState(page, '^live$');
  await untilRows(page);
  await page.getByRole('button', { name: 'Pause' }).press('Space');
  await untilState(page, '^paused$');
  await until('the stream has ended', () => double.streams() === 0);
  const text = () => page.locator('tbody').innerText().then((all) => all.replace(/\d+ s$/gm, '')); // without ages
  // What was under way is shown, line by line; of those out of sight within a second.
  let [before, since] = ['', Date.now()];
  await until('what was under way is shown', async () => {
    const now = await text();
    if (now !== before) [before, since] = [now, Date.now()];
    return Date.now() - since > 1200;
  });
  const asked = double.asked.length;
  const prices = async () => JSON.stringify((await world.get('/v1/markets')).body.data.map((row) => row.last));
  const then = await prices();
  await until('prices have moved', async () => (await prices()) !== then);
  assert.equal(await text(), before);
  await page.getByRole('button', { name: 'Pause' }).press('Space');
  await untilState(page, '^live$');
  await until('a stream is asked for', () => double.asked.slice(asked).some((one) => one.startsWith('/v1/stream')));
}

async function pausedItShowsWhatIsAskedFor({ open, double, world }) {
  await until('streams of other pages have ended', () => double.streams() === 0);
  const page = await open(double.base);
  await untilState(page, '^live$');
  await untilRows(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await until('the stream has ended', () => double.streams() === 0);
  const asked = double.asked.length;
  const shows = async (target) => {
    const { body } = await world.get(target);
    const expected = body.data.map((row) => row.id ?? row.symbol).join();
    await until(`${target} is shown`, async () => (await ids(page)).join() === expected);
  };
  await page.getByRole('button', { name: 'Market', exact: true }).click();
  await shows('/v1/markets?sort=id');
  await page.getByRole('link', { name: 'Next page' }).click();
  await shows('/v1/markets?sort=id&page=2');
  await page.getByRole('searchbox').fill('kraken:ETH-USD');
  await untilEveryRow(page, (id) => id.startsWith('kraken:ETH-USD'));
  await page.locator('tbody a').first().click();
  await page.locator('.headline .last').waitFor();
  for (const view of ['Movers', 'Feeds']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.locator('tbody tr, .nothing').first().waitFor(); // movers may be none yet
  }
  await page.getByRole('link', { name: 'Assets', exact: true }).click();
  await page.getByRole('button', { name: 'Asset', exact: true }).click();
  await shows('/v1/assets?sort=symbol');
  assert.equal(await state(page), 'paused');
  const age = page.locator('tbody tr td:last-child').first();
  for (const _ of [1, 2]) {
    const before = await age.textContent();
    await until('a second has gone by', async () => (await age.textContent()) !== before);
  }
  const since = double.asked.slice(asked).filter((one) => one.startsWith('/v1/'));
  assert.deepEqual(since.filter((one) => one.startsWith('/v1/stream')), []);
  const lists = since.filter((one) => /^\/v1\/(markets|assets)\?/.test(one));
  assert.equal(new Set(lists).size, lists.length, `each is asked for once: ${lists}`);
}

async function hiddenItRests({ open, double }) {
  await until('streams of other pages have ended', () => double.streams() === 0);
  const page = await open(double.base);
  await untilState(page, '^live$');
  const become = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await become(true);
  await until('the stream has ended', () => double.streams() === 0);
  await become(false);
  await until('there is a stream again', () => double.streams() === 1);
}

async function ageIsTold({ open, double }) {
  const page = await open(double.base);
  await untilState(page, '^live$');
  await page.locator('tbody tr td:last-child', { hasText: /^\d+ s$/ }).first().waitFor();
  assert.equal(await state(page), 'live');
  assert.equal(await page.locator('.health .age').textContent(), '');
}

export const checks = [cellsChangeInPlace, figuresAreThoseOfTheApi, withoutStreamsItAsks, pauseHoldsStill, pausedItShowsWhatIsAskedFor, hiddenItRests, ageIsTold];

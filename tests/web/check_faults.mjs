// Exchanges and daemons that go and come back, and one that asks for a key.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { picture, untilRows, untilState } from './browser.mjs';
import { until } from './world.mjs';

async function lastGoodRowsSaySo({ open, world, double, artefacts }) {
  const pages = [];
  for (const where of ['/', '/?view=assets', '/?view=movers&window=24h', '/?view=market&id=kraken:BTC-USD']) {
    pages.push(await open(double.base, where));
    await untilState(pages.at(-1), '^(polling|live)$');
  }
  world.freeze('redis');
  try {
    for (const page of pages) await page.getByText('Redis does not answer: this was so at ').waitFor();
    await picture(pages[2], `${artefacts}/movers-last-good.png`);
  } finally {
    world.thaw('redis');
  }
  for (const page of pages) await page.locator('.notice').waitFor({ state: 'detached' });
}

async function staleRowsShowIt({ open, world, double, artefacts }) {
  const rows = await open(double.base, '/?exchange=kraken');
  const feeds = await open(double.base, '/?view=feeds');
  await untilRows(rows);
  await feeds.getByText(/^All \d+ connections are live\.$/).waitFor();
  await world.stop('kraken');
  await rows.locator('tr.stale').first().waitFor();
  assert.ok(await rows.locator('tr.stale .badge').first().isVisible(), 'it is told in words');
  await picture(rows, `${artefacts}/stale.png`);
  const row = feeds.locator('tr', { hasText: 'kraken/1' });
  await feeds.getByText(/^1 of \d+ connections are not live\.$/).waitFor();
  assert.match(await row.innerText(), /connecting|waiting|alarm/);
  await picture(feeds, `${artefacts}/feed-down.png`);
  await world.startFeed('kraken');
  await feeds.getByText(/^All \d+ connections are live\.$/).waitFor();
  assert.equal(await row.locator('.told').count(), 1, 'that it was restarted is told');
  await until('no row is stale', async () => (await rows.locator('tr.stale').count()) === 0);
}

async function itComesBackWithTheDaemon({ open, world, double, artefacts }) {
  const streamed = await open(double.base);
  const direct = await open(world.base, '/?sort=id');
  await untilState(streamed, '^live$');
  await untilState(direct, '^(polling|live)$');
  await untilRows(direct);
  await world.stop('daemon');
  for (const page of [streamed, direct]) {
    await untilState(page, '^reconnecting$');
    await page.getByText('What is shown is of').waitFor();
    assert.ok((await page.locator('tbody tr').count()) > 0, 'what was known stays');
  }
  await direct.locator('.health .age', { hasText: /^data \d+ s old$/ }).waitFor();
  await picture(direct, `${artefacts}/daemon-down.png`);
  await world.startDaemon();
  await untilState(streamed, '^live$');
  await untilState(direct, '^(polling|live)$');
  for (const page of [streamed, direct]) {
    assert.equal(await page.locator('.notice').count(), 0);
    const before = await page.locator('tbody').innerText();
    await until('figures change again', async () => (await page.locator('tbody').innerText()) !== before);
  }
}

async function whatThereIsNotIsAskedForOnce({ open, double }) {
  const asked = double.asked.length;
  const page = await open(double.base, '/?sort=nonsense&page=3');
  const notice = page.locator('.notice');
  await notice.getByText(/sort/).waitFor();
  assert.equal(await page.locator('.health').getAttribute('data-state'), 'refused');
  const totals = () => double.asked.slice(asked).filter((one) => one === '/v1/global').length;
  await until('time goes by', () => totals() >= 2);
  const [streams, pages] = ['stream', 'markets'].map((name) => double.asked.slice(asked).filter((one) => one.startsWith(`/v1/${name}?`)).length);
  assert.deepEqual([streams, pages], [1, 1]);
  assert.equal(await page.locator('tbody tr').count(), 0);
  await notice.getByRole('link', { name: 'First page' }).click();
  await until('the first page is refused, too', () => double.asked.some((one) => one.includes('sort=nonsense&page=1&')));
  await notice.getByText(/sort/).waitFor();
  await notice.getByRole('link', { name: 'Without filters and order' }).click();
  await untilRows(page);
  await untilState(page, '^live$');
  assert.equal(await notice.count(), 0);

  await page.goto(`${double.base}/?sort=id&page=9999`);
  await page.getByText('There is no page 9,999, the last is page ').waitFor();
  await page.getByRole('link', { name: 'Last page' }).click();
  await untilRows(page);
}

/** It asks again when the daemon says, not before. */
async function whoIsToWaitWaits({ open, double }) {
  const refused = [];
  const [status, wait_s] = [429, 3];
  double.refuses = (url) => {
    if (!/^\/v1\/(stream|markets)$/.test(url.pathname)) return null;
    refused.push({ path: url.pathname, at: Date.now() });
    return [status, { 'Retry-After': `${wait_s}` }];
  };
  try {
    const page = await open(double.base);
    await untilState(page, '^reconnecting$');
    const first = refused.find(({ path }) => path === '/v1/markets').at;
    await until('it has asked again', () => refused.some(({ at }) => at > first + wait_s * 500));
    assert.deepEqual(refused.filter(({ at }) => at > first && at < first + wait_s * 1000 - 100), [], 'it asks before it may');
    double.refuses = null;
    await untilState(page, '^live$');
    await untilRows(page);
  } finally {
    double.refuses = null;
  }
}

async function rowsOfAnotherPageAreToldSo({ open, double }) {
  const page = await open(double.base, '/?sort=id');
  await untilState(page, '^live$');
  await untilRows(page);
  const busy = page.locator('.scroll[aria-busy=true]');
  await busy.waitFor({ state: 'detached' });
  double.refuses = (url) => (/^\/v1\/(stream|markets)$/.test(url.pathname) ? [503, { 'Retry-After': '1' }] : null);
  try {
    await page.getByRole('link', { name: 'Next page' }).click();
    await busy.waitFor();
    await page.getByText('What is shown is what was asked for before, of ').waitFor();
  } finally {
    double.refuses = null;
  }
  await page.getByText('Page 2 of ').waitFor();
  await busy.waitFor({ state: 'detached' });
}

async function keysAreAskedFor({ open, world }) {
  const page = await open(world.base);
  await untilRows(page);
  await world.stop('daemon');
  const sha256 = createHash('sha256').update('let me in').digest('hex');
  await world.startDaemon(`[clients]\nkey_required = true\n[[key]]\nname = "board"\nsha256 = "${sha256}"\n`);
  await page.reload();
  const give = async (key) => {
    await page.getByLabel(/asks for an API key/).fill(key);
    await page.getByRole('button', { name: 'Use it in this tab' }).click();
  };
  await give('let us in');
  await page.getByText('The key that was given is not known here.').waitFor();
  assert.equal(await page.locator('.notice').count(), 1, 'that is said once');
  await give('let mé in'); // no header can carry it
  await page.getByText('a character like number 6 of this one').waitFor();
  await page.evaluate(() => sessionStorage.setItem('tickboard-key', 'ключ')); // nor this
  await page.reload();
  await give('let me in');
  await untilState(page, '^live$');
  await untilRows(page);
  assert.equal(await page.getByLabel(/asks for an API key/).count(), 0);
}

export const checks = [whatThereIsNotIsAskedForOnce, whoIsToWaitWaits, rowsOfAnotherPageAreToldSo, lastGoodRowsSaySo, staleRowsShowIt, itComesBackWithTheDaemon, keysAreAskedFor];

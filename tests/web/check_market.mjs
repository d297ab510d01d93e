// The page of one market, and its candles.
import assert from 'node:assert/strict';
import { search, untilRows, untilState } from './browser.mjs';
import { until } from './world.mjs';

/** Colours of a chart's pixels beside that of its ground: something is drawn. */
const colours = (page) => page.locator('.canvas canvas').first().evaluate((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const out = new Set();
  for (let i = 0; i < data.length; i += 4) out.add(data.slice(i, i + 3).join());
  return out.size;
});

async function candlesGrow({ open, double }) {
  const page = await open(double.base);
  await untilRows(page);
  const id = await page.locator('tbody tr').first().getAttribute('data-id');
  await page.locator('tbody a').first().click();
  assert.equal(search(page), `?view=market&id=${id}`);
  await untilState(page, '^live$');
  await page.locator('.segments span', { hasText: /^5s$/ }).click();
  await until('the URL has the interval', () => search(page).endsWith('&interval=5s'));
  await page.getByText('There is no history of this interval').waitFor();
  const latest = page.locator('.latest');
  const before = await latest.textContent();
  await until('the candle changes', async () => (await latest.textContent()) !== before);
  await until('candles are drawn', async () => (await colours(page)) > 3);
  const price = await page.locator('.headline .last').textContent();
  await until('the price changes', async () => (await page.locator('.headline .last').textContent()) !== price);
  await page.getByRole('link', { name: /^All \w+ markets$/ }).click();
  await untilRows(page);
}

async function historyIsShown({ open, double }) {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  double.candles = Array.from({ length: 120 }, (_, i) => (
    { start_ms: minute - (120 - i) * 60_000, open: `${90_000 + i}`, high: `${90_100 + i}`, low: `${89_900 + i}`, close: `${90_050 + i}` }));
  try {
    const page = await open(double.base, '/?view=market&id=kraken:BTC-USD');
    await until('the candles are asked for', () => double.asked.some((one) => one.endsWith('/candles?interval=1m')));
    await until('candles are drawn', async () => (await colours(page)) > 3);
    assert.equal(await page.getByText('There is no history').count(), 0);
  } finally {
    double.candles = null;
  }
}

/** After a time in which nothing was followed the chart has what was missed. */
async function whatWasMissedIsAskedFor({ open, double, world }) {
  const told = await world.get('/v1/markets/kraken:BTC-USD/candles?interval=1d');
  const today = { ...told.body.data.at(-1) };
  const days = (high) => [-2, -1, 0].map((day) => ({ ...today, start_ms: today.start_ms + day * 86_400_000, high: day === 0 ? high : today.high }));
  double.candles = days(today.high);
  try {
    const page = await open(double.base, '/?view=market&id=kraken:BTC-USD&interval=1d');
    await untilState(page, '^live$');
    const latest = page.locator('.latest');
    await until('the candle is told', async () => (await latest.textContent()).includes('high'));
    const hide = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    const pause = () => page.getByRole('button', { name: 'Pause' }).click();
    const breakDown = () => {
      double.refuses = () => [503, {}];
      double.endStreams();
      return untilState(page, '^reconnecting$');
    };
    const mend = () => (double.refuses = null);
    for (const [high, leave, comeBack] of [['1000000', pause, pause], ['2000000', () => hide(true), () => hide(false)], ['3000000', breakDown, mend]]) {
      await leave();
      double.candles = days(high);
      await comeBack();
      await until(`the chart has the high of ${high}`, async () => (await latest.textContent()).replaceAll(',', '').includes(`high ${high}`));
    }
    await untilState(page, '^live$');
  } finally {
    double.candles = null;
    double.refuses = null;
  }
}

/** Of what is told below a chart: when the candle begins, in UTC, and its prices as the table has them. */
function openOf(text) {
  const found = /^Candle of \d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)? UTC: open (\S+), high (\S+), low (\S+), close (\S+)$/.exec(text);
  if (!found) return null;
  const prices = found.slice(3);
  for (const one of prices) assert.match(one, /^\d{1,3}(,\d{3})*(\.\d+)?$/);
  assert.equal(new Set(prices.map((one) => one.split('.')[1]?.length)).size, 1, text);
  return Number(prices[0].replaceAll(',', ''));
}

/** Of the daemon itself: a page that is opened later shows what was before. */
async function theDaemonHasHistory({ open, world }) {
  const told = await world.get('/v1/markets/kraken:BTC-USD/candles?interval=1h');
  assert.equal(told.status, 200);
  assert.ok(told.body.data.length >= 1);
  for (const interval of ['1m', '1h', '1d']) {
    const page = await open(world.base, `/?view=market&id=kraken:BTC-USD&interval=${interval}`);
    await until('candles are drawn', async () => (await colours(page)) > 3);
    assert.equal(await page.getByText('There is no history').count(), 0);
    const { body } = await world.get(`/v1/markets/kraken:BTC-USD/candles?interval=${interval}`);
    const open_price = Number(body.data.at(-1).open);
    if (interval !== '1m') // a minute may have begun meanwhile
      await until('the candle goes on from what was before', async () => openOf(await page.locator('.latest').textContent()) === open_price);
  }
}

async function unknownMarketsAreSaidToBe({ open, double }) {
  const page = await open(double.base, '/?view=market&id=kraken:NO-SUCH');
  await page.getByText('kraken:NO-SUCH is not followed.').waitFor();
  await page.goto(`${double.base}/?view=market&id=no%20sense`);
  await page.locator('.notice').getByRole('link', { name: 'All markets' }).click();
  await untilRows(page);
}

export const checks = [candlesGrow, historyIsShown, whatWasMissedIsAskedFor, theDaemonHasHistory, unknownMarketsAreSaidToBe];

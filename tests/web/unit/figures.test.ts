// Texts of figures, candles, sparklines, and what a search means.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchHit } from '../../../web/src/api';
import { candlesOf, intervalMs, isKept, joined, takePrice, type Candle } from '../../../web/src/candles';
import { intervals } from '../../../web/src/place';
import type { MarketRow } from '../../../web/src/api';
import { alike, candleTime, change, digits, duration, plain, price, signOf } from '../../../web/src/format';
import { priceOf, pricesLike } from '../../../web/src/prices';
import { meantBy } from '../../../web/src/search';
import { PricePaths, spark } from '../../../web/src/sparkline';

test('digits stay those of the exchange', () => {
  assert.equal(digits('1234567.00010'), '1,234,567.00010');
  assert.equal(digits('-1234'), '-1,234');
  assert.equal(digits('0.00000012'), '0.00000012');
  assert.equal(digits(null), '–');
  assert.deepEqual(alike(['91672.09000000', '91672.5', null, '3']), ['91,672.09', '91,672.50', '–', '3.00']);
  assert.deepEqual(alike(['5.000', '7']), ['5', '7']);
});

test('prices of a market and of its candles have equally many places', () => {
  assert.deepEqual([91672.09, 1e-8, 123_456_789.125, 5].map(plain), ['91672.09', '0.00000001', '123456789.125', '5']);
  const row = { last: '91672.50', bid: '91672.09', ask: null, open_24h: '90000', high_24h: '92000.0', low_24h: '1' } as MarketRow;
  assert.deepEqual([priceOf('last')(row), priceOf('ask')(row), priceOf('open_24h')(row)], ['91,672.50', '–', '90,000.00']);
  assert.deepEqual(pricesLike(row, [91672.5, 90000]), ['91,672.50', '90,000.00']);
  assert.deepEqual(pricesLike(row, [91672.125]), ['91,672.125']);
});

test('candles begin at a time of UTC', () => {
  const at = Date.UTC(2026, 10, 30, 9, 5, 10);
  assert.deepEqual([5000, 60_000, 86_400_000].map((interval_ms) => candleTime(at, interval_ms)), ['2026-11-30 09:05:10 UTC', '2026-11-30 09:05 UTC', '2026-11-30 UTC']);
});

test('changes have signs, and colour only where they are not zero', () => {
  assert.deepEqual([1.234, -1.234, 0.001, null].map(change), ['+1.23%', '−1.23%', '0.00%', '–']);
  assert.deepEqual([1, -1, 0.001, null].map(signOf), ['up', 'down', '', '']);
});

test('prices show as many places as it takes', () => {
  assert.deepEqual([93000, 1.5, 0.0000048128, null].map(price), ['$93,000.00', '$1.5000', '$0.0000048128', '–']);
});

test('durations are in their largest unit', () => {
  assert.deepEqual([-5, 1999, 119_999, 120_000, 7_200_000, 172_800_000, null].map(duration), ['0 s', '1 s', '119 s', '2 min', '2 h', '2 d', '–']);
});

test('candles are those that all prices at once make', () => {
  const interval_ms = intervalMs('5s');
  const prices = Array.from({ length: 500 }, (_, i) => ({ ts_ms: 1_000_000 + i * 700, price: 100 + ((i * 37) % 23) }));
  const candles: Candle[] = [];
  for (const { ts_ms, price: at } of prices) takePrice(candles, interval_ms, ts_ms, at);
  const expected = new Map<number, number[]>();
  for (const { ts_ms, price: at } of prices) {
    const start = Math.floor(ts_ms / interval_ms) * interval_ms;
    expected.set(start, [...(expected.get(start) ?? []), at]);
  }
  assert.deepEqual(candles, [...expected].map(([start_ms, all]) => (
    { start_ms, open: all[0], high: Math.max(...all), low: Math.min(...all), close: all.at(-1) })));
  assert.equal(takePrice(candles, interval_ms, 0, 1), null, 'a price of before');
});

test('intervals are those of the daemon, and shorter ones of the page alone', () => {
  assert.deepEqual(intervals.map(intervalMs), [5000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000]);
  assert.deepEqual(intervals.filter((one) => !isKept(one)), ['5s']);
});

test('history goes on in what came live', () => {
  const one = (start_ms: number, open: number, high: number, low: number, close: number) => ({ start_ms, open, high, low, close });
  const history = candlesOf({ data: [one(60_000, 2, 4, 1, 3), { start_ms: 0, open: '1', high: '2', low: '1', close: '2' }] });
  assert.deepEqual(joined(history, [one(60_000, 3, 5, 2, 4), one(120_000, 4, 4, 4, 4)]), [one(0, 1, 2, 1, 2), one(60_000, 2, 5, 1, 4), one(120_000, 4, 4, 4, 4)]);
  // Half a minute was seen before somebody looked away; what was missed is in the history alone.
  const missed = candlesOf({ data: [one(60_000, 2, 9, 1, 8), one(120_000, 8, 8, 7, 7), one(180_000, 7, 7, 6, 6)] });
  const seen = [one(0, 1, 2, 1, 2), one(60_000, 2, 4, 1, 3), one(180_000, 6, 6, 5, 5), one(240_000, 5, 5, 5, 5)];
  assert.deepEqual(joined(missed, seen), [one(60_000, 2, 9, 1, 8), one(120_000, 8, 8, 7, 7), one(180_000, 7, 7, 5, 5), one(240_000, 5, 5, 5, 5)]);
  assert.deepEqual(joined([], seen), seen);
  assert.deepEqual(candlesOf({ data: [{ start_ms: 0, open: 'x', high: 1, low: 1, close: 1 }] }), []);
  assert.deepEqual(candlesOf({}), []);
});

const pathOf = (prices: number[]) => {
  const paths = new PricePaths();
  for (const price of prices) paths.add('X', price);
  return paths.of('X');
};

test('sparklines end at the right edge, within their box', () => {
  assert.equal(pathOf([]), '');
  assert.equal(pathOf([1]), '');
  const path = pathOf(Array.from({ length: 200 }, (_, i) => i % 7));
  const at = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  assert.equal(at.length, spark.points);
  assert.ok(Math.abs(at.at(-1)![0] - spark.width) < 0.1);
  assert.ok(at.every(([x, y]) => x >= 0 && x <= spark.width && y >= 0 && y <= spark.height));
  assert.ok(!pathOf([5, 5]).includes('NaN'));
});

test('sparklines are kept while a row is not shown, for the latest thousand', () => {
  const paths = new PricePaths();
  const add = (id: string) => [1, 2].forEach((price) => paths.add(id, price));
  add('first');
  for (let i = 1; i < 1000; ++i) add(`${i}`);
  assert.notEqual(paths.of('first'), '');
  add('one more');
  assert.equal(paths.of('first'), '');
});

test('of what finds nothing, the nearest that was mistyped is meant', () => {
  const asset = (symbol: string, match: string): SearchHit => ({ kind: 'asset', match, symbol, asset: null });
  const market = (id: string, match: string): SearchHit => ({ kind: 'market', match, id, market: null });
  assert.equal(meantBy([market('kraken:BTC-USD', 'typo'), asset('BTC', 'typo')]), 'kraken:BTC-USD');
  assert.equal(meantBy([market('kraken:BTC-USD', 'typo'), asset('BTC', 'typo')], 'asset'), 'BTC');
  assert.equal(meantBy([asset('BTC', 'exact')]), null);
  assert.equal(meantBy([]), null);
});

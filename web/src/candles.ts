// Candles out of prices, as they come.

export interface Candle {
  start_ms: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

const most = 1500; // candles that are kept

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of "5s", "1m". */
export const intervalMs = (interval: string) => Number.parseInt(interval, 10) * units[interval.slice(-1)]!;

/** Does the daemon keep candles of this length? Shorter ones are made of what came since the page was opened. */
export const isKept = (interval: string) => !interval.endsWith('s');

/** Takes a price of this moment into the last candle, or begins the next; returns the candle. A price of a time before the last candle is none of it: null. */
export function takePrice(candles: Candle[], interval_ms: number, ts_ms: number, price: number): Candle | null {
  const start_ms = ts_ms - (ts_ms % interval_ms);
  const last = candles.at(-1);
  if (last && start_ms < last.start_ms) return null;
  if (last && start_ms === last.start_ms) {
    last.high = Math.max(last.high, price);
    last.low = Math.min(last.low, price);
    last.close = price;
    return last;
  }
  const next = { start_ms, open: price, high: price, low: price, close: price };
  candles.push(next);
  if (candles.length > most) candles.shift();
  return next;
}

interface ToldCandle {
  start_ms: number;
  open: string | number;
  high: string | number;
  low: string | number;
  close: string | number;
}

/** The candles of GET /v1/markets/{id}/candles, oldest first; none if they are not to be understood. */
export function candlesOf(body: { data?: ToldCandle[] }): Candle[] {
  const out = (body.data ?? []).map((one) => ({
    start_ms: Number(one.start_ms), open: Number(one.open), high: Number(one.high), low: Number(one.low), close: Number(one.close),
  }));
  return out.every((one) => Object.values(one).every(Number.isFinite)) ? out.sort((a, b) => a.start_ms - b.start_ms) : [];
}

/**
 * History, then what came live since its newest candle. Of that both have prices: the extremes of both count, and the
 * last that came live. The others history knows better: who looked may have looked away meanwhile.
 */
export function joined(history: readonly Candle[], live: readonly Candle[]): Candle[] {
  const newest = history.at(-1);
  if (!newest) return [...live];
  const same = live.find((one) => one.start_ms === newest.start_ms);
  const goesOn = same ? { ...newest, high: Math.max(newest.high, same.high), low: Math.min(newest.low, same.low), close: same.close } : { ...newest };
  return [...history.slice(0, -1), goesOn, ...live.filter((one) => one.start_ms > newest.start_ms)].slice(-most);
}

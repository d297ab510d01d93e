// Prices of a market as texts: all of a row have equally many places, so that they can be compared at a glance.
import type { MarketRow } from './api';
import { alike, plain } from './format';

const names = ['last', 'bid', 'ask', 'open_24h', 'high_24h', 'low_24h'] as const;
type PriceName = (typeof names)[number];
const texts = new WeakMap<MarketRow, string[]>();

const told = (row: MarketRow) => names.map((name) => row[name]);

export function priceOf(name: PriceName): (row: MarketRow) => string {
  const at = names.indexOf(name);
  return (row) => {
    let all = texts.get(row);
    if (!all) texts.set(row, (all = alike(told(row))));
    return all[at]!;
  };
}

/** Other prices of the same market, in the same form. */
export const pricesLike = (row: MarketRow, prices: readonly number[]): string[] =>
  alike([...prices.map(plain), ...told(row)]).slice(0, prices.length);

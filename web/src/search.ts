// What was typed, as a filter that the API takes.
import type { SearchHit } from './api';

export interface Narrowing {
  symbols: string[]; // of assets
  ids: string[]; // of markets, if no asset was meant
}

const most = 50; // of a list that the API takes

/** Typing errors count only if nothing is nearer; markets only if no asset is meant. */
export function narrowing(hits: readonly SearchHit[]): Narrowing {
  const near = hits.filter((hit) => hit.match !== 'typo');
  const meant = near.length > 0 ? near : hits;
  const symbols = meant.flatMap((hit) => (hit.kind === 'asset' ? (hit.asset?.symbol ?? hit.symbol ?? []) : []));
  const ids = meant.flatMap((hit) => (hit.kind === 'market' ? (hit.market?.id ?? hit.id ?? []) : []));
  return symbols.length > 0 ? { symbols: [...new Set(symbols)].slice(0, most), ids: [] } : { symbols: [], ids: ids.slice(0, most) };
}

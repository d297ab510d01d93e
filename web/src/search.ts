// What a search makes of a text that no row has.
import type { SearchHit } from './api';

/** The symbol of the nearest asset, or the id of the nearest market, that was mistyped; null if none was. */
export function meantBy(hits: readonly SearchHit[], kind?: SearchHit['kind']): string | null {
  const near = hits.find((hit) => hit.match === 'typo' && (kind === undefined || hit.kind === kind));
  if (!near) return null;
  return (near.kind === 'asset' ? near.asset?.symbol ?? near.symbol : near.market?.id ?? near.id) ?? null;
}

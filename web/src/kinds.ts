// What rows are told apart by, and which price of theirs moves.
import type { AssetRow, MarketRow } from './api';
import type { Kind } from './rows';

export const marketKind: Kind<MarketRow> = { idOf: (row) => row.id, priceOf: (row) => (row.last === null ? null : Number(row.last)) };
export const assetKind: Kind<AssetRow> = { idOf: (row) => row.symbol, priceOf: (row) => row.price_usd };

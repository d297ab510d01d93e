// What the API answers, as far as the board reads it; GET /openapi.json says what each member means.

/** One market, as GET /v1/markets tells it. Prices and sizes are the exchange's own digits. */
export interface MarketRow {
  id: string;
  exchange: string;
  base: string;
  quote: string;
  kind: string;
  last: string | null;
  bid: string | null;
  ask: string | null;
  bid_size: string | null;
  ask_size: string | null;
  open_24h: string | null;
  high_24h: string | null;
  low_24h: string | null;
  volume_24h: string | null;
  quote_volume_24h: string | null;
  change_24h_pct: number | null;
  spread_bps: number | null;
  ts_ms: number | null;
  received_ms: number | null;
  source: string | null;
  price_usd: number | null;
  volume_usd_24h: number | null;
  market_cap: number | null;
  change_1m_pct: number | null;
  change_5m_pct: number | null;
  change_15m_pct: number | null;
  change_1h_pct: number | null;
  stale: boolean;
}

/** One asset, as GET /v1/assets tells it. */
export interface AssetRow {
  symbol: string;
  name: string | null;
  categories: string[];
  rank: number;
  price_usd: number | null;
  high_usd_24h: number | null;
  low_usd_24h: number | null;
  volume_usd_24h: number | null;
  market_cap: number | null;
  circulating_supply: string | null;
  max_supply: string | null;
  change_1m_pct: number | null;
  change_5m_pct: number | null;
  change_15m_pct: number | null;
  change_1h_pct: number | null;
  change_24h_pct: number | null;
  markets: number;
  exchanges: number;
  received_ms: number | null;
  stale: boolean;
}

/** Where a page is in its view. */
export interface PagePlace {
  number: number;
  size: number;
  total: number;
  pages: number;
}

/** A body with the rows of a page. `stale_since_ms` is there while Redis cannot answer. */
export interface PageBody<Row> {
  data: Row[];
  page: PagePlace;
  as_of_ms: number;
  stale_since_ms?: number;
}

/** What changed since the last event of GET /v1/stream. */
export interface PageChange<Row> {
  meta?: { page?: Partial<PagePlace>; as_of_ms?: number; stale_since_ms?: number | null };
  order?: string[];
  rows?: Record<string, Partial<Row>>;
}

export interface Movers {
  data: AssetRow[];
  as_of_ms: number;
}

export interface Category {
  slug: string;
  name: string;
  assets: number;
}

export interface Totals {
  assets: number;
  markets: number;
  exchanges: number;
  btc_dominance_pct: number | null;
  market_cap: number | null;
  volume_usd_24h: number | null;
  change_24h_pct: number | null;
}

export interface Connection {
  connection: number;
  state: 'connecting' | 'subscribing' | 'live' | 'waiting' | 'alarm';
  waits_for: string | null;
  uptime_ms: number | null;
  restarts: number;
  alarm: boolean;
  last_frame_age_ms: number | null;
  markets: number;
  rejected: number;
  frames_per_second: number;
  malformed: number;
  quarantined: number;
  mute: number;
  mute_markets: string[];
  last_error: string | null;
  last_error_age_ms: number | null;
}

export interface Feed {
  exchange: string;
  protocol: string;
  state: '' | 'discovering' | 'following' | 'failed';
  problem: string | null;
  markets: number;
  unmatched: number;
  unmatched_symbols: string[];
  connections: Connection[];
}

/** A quote asset, as GET /v1/quotes tells it. */
export interface Quote {
  quote: string;
  markets: number;
}

export type SearchHit =
  | { kind: 'asset'; match: string; symbol?: string; asset: AssetRow | null }
  | { kind: 'market'; match: string; id?: string; market: MarketRow | null };

/** Why a question was not answered. */
export class Refusal extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }

  /** The same question would be refused again, whenever it is asked. */
  get isFinal(): boolean {
    return this.status === 400 || this.status === 414;
  }
}

/** An answer: its body, or that it is the one with the given ETag still. */
export type Answer<Body> = { body: Body; tag: string | null } | { unchanged: true };

const patience = 10_000; // ms
const longestWait_ms = 3_600_000; // that an answer may ask for

/** Milliseconds to wait by a Retry-After, which is in seconds or a date (RFC 9110 section 10.2.3); 0 if it says nothing. */
export function retryAfter(text: string | null, now_ms: number): number {
  if (text === null) return 0;
  const wait_ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now_ms;
  return wait_ms > 0 ? Math.min(wait_ms, longestWait_ms) : 0;
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const told: { detail?: string; title?: string } = await answer.json().catch(() => ({}));
  const after_ms = retryAfter(answer.headers.get('Retry-After'), Date.now());
  return new Refusal(answer.status, told.detail ?? told.title ?? `tickboard answered with ${answer.status}`, after_ms);
}

/** Asks once. Throws a Refusal unless there is a good answer; an AbortError if `signal` says so. */
export async function ask<Body>(target: string, signal: AbortSignal, tag: string | null = null, key = ''): Promise<Answer<Body>> {
  const headers: Record<string, string> = {};
  if (tag !== null) headers['If-None-Match'] = tag;
  if (key !== '') headers['X-API-Key'] = key;
  try {
    const answer = await fetch(target, { headers, cache: 'no-store', signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
    if (answer.status === 304) return { unchanged: true };
    if (!answer.ok) throw await refusalOf(answer);
    return { body: (await answer.json()) as Body, tag: answer.headers.get('ETag') };
  } catch (problem) {
    if (signal.aborted || problem instanceof Refusal) throw problem;
    throw new Refusal(0, 'tickboard does not answer', 0); // or its answer broke off
  }
}

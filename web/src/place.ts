// Where in the board somebody is, and the query string of the URL that says so.

export const viewNames = ['markets', 'assets', 'movers', 'market', 'feeds'] as const;
export type ViewName = (typeof viewNames)[number];

export interface Place {
  view: ViewName;
  sort: string; // as the API takes it
  page: number;
  per_page: number;
  q: string; // what was typed
  quote: string[];
  exchange: string[];
  base: string[];
  category: string[];
  stale: '' | 'true' | 'false';
  window: string; // of movers
  id: string; // of the market
  interval: string; // of its candles; empty: what fits
}

export const pageSizes = [25, 50, 100, 250];
export const windows = ['1m', '5m', '15m', '1h', '24h'];
export const intervals = ['5s', '1m', '5m', '15m', '1h', '4h', '1d'];

const sorts: Record<ViewName, string> = { markets: '-volume_usd_24h', assets: 'rank', movers: '', market: '', feeds: '' };

/** What each view has in its URL besides its name; the rest stays at its default there. */
const members: Record<ViewName, readonly (keyof Place)[]> = {
  markets: ['sort', 'q', 'quote', 'exchange', 'base', 'category', 'stale', 'page', 'per_page'],
  assets: ['sort', 'q', 'category', 'page', 'per_page'],
  movers: ['window'],
  market: ['id', 'interval'],
  feeds: [],
};

export function placeOf(view: ViewName, given: Partial<Place> = {}): Place {
  return {
    view, sort: sorts[view], page: 1, per_page: 50, q: '', quote: [], exchange: [], base: [], category: [],
    stale: '', window: '5m', id: '', interval: '', ...given,
  };
}

const number = (text: string, fallback: number) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : fallback);
const oneOf = <T extends string>(text: string, allowed: readonly T[], fallback: T) =>
  (allowed as readonly string[]).includes(text) ? (text as T) : fallback;
const list = (text: string) => [...new Set(text.split(',').map((one) => one.trim()).filter(Boolean))].slice(0, 50);

const readers: { [Name in keyof Place]: (text: string, fallback: Place[Name]) => Place[Name] } = {
  view: (text, fallback) => oneOf(text, viewNames, fallback),
  sort: (text, fallback) => (/^-?[a-z0-9_]{1,40}$/.test(text) ? text : fallback),
  page: number,
  per_page: (text, fallback) => (pageSizes.includes(Number(text)) ? Number(text) : fallback),
  q: (text) => text.slice(0, 64),
  quote: list,
  exchange: list,
  base: list,
  category: list,
  stale: (text, fallback) => oneOf(text, ['', 'true', 'false'] as const, fallback),
  window: (text, fallback) => oneOf(text, windows, fallback),
  id: (text) => text.slice(0, 98),
  interval: (text, fallback) => oneOf(text, intervals, fallback),
};

/** Reads a query string; what makes no sense is as if it were not there. */
export function readPlace(search: string): Place {
  const given = new URLSearchParams(search);
  const place = placeOf(readers.view(given.get('view') ?? '', 'markets'));
  const read = <Name extends keyof Place>(name: Name) => {
    const text = given.get(name);
    if (text !== null) place[name] = readers[name](text, place[name]);
  };
  members[place.view].forEach(read);
  return place.view === 'market' && place.id === '' ? placeOf('markets') : place;
}

/** The query string of a place: "" or "?...", without what is at its default. */
export function writePlace(place: Place): string {
  const plain = placeOf(place.view);
  const parts: string[] = place.view === 'markets' ? [] : [`view=${place.view}`];
  for (const name of members[place.view]) {
    const text = String(place[name]); // lists: joined by commas
    if (text !== String(plain[name])) parts.push(`${name}=${encodeURIComponent(text).replace(/%2C/g, ',').replace(/%3A/g, ':')}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** What the API is asked for: parameters at their place's value, in the order of the API. */
export function pageQuery(place: Place, more: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string) => value !== '' && query.set(name, value);
  put('q', place.q);
  for (const name of ['quote', 'exchange', 'base', 'category'] as const) put(name, place[name].join(','));
  put('stale', place.stale);
  put('sort', place.sort);
  put('page', String(place.page));
  put('per_page', String(place.per_page));
  for (const [name, value] of Object.entries(more)) put(name, value);
  return query.toString();
}

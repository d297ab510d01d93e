// Figures as texts. What is not known is an en dash.
export const unknown = '–';

const apart = (whole: string) => whole.replace(/\B(?=(\d{3})+$)/g, ',');

/** The exchange's own digits, with thousands apart. */
export function digits(text: string | null): string {
  if (text === null) return unknown;
  const point = text.indexOf('.');
  return point < 0 ? apart(text) : apart(text.slice(0, point)) + text.slice(point);
}

/** After the point, without zeros at the end. */
const places = (text: string | null) => {
  const point = text?.indexOf('.') ?? -1;
  return point < 0 ? '' : text!.slice(point + 1).replace(/0+$/, '');
};

/** Exchanges' own digits without zeros that none of them needs: all with as many places as the longest. */
export function alike(texts: readonly (string | null)[]): string[] {
  const fractions = texts.map(places);
  const longest = Math.max(...fractions.map((one) => one.length));
  return texts.map((text, i) => {
    if (text === null) return unknown;
    const whole = apart(text.split('.', 1)[0]!);
    return longest === 0 ? whole : `${whole}.${fractions[i]!.padEnd(longest, '0')}`;
  });
}

const exact = new Intl.NumberFormat('en-GB', { useGrouping: false, maximumFractionDigits: 20 });

/** A number as exchanges write theirs: all its digits, without an exponent. */
export const plain = (value: number) => exact.format(value);

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-GB', { notation: 'compact', minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const count = (value: number | null) => (value === null ? unknown : grouped.format(value));

/** Dollars that are large: 1.01bn. */
export const money = (value: number | null) => (value === null ? unknown : `$${short.format(value)}`);

/** A dollar price, with as many places as it takes to see it move. */
export function price(value: number | null): string {
  if (value === null) return unknown;
  const size = Math.abs(value);
  const after = size >= 1000 || size === 0 ? 2 : Math.min(12, 4 - Math.floor(Math.log10(size)));
  return `$${digits(value.toFixed(Math.max(2, after)))}`;
}

/** A change in percent, with its sign; a real minus, as wide as the plus. */
export function change(value: number | null): string {
  if (value === null) return unknown;
  const text = Math.abs(value).toFixed(2);
  return text === '0.00' ? '0.00%' : `${value < 0 ? '−' : '+'}${text}%`;
}

export const signOf = (value: number | null): 'up' | 'down' | '' =>
  value === null || Math.abs(value) < 0.005 ? '' : value > 0 ? 'up' : 'down';

/** How long, in its largest unit. */
export function duration(ms: number | null): string {
  if (ms === null) return unknown;
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** When a candle begins: days, hours and minutes of candles are those of UTC. */
export function candleTime(start_ms: number, interval_ms: number): string {
  const [day, time] = new Date(start_ms).toISOString().split(/[T.]/) as [string, string];
  return interval_ms % 86_400_000 === 0 ? `${day} UTC` : `${day} ${interval_ms % 60_000 === 0 ? time.slice(0, 5) : time} UTC`;
}

/** Of this place. */
export const clockTime = (ms: number) => new Date(ms).toLocaleTimeString('en-GB');

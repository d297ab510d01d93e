// How far each entry of the history was scrolled when it was left, while the tab is open.

export interface Scrolled {
  top: number; // of the table
  left: number;
  page: number;
}

const most = 100; // entries that are remembered
const known = new Map<number, Scrolled>();
const isState = (state: unknown): state is { entry: number } => typeof (state as { entry?: unknown } | null)?.entry === 'number';
let entry = 0;

/** The table that fills a view, if there is one. */
export const tableBox = () => document.querySelector<HTMLElement>('main > .scroll');

/** The entry that is shown has this state; one that was not made here is given a number. */
function begin(state: unknown): void {
  if (!isState(state)) history.replaceState(state = { entry: Date.now() }, '');
  entry = (state as { entry: number }).entry;
}
begin(history.state);

function leave(): void {
  const box = tableBox();
  known.delete(entry);
  known.set(entry, { top: box?.scrollTop ?? 0, left: box?.scrollLeft ?? 0, page: scrollY });
  if (known.size > most) known.delete(known.keys().next().value!);
}

/** Goes on to another URL: as a new entry, or instead of the one that is shown. */
export function goOn(url: string, replace: boolean): void {
  if (replace) known.delete(entry);
  else leave();
  const next = replace ? entry : Math.max(Date.now(), entry + 1);
  history[replace ? 'replaceState' : 'pushState']({ entry: next }, '', url);
  entry = next;
}

/** The browser went to an entry with this state. */
export function goTo(state: unknown): void {
  leave();
  begin(state);
}

/** How the entry that is shown was left; null if it never was. */
export const leftAs = (): Scrolled | null => known.get(entry) ?? null;

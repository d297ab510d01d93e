// The place that the URL names, and going to another one.
import { effect, signal } from '@preact/signals';
import { beginAnew } from './health';
import { readPlace, writePlace, type Place } from './place';
import { goOn, goTo } from './scrolled';

export const place = signal(readPlace(location.search));

addEventListener('popstate', ({ state }) => {
  goTo(state);
  place.value = readPlace(location.search);
});

/** The URL of a place, relative to the board's own. */
export const hrefOf = (to: Place) => writePlace(to) || './';

/** Shows another place. `replace`: without a step in the history, as while somebody types. */
export function go(to: Place, replace = false): void {
  goOn(hrefOf(to), replace);
  place.value = to;
}

/** The same place but for some members; another order or filter begins at its first page. */
export function refine(members: Partial<Place>, replace = false): void {
  go({ ...place.peek(), page: 1, ...members }, replace);
}

let view = place.peek().view;
effect(() => {
  if (place.value.view === view) return;
  view = place.value.view;
  beginAnew();
});

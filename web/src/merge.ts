// A page of rows, and how events change it. Pure but for the page that is given.
import type { PageBody, PageChange } from './api';

export interface Page<Row> {
  rows: Map<string, Row>;
  order: readonly string[];
  meta: Omit<PageBody<Row>, 'data'>;
}

/** What an event did to a page. */
export interface Effect {
  changed: Set<string>; // ids of rows with another value, and of those that entered
  reordered: boolean; // other rows, or another order
}

export function emptyPage<Row>(): Page<Row> {
  return { rows: new Map(), order: [], meta: { page: { number: 1, size: 0, total: 0, pages: 0 }, as_of_ms: 0 } };
}

const sameOrder = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((id, i) => id === b[i]);

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && sameOrder(a, b);
}

/** Members of `next` that `row` has not, or has with another value. `age_ms` counts from the answer, so it is none. */
function differs<Row extends object>(row: Row, next: Partial<Row>): boolean {
  return (Object.keys(next) as (keyof Row)[]).some((name) => name !== 'age_ms' && !sameValue(row[name], next[name]));
}

/** Makes the page that of `body`. Rows that did not change stay the same objects. */
export function takePage<Row extends object>(page: Page<Row>, body: PageBody<Row>, idOf: (row: Row) => string): Effect {
  const { data, ...meta } = body;
  const rows = new Map<string, Row>();
  const changed = new Set<string>();
  for (const row of data) {
    const id = idOf(row);
    const known = page.rows.get(id);
    if (known && !differs(known, row)) {
      rows.set(id, known);
    } else {
      rows.set(id, row);
      changed.add(id);
    }
  }
  const order = data.map(idOf);
  const reordered = !sameOrder(page.order, order);
  Object.assign(page, { rows, meta, order: reordered ? order : page.order });
  return { changed, reordered };
}

/** Applies what an event says has changed. Null if it speaks of rows that the page does not have: then the page is to be asked for anew. */
export function takeChange<Row extends object>(page: Page<Row>, change: PageChange<Row>): Effect | null {
  const { page: place, stale_since_ms: since, ...meta } = change.meta ?? {};
  Object.assign(page.meta, meta);
  if (place) page.meta.page = { ...page.meta.page, ...place };
  if (typeof since === 'number') page.meta.stale_since_ms = since;
  if (since === null) delete page.meta.stale_since_ms;
  const changed = new Set<string>();
  for (const [id, fields] of Object.entries(change.rows ?? {})) {
    const known = page.rows.get(id);
    if (!known && !change.order?.includes(id)) return null;
    if (known && !differs(known, fields)) continue;
    page.rows.set(id, { ...known, ...fields } as Row);
    changed.add(id);
  }
  const { order } = change;
  if (!order || sameOrder(page.order, order)) return { changed, reordered: false };
  if (order.some((id) => !page.rows.has(id))) return null;
  page.order = order;
  const kept = new Set(order);
  for (const id of [...page.rows.keys()]) if (!kept.has(id)) page.rows.delete(id);
  for (const id of [...changed]) if (!kept.has(id)) changed.delete(id);
  return { changed, reordered: true };
}

import { computed } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { LiveRow, Rows } from '../rows';
import type { Column } from './column';

/** Every row of the API says whether it is stale. */
export interface Aging {
  stale: boolean;
}

interface TableProps<Row extends Aging> {
  caption: string;
  rows: Rows<Row>;
  columns: readonly Column<Row>[];
  sort?: string; // as the API takes it; without it there is nothing to sort
  onSort?(sort: string): void;
}

function nextSort<Row>(column: Column<Row>, sort: string): string {
  if (sort === `-${column.sort}`) return column.sort!;
  if (sort === column.sort) return `-${column.sort}`;
  return column.first === 'up' ? column.sort! : `-${column.sort}`;
}

function Head<Row extends Aging>({ column, sort, onSort }: { column: Column<Row> } & Pick<TableProps<Row>, 'sort' | 'onSort'>) {
  const kind = column.cell ? undefined : 'figure';
  if (!column.sort || sort === undefined || !onSort) return <th role="columnheader" scope="col" class={kind} title={column.title}>{column.label}</th>;
  const way = sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : undefined;
  return (
    <th role="columnheader" scope="col" class={kind} aria-sort={way}>
      <button type="button" title={column.title} onClick={() => onSort(nextSort(column, sort))}>
        {column.label}
        <span class="way" aria-hidden="true">{way === 'ascending' ? '▲' : way === 'descending' ? '▼' : ''}</span>
      </button>
    </th>
  );
}

interface RowProps<Row extends Aging> {
  live: LiveRow<Row>;
  columns: readonly Column<Row>[];
  sight: IntersectionObserver;
}

const margin = '25%'; // of the screen above and below it: rows there are scrolled into sight next
const fitting = 11; // characters of a figure

/** Rendered once: what changes later are texts and classes of cells, each by a signal of its own. */
function TableRow<Row extends Aging>({ live, columns, sight }: RowProps<Row>) {
  const box = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    const { current } = box;
    sight.observe(current!);
    return () => sight.unobserve(current!);
  }, [sight]);
  const { cells, state } = useMemo(() => ({
    state: computed(() => (live.value.value.stale ? 'stale' : '')),
    cells: columns.map(({ text, sign, moves }) => {
      if (!text) return null;
      const shown = computed(() => text(live.value.value));
      const kind = computed(() => [
        'figure',
        moves && `price ${live.direction.value} ${live.flash.value && `flash-${live.flash.value}`}`,
        sign?.(live.value.value),
        shown.value.length > fitting && 'long',
      ].filter(Boolean).join(' '));
      return { shown, kind };
    }),
  }), [live]);
  return (
    <tr ref={box} role="row" class={state} data-id={live.id}>
      {columns.map((column, i) => {
        const cell = cells[i];
        if (cell) return <td role="cell" key={column.label} class={cell.kind}>{cell.shown}</td>;
        const inside = column.cell!(live);
        return i === 0 ? <th role="rowheader" key={column.label} scope="row">{inside}</th> : <td role="cell" key={column.label}>{inside}</td>;
      })}
    </tr>
  );
}

/** Up and down go from the link of one row to that of another. */
function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = (event.target as HTMLElement).closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const link = next?.querySelector<HTMLElement>('th a');
  if (!link) return;
  event.preventDefault();
  link.focus();
}

/**
 * Rows are grids with the same tracks, so that each is laid out by itself, and only if it is in sight; a table proper
 * is laid out as a whole at every change. The roles say what the boxes no longer do.
 */
function tracksOf<Row>([first, ...rest]: readonly Column<Row>[]) {
  const width = rest.reduce((sum, column) => sum + column.width, 0);
  return {
    '--tracks': [`minmax(var(--first), ${first!.width}fr)`, ...rest.map((column) => `minmax(${column.width}rem, ${column.width}fr)`)].join(' '),
    '--rest': `${width}rem`,
  };
}

/** Tells the rows which of them are in sight. */
function useSight<Row extends Aging>(rows: Rows<Row>): IntersectionObserver {
  const sight = useMemo(() => new IntersectionObserver((looks) => {
    for (const { target, isIntersecting } of looks) rows.see((target as HTMLElement).dataset.id!, isIntersecting);
  }, { rootMargin: margin }), [rows]);
  useEffect(() => () => sight.disconnect(), [sight]);
  return sight;
}

export function Table<Row extends Aging>({ caption, rows, columns, sort, onSort }: TableProps<Row>) {
  const sight = useSight(rows);
  const elements = useMemo(() => new WeakMap<LiveRow<Row>, ComponentChild>(), [columns, sight]);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table role="table" aria-label={caption} class="rows" style={tracksOf(columns)}>
        <thead role="rowgroup">
          <tr role="row">{columns.map((column) => <Head key={column.label} column={column} {...(onSort && { sort, onSort })} />)}</tr>
        </thead>
        <tbody role="rowgroup" onKeyDown={moveFocus}>
          {rows.order.value.map((id) => {
            const live = rows.row(id);
            if (!elements.has(live)) elements.set(live, <TableRow key={id} live={live} columns={columns} sight={sight} />);
            return elements.get(live); // the very same: it is not rendered once more
          })}
        </tbody>
      </table>
    </div>
  );
}

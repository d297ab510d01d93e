import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { LiveRow, Rows } from '../rows';
import type { Column } from './column';

interface TableProps<Row extends object> {
  caption: string;
  rows: Rows<Row>;
  columns: readonly Column<Row>[];
  sort?: string; // as the API takes it; without it there is nothing to sort
  onSort?(sort: string): void;
  staleOf(row: Row): boolean;
}

function nextSort<Row>(column: Column<Row>, sort: string): string {
  if (sort === `-${column.sort}`) return column.sort!;
  if (sort === column.sort) return `-${column.sort}`;
  return column.first === 'up' ? column.sort! : `-${column.sort}`;
}

function Head<Row extends object>({ column, sort, onSort }: { column: Column<Row> } & Pick<TableProps<Row>, 'sort' | 'onSort'>) {
  const kind = column.cell ? undefined : 'figure';
  if (!column.sort || sort === undefined || !onSort) return <th scope="col" class={kind} title={column.title}>{column.label}</th>;
  const way = sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : undefined;
  return (
    <th scope="col" class={kind} aria-sort={way}>
      <button type="button" title={column.title} onClick={() => onSort(nextSort(column, sort))}>
        {column.label}
        <span class="way" aria-hidden="true">{way === 'ascending' ? '▲' : way === 'descending' ? '▼' : ''}</span>
      </button>
    </th>
  );
}

interface RowProps<Row extends object> {
  live: LiveRow<Row>;
  columns: readonly Column<Row>[];
  staleOf(row: Row): boolean;
}

/** Rendered once: what changes later are texts and classes of cells, each by a signal of its own. */
function TableRow<Row extends object>({ live, columns, staleOf }: RowProps<Row>) {
  const { cells, state } = useMemo(() => ({
    state: computed(() => (staleOf(live.value.value) ? 'stale' : '')),
    cells: columns.map((column) => {
      const { text, sign, moves } = column;
      if (!text) return null;
      return {
        text: computed(() => text(live.value.value)),
        kind: moves ? computed(() => `figure price ${live.direction.value} ${live.flash.value && `flash-${live.flash.value}`}`)
          : sign ? computed(() => `figure ${sign(live.value.value)}`) : 'figure',
      };
    }),
  }), [live]);
  return (
    <tr class={state} data-id={live.id}>
      {columns.map((column, i) => {
        const cell = cells[i];
        if (cell) return <td key={column.label} class={cell.kind}>{cell.text}</td>;
        const inside = column.cell!(live);
        return i === 0 ? <th key={column.label} scope="row">{inside}</th> : <td key={column.label}>{inside}</td>;
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

export function Table<Row extends object>({ caption, rows, columns, sort, onSort, staleOf }: TableProps<Row>) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <colgroup>{columns.map((column) => <col key={column.label} style={{ width: `${column.width}rem` }} />)}</colgroup>
        <thead>
          <tr>{columns.map((column) => <Head key={column.label} column={column} {...(onSort && { sort, onSort })} />)}</tr>
        </thead>
        <tbody onKeyDown={moveFocus}>
          {rows.order.value.map((id) => {
            const live = rows.row(id);
            return <TableRow key={id} live={live} columns={columns} staleOf={staleOf} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

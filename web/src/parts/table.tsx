import { computed, effect } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Line, Rows } from '../rows';
import type { Column } from './column';

/** Every row of the API says whether it is stale. */
export interface Aging {
  stale: boolean;
}

interface TableProps<Row extends Aging> {
  caption: string;
  rows: Rows<Row>;
  columns: readonly Column<Row>[];
  isBusy?: boolean; // its rows are to be replaced
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
  const isRising = sort === column.sort;
  const isSorted = isRising || sort === `-${column.sort}`;
  const way = !isSorted ? undefined : isRising === !column.turned ? 'ascending' : 'descending';
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
  line: Line<Row>;
  at: number; // from the top
  columns: readonly Column<Row>[];
  sight: IntersectionObserver;
  focus: RowFocus<Row>;
}

const margin = '25%'; // of the screen above and below it: lines there are scrolled into sight next

/** In digits; points and commas are half as wide. */
const widthOf = (figure: string) => figure.length - (figure.match(/[.,]/g)?.length ?? 0) / 2;

/** How wide a digit is, in rem: fonts differ by a fifth. */
function measureDigit(): number {
  const { font, fontSize } = getComputedStyle(document.body); // of the same size as the root
  const pen = document.createElement('canvas').getContext('2d')!;
  pen.font = font;
  return pen.measureText('0').width / Number.parseFloat(fontSize) || 0.6;
}
let digit_rem = 0;

/** How wide a figure may be that fits its column, if that is no wider than it must be. */
const fitting = <Row,>({ width, moves }: Column<Row>) => (width - (moves ? 2 : 1.1)) / (digit_rem ||= measureDigit()); // less padding and sign

/** A figure's class by how much wider it is than what fits: table.css makes it smaller by as much. */
const sizeOf = (excess: number) => (excess <= 1 ? '' : excess <= 1.25 ? 'long' : 'longer');

/** Rendered once: what changes later are texts and classes of cells, each by a signal of its own. */
function TableRow<Row extends Aging>({ line, at, columns, sight, focus }: RowProps<Row>) {
  const box = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    const { current } = box;
    sight.observe(current!);
    const following = effect(() => focus.follow(line.value.id, current!));
    return () => {
      sight.unobserve(current!);
      following();
    };
  }, [sight, focus]);
  const { cells, id, state } = useMemo(() => ({
    id: computed(() => line.value.id),
    state: computed(() => (line.value.value.value.stale ? 'stale' : '')),
    cells: columns.map((column) => {
      const { text, sign, moves } = column;
      if (!text) return null;
      const fits = fitting(column);
      const shown = computed(() => text(line.value.value.value));
      const kind = computed(() => {
        const { value, direction, flash } = line.value;
        return [
          'figure',
          moves && `price ${direction.value} ${flash.value && `flash-${flash.value}`}`,
          sign?.(value.value),
          sizeOf(widthOf(shown.value) / fits),
        ].filter(Boolean).join(' ');
      });
      return { shown, kind };
    }),
  }), [line]);
  return (
    <tr ref={box} role="row" class={state} data-at={at} data-id={id}>
      {columns.map((column, i) => {
        const cell = cells[i];
        if (cell) return <td role="cell" key={column.label} class={cell.kind}>{cell.shown}</td>;
        const inside = column.cell!(line);
        return i === 0 ? <th role="rowheader" key={column.label} scope="row">{inside}</th> : <td role="cell" key={column.label}>{inside}</td>;
      })}
    </tr>
  );
}

const linkOf = (row: Element | null | undefined) => row?.querySelector<HTMLElement>('th a');

/** The link with the focus stays that of its row while the page has it, whichever line shows it; then the focus stays where it is. */
class RowFocus<Row extends Aging> {
  constructor(private readonly rows: Rows<Row>) {}

  take = ({ target }: FocusEvent): void => {
    this.rows.held = (target as HTMLElement).closest('tr')?.dataset.id ?? null;
  };

  leave = ({ relatedTarget, currentTarget }: FocusEvent): void => {
    if (!(relatedTarget instanceof Node && (currentTarget as Node).contains(relatedTarget))) this.rows.held = null;
  };

  /** The line of `box` shows row `id` from now on. */
  follow(id: string, box: HTMLElement): void {
    const { held } = this.rows;
    if (held === null) return;
    const isHere = box.contains(document.activeElement);
    if (id === held && !isHere) linkOf(box)?.focus({ preventScroll: true });
    else if (!isHere || this.rows.has(held)) return;
    this.rows.held = id;
  }
}

/** Up and down go from the link of one row to that of another. */
function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = (event.target as HTMLElement).closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const link = linkOf(next);
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

/** Whoever points at a figure or name that may not fit its column is told all of it. Not said before: hundreds of them change all the time. */
function tellWhole({ target, type }: PointerEvent): void {
  const text = (target as Element).closest<HTMLElement>('td.figure, .name');
  if (!text) return;
  const isCut = text.matches('.long, .longer') || text.scrollWidth > text.clientWidth;
  if (type === 'pointerover' && isCut) text.title = text.innerText;
  else text.removeAttribute('title');
}

/** Tells which lines are in sight. */
function useSight<Row extends Aging>(rows: Rows<Row>): IntersectionObserver {
  const sight = useMemo(() => new IntersectionObserver((looks) => {
    for (const { target, isIntersecting } of looks) rows.see(Number((target as HTMLElement).dataset.at), isIntersecting);
  }, { rootMargin: margin }), [rows]);
  useEffect(() => () => sight.disconnect(), [sight]);
  return sight;
}

/** Scrolled sideways, the table holds its names where they are. */
const hold = ({ currentTarget }: { currentTarget: Element }) => currentTarget.toggleAttribute('data-aside', currentTarget.scrollLeft > 0);

export function Table<Row extends Aging>({ caption, rows, columns, isBusy = false, sort, onSort }: TableProps<Row>) {
  const sight = useSight(rows);
  const focus = useMemo(() => new RowFocus(rows), [rows]);
  const elements = useMemo(() => new WeakMap<Line<Row>, ComponentChild>(), [columns, sight]);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption} aria-busy={isBusy} onScroll={hold}>
      <table role="table" aria-label={caption} class="rows" style={tracksOf(columns)}>
        <thead role="rowgroup">
          <tr role="row">{columns.map((column) => <Head key={column.label} column={column} {...(onSort && { sort, onSort })} />)}</tr>
        </thead>
        <tbody role="rowgroup" onKeyDown={moveFocus} onPointerOver={tellWhole} onPointerOut={tellWhole} onFocusIn={focus.take} onFocusOut={focus.leave}>
          {rows.lines.value.map((line, at) => {
            if (!elements.has(line)) elements.set(line, <TableRow key={at} line={line} at={at} columns={columns} sight={sight} focus={focus} />);
            return elements.get(line); // the very same: it is not rendered once more
          })}
        </tbody>
      </table>
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import { place, refine } from '../route';
import type { Rows } from '../rows';
import type { Column } from './column';
import { Notice } from './notice';
import { Pager } from './pager';
import { Table, type Aging } from './table';
import { useTitle } from './use_title';

interface RowsPageProps<Row extends Aging> {
  title: string;
  what: string; // the rows, in a sentence
  rows: Rows<Row>;
  columns: readonly Column<Row>[];
  none: ComponentChildren | null; // said instead of the table
  children: ComponentChildren; // filters
}

/** A page of a sorted list, with its filters above and the other pages below. */
export function RowsPage<Row extends Aging>({ title, what, rows, columns, none, children }: RowsPageProps<Row>) {
  useTitle(title);
  const meta = rows.meta.value;
  return (
    <>
      <div class="bar">
        <h1 tabIndex={-1}>{title}</h1>
        {children}
      </div>
      <Notice stale_since_ms={meta?.stale_since_ms} />
      {none !== null ? <p class="nothing" role="status">{none}</p>
        : <Table caption={title} rows={rows} columns={columns} sort={place.value.sort} onSort={(sort) => refine({ sort })} />}
      {meta && none === null && <Pager at={meta.page} what={what} />}
    </>
  );
}

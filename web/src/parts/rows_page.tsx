import type { ComponentChildren } from 'preact';
import type { PagePlace } from '../api';
import { count } from '../format';
import { source } from '../health';
import { writePlace } from '../place';
import { place, refine } from '../route';
import type { Rows } from '../rows';
import type { Column } from './column';
import { Link } from './link';
import { Notice } from './notice';
import { Pager } from './pager';
import { Table, type Aging } from './table';
import { useOtherPage } from './use_other_page';
import { useScrolled } from './use_scrolled';
import { useTitle } from './use_title';

interface RowsPageProps<Row extends Aging> {
  title: string;
  what: string; // the rows, in a sentence
  rows: Rows<Row>;
  columns: readonly Column<Row>[];
  none: ComponentChildren | null; // said instead of the table
  children: ComponentChildren; // filters
}

/** Instead of a page behind the last one. */
function Beyond({ at }: { at: PagePlace }) {
  const step = (page: number, label: string) => <Link to={{ ...place.value, page }}>{label}</Link>;
  return <>There is no page {count(at.number)}, the last is page {count(at.pages)}. <span class="ways">{step(1, 'First page')}{step(at.pages, 'Last page')}</span></>;
}

/** A page of a sorted list, with its filters above and the other pages below. */
export function RowsPage<Row extends Aging>({ title, what, rows, columns, none, children }: RowsPageProps<Row>) {
  useTitle(title);
  const search = writePlace(place.value);
  useScrolled(rows, search);
  const isOther = useOtherPage(rows, search).value;
  const meta = rows.meta.value;
  const isRefused = source.value === 'refused'; // then what is there is of another question
  const isBeyond = meta !== null && meta.page.total > 0 && meta.page.number > meta.page.pages;
  const instead = none ?? (isBeyond ? <Beyond at={meta.page} /> : null);
  return (
    <>
      <div class="bar">
        <h1 tabIndex={-1}>{title}</h1>
        {children}
      </div>
      <Notice stale_since_ms={meta?.stale_since_ms} isOther={isOther} />
      {!isRefused && (instead !== null ? <p class="nothing" role="status">{instead}</p>
        : <Table caption={title} rows={rows} columns={columns} isBusy={isOther} sort={place.value.sort} onSort={(sort) => refine({ sort })} />)}
      {!isRefused && meta && instead === null && <Pager at={meta.page} what={what} />}
    </>
  );
}

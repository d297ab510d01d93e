// What a table shows of a row.
import type { ComponentChildren } from 'preact';
import { change, signOf } from '../format';
import type { Line } from '../rows';

export interface Column<Row> {
  label: string;
  title: string; // what it means
  sort?: string; // the API's name; columns without one are not sorted by
  first?: 'up'; // the way of the first click, if not descending
  turned?: true; // what is shown falls as what is sorted by rises, as an age does with its time
  width: number; // rem
  text?(row: Row): string; // of a figure
  sign?(row: Row): 'up' | 'down' | '';
  cell?(line: Line<Row>): ComponentChildren; // of anything else
  moves?: true; // the price, which flashes
}

/** A column with a change in percent. */
export function changeColumn<Row>(label: string, title: string, sort: string, of: (row: Row) => number | null): Column<Row> {
  return { label, title, sort, width: 5.3, text: (row) => change(of(row)), sign: (row) => signOf(of(row)) };
}

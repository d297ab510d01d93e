import { useEffect, useMemo } from 'preact/hooks';
import { Rows, type Kind } from '../rows';

/** Rows that live as long as the component. */
export function useRows<Row extends object>(kind: Kind<Row>): Rows<Row> {
  const rows = useMemo(() => new Rows(kind), []);
  useEffect(() => () => rows.end(), []);
  return rows;
}

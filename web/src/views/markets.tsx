import { useEffect } from 'preact/hooks';
import { marketKind } from '../kinds';
import { follow } from '../live';
import { Filters } from '../parts/market_filters';
import { marketColumns } from '../parts/market_columns';
import { Nothing } from '../parts/nothing';
import { RowsPage } from '../parts/rows_page';
import { useMeant } from '../parts/use_meant';
import { useRows } from '../parts/use_rows';
import { pageQuery } from '../place';
import { place } from '../route';

export function MarketsView() {
  const at = place.value;
  const rows = useRows(marketKind);
  const query = pageQuery(at);
  useEffect(() => follow(query, { page: (body) => rows.takePage(body), change: (change) => rows.takeChange(change) }), [query]);
  const nothing = rows.meta.value?.page.total === 0;
  const meant = useMeant(nothing ? at.q : '');
  return (
    <RowsPage title="Markets" what="markets" rows={rows} columns={marketColumns} none={nothing ? <Nothing what="market" meant={meant} /> : null}>
      <Filters />
    </RowsPage>
  );
}

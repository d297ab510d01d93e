import { useEffect } from 'preact/hooks';
import { marketKind } from '../kinds';
import { follow } from '../live';
import { Filters } from '../parts/market_filters';
import { marketColumns } from '../parts/market_columns';
import { RowsPage } from '../parts/rows_page';
import { useMatches } from '../parts/use_matches';
import { useRows } from '../parts/use_rows';
import { pageQuery, type Place } from '../place';
import { place } from '../route';
import type { Narrowing } from '../search';

/** What to ask for: null if nothing can match, or while it is not known what the text means. */
function queryOf(at: Place, matches: Narrowing | null): string | null {
  if (at.q === '') return pageQuery(at);
  if (!matches) return null;
  if (matches.symbols.length > 0) {
    const base = at.base.length > 0 ? at.base.filter((one) => matches.symbols.includes(one)) : matches.symbols;
    return base.length > 0 ? pageQuery({ ...at, base }) : null;
  }
  return matches.ids.length > 0 ? pageQuery(at, { ids: matches.ids.join(',') }) : null;
}

export function MarketsView() {
  const at = place.value;
  const rows = useRows(marketKind);
  const matches = useMatches(at.q);
  const query = queryOf(at, matches);
  useEffect(() => {
    if (query === null) return;
    return follow(query, { page: (body) => rows.takePage(body), change: (change) => rows.takeChange(change) });
  }, [query]);
  const nothing = query === null ? matches !== null : rows.meta.value?.page.total === 0;
  return (
    <RowsPage title="Markets" what="markets" rows={rows} columns={marketColumns} none={nothing ? 'No market is like this.' : null}>
      <Filters />
    </RowsPage>
  );
}

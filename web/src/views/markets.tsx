import { useEffect } from 'preact/hooks';
import type { MarketRow } from '../api';
import { marketKind } from '../kinds';
import { follow } from '../live';
import { Filters } from '../parts/market_filters';
import { marketColumns } from '../parts/market_columns';
import { Notice } from '../parts/notice';
import { Pager } from '../parts/pager';
import { Table } from '../parts/table';
import { useMatches } from '../parts/use_matches';
import { useRows } from '../parts/use_rows';
import { useTitle } from '../parts/use_title';
import { pageQuery, type Place } from '../place';
import { place, refine } from '../route';
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

const staleOf = (row: MarketRow) => row.stale;

export function MarketsView() {
  useTitle('Markets');
  const at = place.value;
  const rows = useRows(marketKind);
  const matches = useMatches(at.q);
  const query = queryOf(at, matches);
  useEffect(() => {
    if (query === null) return;
    return follow(query, { page: (body) => rows.takePage(body), change: (change) => rows.takeChange(change) });
  }, [query]);
  const meta = rows.meta.value;
  const nothing = query === null ? matches !== null : meta !== null && meta.page.total === 0;
  return (
    <>
      <div class="bar">
        <h1 tabIndex={-1}>Markets</h1>
        <Filters />
      </div>
      <Notice stale_since_ms={meta?.stale_since_ms} />
      {nothing ? <p class="nothing" role="status">No market is like this.</p>
        : <Table caption="Markets" rows={rows} columns={marketColumns} sort={at.sort} onSort={(sort) => refine({ sort })} staleOf={staleOf} />}
      {meta && !nothing && <Pager at={meta.page} what="markets" />}
    </>
  );
}

import type { AssetRow } from '../api';
import { assetKind } from '../kinds';
import { assetColumns } from '../parts/asset_columns';
import { CategoryChoice } from '../parts/category_choice';
import { Notice } from '../parts/notice';
import { Pager } from '../parts/pager';
import { Table } from '../parts/table';
import { TextFilter } from '../parts/text_filter';
import { useAssetPage } from '../parts/use_asset_page';
import { useMatches } from '../parts/use_matches';
import { useRows } from '../parts/use_rows';
import { useTitle } from '../parts/use_title';
import { pageQuery } from '../place';
import { place, refine } from '../route';

const staleOf = (row: AssetRow) => row.stale;

export function AssetsView() {
  useTitle('Assets');
  const at = place.value;
  const rows = useRows(assetKind);
  const matches = useMatches(at.q);
  const none = matches !== null && matches.symbols.length === 0;
  const query = at.q === '' ? pageQuery(at) : matches && !none ? pageQuery(at, { symbols: matches.symbols.join(',') }) : null;
  useAssetPage(rows, query === null ? null : `v1/assets?${query}`);
  const meta = rows.meta.value;
  const nothing = none || (meta !== null && meta.page.total === 0);
  return (
    <>
      <div class="bar">
        <h1 tabIndex={-1}>Assets</h1>
        <div class="filters" role="search">
          <TextFilter label="Find an asset" />
          <CategoryChoice />
        </div>
      </div>
      <Notice stale_since_ms={meta?.stale_since_ms} />
      {nothing ? <p class="nothing" role="status">No asset is like this.</p>
        : <Table caption="Assets" rows={rows} columns={assetColumns} sort={at.sort} onSort={(sort) => refine({ sort })} staleOf={staleOf} />}
      {meta && !nothing && <Pager at={meta.page} what="assets" />}
    </>
  );
}

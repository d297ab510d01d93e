import { assetKind } from '../kinds';
import { assetColumns } from '../parts/asset_columns';
import { CategoryChoice } from '../parts/category_choice';
import { RowsPage } from '../parts/rows_page';
import { TextFilter } from '../parts/text_filter';
import { useAssetPage } from '../parts/use_asset_page';
import { useMatches } from '../parts/use_matches';
import { useRows } from '../parts/use_rows';
import { pageQuery } from '../place';
import { place } from '../route';

export function AssetsView() {
  const at = place.value;
  const rows = useRows(assetKind);
  const matches = useMatches(at.q);
  const none = matches !== null && matches.symbols.length === 0;
  const query = at.q === '' ? pageQuery(at) : matches && !none ? pageQuery(at, { symbols: matches.symbols.join(',') }) : null;
  useAssetPage(rows, query === null ? null : `v1/assets?${query}`);
  const nothing = none || rows.meta.value?.page.total === 0;
  return (
    <RowsPage title="Assets" what="assets" rows={rows} columns={assetColumns} none={nothing ? 'No asset is like this.' : null}>
      <div class="filters" role="search">
        <TextFilter label="Find an asset" />
        <CategoryChoice />
      </div>
    </RowsPage>
  );
}

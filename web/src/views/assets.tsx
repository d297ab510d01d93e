import { assetKind } from '../kinds';
import { assetColumns } from '../parts/asset_columns';
import { CategoryChoice } from '../parts/category_choice';
import { Nothing } from '../parts/nothing';
import { RowsPage } from '../parts/rows_page';
import { TextFilter } from '../parts/text_filter';
import { useAssetPage } from '../parts/use_asset_page';
import { useMeant } from '../parts/use_meant';
import { useRows } from '../parts/use_rows';
import { pageQuery } from '../place';
import { place } from '../route';

export function AssetsView() {
  const at = place.value;
  const rows = useRows(assetKind);
  useAssetPage(rows, `v1/assets?${pageQuery(at)}`);
  const nothing = rows.meta.value?.page.total === 0;
  const meant = useMeant(nothing ? at.q : '', 'asset');
  return (
    <RowsPage title="Assets" what="assets" rows={rows} columns={assetColumns} none={nothing ? <Nothing what="asset" meant={meant} /> : null}>
      <div class="filters" role="search">
        <TextFilter label="Find an asset" />
        <CategoryChoice />
      </div>
    </RowsPage>
  );
}

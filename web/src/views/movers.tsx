import { useMemo } from 'preact/hooks';
import { assetKind } from '../kinds';
import { moverColumns } from '../parts/asset_columns';
import { Notice } from '../parts/notice';
import { Table } from '../parts/table';
import { useAssetPage } from '../parts/use_asset_page';
import { useRows } from '../parts/use_rows';
import { useTitle } from '../parts/use_title';
import { windows } from '../place';
import { place, refine } from '../route';

function OneWay({ direction, title }: { direction: 'up' | 'down'; title: string }) {
  const { window } = place.value;
  const rows = useRows(assetKind);
  const columns = useMemo(() => moverColumns(window), []);
  useAssetPage(rows, `v1/movers?direction=${direction}&window=${window}&limit=25`);
  return (
    <section>
      <h2><span class={direction} aria-hidden="true">{direction === 'up' ? '▲' : '▼'}</span> {title}</h2>
      {rows.meta.value?.page.total === 0 ? <p class="nothing">Nothing moved this way, or not for long enough.</p>
        : <Table caption={title} rows={rows} columns={columns} />}
    </section>
  );
}

export function MoversView() {
  useTitle('Movers');
  const { window } = place.value;
  return (
    <>
      <div class="bar">
        <h1 tabIndex={-1}>Movers</h1>
        <fieldset class="segments">
          <legend class="unseen">Within</legend>
          {windows.map((one) => (
            <label key={one}>
              <input type="radio" name="window" checked={one === window} onChange={() => refine({ window: one })} /><span>{one}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <Notice />
      <div class="pair">
        <OneWay key={`up${window}`} direction="up" title="Rising most" />
        <OneWay key={`down${window}`} direction="down" title="Falling most" />
      </div>
    </>
  );
}

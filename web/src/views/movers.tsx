import { useMemo } from 'preact/hooks';
import type { AssetRow } from '../api';
import { assetKind } from '../kinds';
import { moverColumns } from '../parts/asset_columns';
import { Notice } from '../parts/notice';
import { Table } from '../parts/table';
import { useAssetPage } from '../parts/use_asset_page';
import { useRows } from '../parts/use_rows';
import { useTitle } from '../parts/use_title';
import { windows } from '../place';
import { place, refine } from '../route';
import type { Rows } from '../rows';

type Direction = 'up' | 'down';

function useMovers(direction: Direction, window: string): Rows<AssetRow> {
  const rows = useRows(assetKind);
  useAssetPage(rows, `v1/movers?direction=${direction}&window=${window}&limit=25`);
  return rows;
}

function OneWay({ rows, direction, title, window }: { rows: Rows<AssetRow>; direction: Direction; title: string; window: string }) {
  const columns = useMemo(() => moverColumns(window), []);
  return (
    <section>
      <h2><span class={direction} aria-hidden="true">{direction === 'up' ? '▲' : '▼'}</span> {title}</h2>
      {rows.meta.value?.page.total === 0 ? <p class="nothing">Nothing moved this way, or not for long enough.</p>
        : <Table caption={title} rows={rows} columns={columns} />}
    </section>
  );
}

function BothWays({ window }: { window: string }) {
  const rising = useMovers('up', window);
  const falling = useMovers('down', window);
  const stale = [rising, falling].flatMap((rows) => rows.meta.value?.stale_since_ms ?? []);
  return (
    <>
      <Notice stale_since_ms={stale.length === 0 ? undefined : Math.min(...stale)} />
      <div class="pair">
        <OneWay rows={rising} direction="up" title="Rising most" window={window} />
        <OneWay rows={falling} direction="down" title="Falling most" window={window} />
      </div>
    </>
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
      <BothWays key={window} window={window} />
    </>
  );
}

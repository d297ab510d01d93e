import { useComputed } from '@preact/signals';
import type { AssetRow } from '../api';
import { now } from '../clock';
import { count, duration, money, price, unknown } from '../format';
import { placeOf } from '../place';
import type { Line } from '../rows';
import { changeColumn, type Column } from './column';
import { NameLink } from './link';
import { Spark } from './spark';

function Name({ line }: { line: Line<AssetRow> }) {
  return (
    <NameLink to={useComputed(() => placeOf('markets', { base: [line.value.id] }))}>
      <b>{useComputed(() => line.value.id)}</b> <span class="badge">stale</span> <span class="where">{useComputed(() => line.value.value.value.name ?? '')}</span>
    </NameLink>
  );
}

const name: Column<AssetRow> = {
  label: 'Asset', title: 'What is traded', sort: 'symbol', first: 'up', width: 11, cell: (line) => <Name line={line} />,
};
const priceColumn: Column<AssetRow> = {
  label: 'Price', title: 'Mean price of the fresh markets that agree', sort: 'price_usd', width: 8.8, text: (row) => price(row.price_usd), moves: true,
};
const trend: Column<AssetRow> = { label: 'Trend', title: 'The price while this page is open', width: 7, cell: (line) => <Spark line={line} /> };
const day = changeColumn<AssetRow>('24h', 'Change of the price within 24 hours', 'change_24h_pct', (row) => row.change_24h_pct);
const windows = [
  changeColumn<AssetRow>('1m', 'Change within a minute', 'change_1m_pct', (row) => row.change_1m_pct),
  changeColumn<AssetRow>('5m', 'Change within five minutes', 'change_5m_pct', (row) => row.change_5m_pct),
  changeColumn<AssetRow>('15m', 'Change within a quarter of an hour', 'change_15m_pct', (row) => row.change_15m_pct),
  changeColumn<AssetRow>('1h', 'Change within an hour', 'change_1h_pct', (row) => row.change_1h_pct),
];
const volume: Column<AssetRow> = { label: 'Volume 24h', title: 'Turnover in US dollars', sort: 'volume_usd_24h', width: 7, text: (row) => money(row.volume_usd_24h) };

export const assetColumns: readonly Column<AssetRow>[] = [
  name,
  priceColumn,
  day,
  trend,
  { label: 'Rank', title: 'Place by market cap, then by volume', sort: 'rank', first: 'up', width: 3.8, text: (row) => count(row.rank) },
  ...windows,
  { label: 'Market cap', title: 'Price times circulating supply', sort: 'market_cap', width: 7, text: (row) => money(row.market_cap) },
  volume,
  { label: 'High', title: 'Mean high within 24 hours', width: 8, text: (row) => price(row.high_usd_24h) },
  { label: 'Low', title: 'Mean low within 24 hours', width: 8, text: (row) => price(row.low_usd_24h) },
  { label: 'Supply', title: 'Units in circulation', sort: 'circulating_supply', width: 7, text: (row) => count(row.circulating_supply === null ? null : Number(row.circulating_supply)) },
  { label: 'Markets', title: 'Number of markets', sort: 'markets', width: 5.5, text: (row) => count(row.markets) },
  { label: 'Exchanges', title: 'Number of exchanges', sort: 'exchanges', width: 6.5, text: (row) => count(row.exchanges) },
  { label: 'Age', title: 'Since something of it came', width: 4.5, text: (row) => (row.received_ms === null ? unknown : duration(now.value - row.received_ms)) },
];

/** Fewer, for two tables beside each other. */
export const moverColumns = (window: string): readonly Column<AssetRow>[] => [
  name, priceColumn, [...windows, day].find((one) => one.label === window)!, trend, volume,
];

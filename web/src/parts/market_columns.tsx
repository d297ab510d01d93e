import { useComputed } from '@preact/signals';
import type { MarketRow } from '../api';
import { now } from '../clock';
import { duration, money, unknown } from '../format';
import { placeOf } from '../place';
import { priceOf } from '../prices';
import type { Line } from '../rows';
import { changeColumn, type Column } from './column';
import { NameLink } from './link';
import { Spark } from './spark';

const age = (row: MarketRow) => (row.received_ms === null ? unknown : duration(now.value - row.received_ms));

function Name({ line }: { line: Line<MarketRow> }) {
  const of = (name: 'base' | 'quote' | 'exchange') => useComputed(() => line.value.value.value[name]);
  return (
    <NameLink to={useComputed(() => placeOf('market', { id: line.value.id }))}>
      <b>{of('base')}</b><span class="quote">/{of('quote')}</span> <span class="badge">stale</span> <span class="where">{of('exchange')}</span>
    </NameLink>
  );
}

export const marketColumns: readonly Column<MarketRow>[] = [
  {
    label: 'Market', title: 'What is traded for what, and where', sort: 'id', first: 'up', width: 13,
    cell: (line) => <Name line={line} />,
  },
  { label: 'Last', title: 'Last traded price', sort: 'last', width: 7.5, text: priceOf('last'), moves: true },
  changeColumn('24h', 'Change of the last price within 24 hours', 'change_24h_pct', (row) => row.change_24h_pct),
  { label: 'Trend', title: 'The last price while this page is open', width: 7, cell: (line) => <Spark line={line} /> },
  changeColumn('1m', 'Change within a minute', 'change_1m_pct', (row) => row.change_1m_pct),
  changeColumn('5m', 'Change within five minutes', 'change_5m_pct', (row) => row.change_5m_pct),
  changeColumn('15m', 'Change within a quarter of an hour', 'change_15m_pct', (row) => row.change_15m_pct),
  changeColumn('1h', 'Change within an hour', 'change_1h_pct', (row) => row.change_1h_pct),
  { label: 'Bid', title: 'Highest price that a buyer offers', sort: 'bid', width: 6.8, text: priceOf('bid') },
  { label: 'Ask', title: 'Lowest price that a seller asks', sort: 'ask', width: 6.8, text: priceOf('ask') },
  { label: 'Spread', title: 'Ask less bid, in hundredths of a percent', sort: 'spread_bps', first: 'up', width: 4.8, text: (row) => (row.spread_bps === null ? unknown : row.spread_bps.toFixed(2)) },
  { label: 'Volume 24h', title: 'Turnover in US dollars', sort: 'volume_usd_24h', width: 6.8, text: (row) => money(row.volume_usd_24h) },
  { label: 'High', title: 'Highest price within 24 hours', sort: 'high_24h', width: 6.8, text: priceOf('high_24h') },
  { label: 'Low', title: 'Lowest price within 24 hours', sort: 'low_24h', width: 6.8, text: priceOf('low_24h') },
  { label: 'Market cap', title: 'Of the base asset, in US dollars', sort: 'market_cap', width: 6.4, text: (row) => money(row.market_cap) },
  { label: 'Age', title: 'Since something of it came', sort: 'received_ms', turned: true, width: 4.5, text: age },
];

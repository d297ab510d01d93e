import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MarketRow } from '../api';
import { now } from '../clock';
import { change, digits, duration, money, price, signOf, unknown } from '../format';
import { marketKind } from '../kinds';
import { follow } from '../live';
import { Chart } from '../parts/chart';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { useRows } from '../parts/use_rows';
import { useTitle } from '../parts/use_title';
import { placeOf } from '../place';
import { priceOf } from '../prices';
import { place } from '../route';
import type { LiveRow } from '../rows';

type Fact = [name: string, text: (row: MarketRow) => string, sign?: (row: MarketRow) => string];

const facts: readonly Fact[] = [
  ['Bid', priceOf('bid')],
  ['Ask', priceOf('ask')],
  ['Bid size', (row) => digits(row.bid_size)],
  ['Ask size', (row) => digits(row.ask_size)],
  ['Spread, bps', (row) => (row.spread_bps === null ? unknown : row.spread_bps.toFixed(2))],
  ['In US dollars', (row) => price(row.price_usd)],
  ['1m', (row) => change(row.change_1m_pct), (row) => signOf(row.change_1m_pct)],
  ['5m', (row) => change(row.change_5m_pct), (row) => signOf(row.change_5m_pct)],
  ['15m', (row) => change(row.change_15m_pct), (row) => signOf(row.change_15m_pct)],
  ['1h', (row) => change(row.change_1h_pct), (row) => signOf(row.change_1h_pct)],
  ['Open 24h', priceOf('open_24h')],
  ['High 24h', priceOf('high_24h')],
  ['Low 24h', priceOf('low_24h')],
  ['Volume 24h', (row) => money(row.volume_usd_24h)],
  ['Market cap', (row) => money(row.market_cap)],
  ['Age', (row) => (row.received_ms === null ? unknown : duration(now.value - row.received_ms))],
  ['Source', (row) => row.source ?? unknown],
];

function FactOf({ live, fact: [name, text, sign] }: { live: LiveRow<MarketRow>; fact: Fact }) {
  const told = useComputed(() => text(live.value.value));
  const kind = useComputed(() => sign?.(live.value.value) ?? '');
  return <div><dt>{name}</dt><dd class={kind}>{told}</dd></div>;
}

function Market({ live }: { live: LiveRow<MarketRow> }) {
  const { base, quote, exchange } = live.value.peek();
  const last = useComputed(() => priceOf('last')(live.value.value));
  const kind = useComputed(() => `last price ${live.direction.value} ${live.flash.value && `flash-${live.flash.value}`}`);
  const day = useComputed(() => change(live.value.value.change_24h_pct));
  const daySign = useComputed(() => signOf(live.value.value.change_24h_pct));
  const isStale = useComputed(() => live.value.value.stale);
  return (
    <>
      <p class="headline">
        <span class={kind}>{last}</span> <span class={daySign}>{day}</span> <span class="where">24h</span>
        {isStale.value && <span class="badge shown">stale</span>}
        <Link class="more" to={placeOf('markets', { base: [base] })}>All {base} markets</Link>
      </p>
      <div class="market">
        <Chart live={live} name={`${base}/${quote} on ${exchange}`} />
        <dl class="facts">{facts.map((fact) => <FactOf key={fact[0]} live={live} fact={fact} />)}</dl>
      </div>
    </>
  );
}

export function MarketView() {
  const { id } = place.value;
  const rows = useRows(marketKind);
  const missing = useSignal(false);
  const [exchange, pair] = id.split(':');
  const title = pair ? `${pair.replace(/-(?=[^-]*$)/, '/')} on ${exchange}` : id;
  useTitle(title);
  useEffect(() => follow(`ids=${encodeURIComponent(id)}`, {
    page: (body) => {
      missing.value = body.data.length === 0;
      rows.takePage(body);
    },
    change: (change) => rows.takeChange(change),
  }), [id]);
  const live = rows.lines.value[0]?.value;
  return (
    <>
      <div class="bar"><h1 tabIndex={-1}>{title}</h1></div>
      <Notice stale_since_ms={rows.meta.value?.stale_since_ms} />
      {missing.value && <p class="nothing" role="status">{id} is not followed. <Link to={placeOf('markets')}>All markets</Link></p>}
      {live && <Market live={live} />}
    </>
  );
}

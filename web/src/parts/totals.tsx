import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Totals as Told } from '../api';
import { change, count, money, signOf } from '../format';
import { poll } from '../poll';

const every_ms = 5000;

/** The line of totals below the header. */
export function Totals() {
  const told = useSignal<Told | null>(null);
  // The view's own questions say what is wrong if there is no answer.
  useEffect(() => poll<{ data: Told }>('v1/global', every_ms, { body: ({ data }) => (told.value = data), refused: () => {} }), []);
  const totals = told.value;
  const figure = (name: string, text: string, sign = '') => (
    <div><dt>{name}</dt><dd class={sign}>{text}</dd></div>
  );
  return (
    <section aria-label="Totals"><dl class="totals">
      {figure('Markets', count(totals?.markets ?? null))}
      {figure('Assets', count(totals?.assets ?? null))}
      {figure('Exchanges', count(totals?.exchanges ?? null))}
      {figure('Volume 24h', money(totals?.volume_usd_24h ?? null))}
      {figure('Change 24h', change(totals?.change_24h_pct ?? null), signOf(totals?.change_24h_pct ?? null))}
      {figure('Market cap', money(totals?.market_cap ?? null))}
    </dl></section>
  );
}

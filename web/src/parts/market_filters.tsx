import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Feed, Quote } from '../api';
import type { Place } from '../place';
import { poll } from '../poll';
import { place, refine } from '../route';
import { CategoryChoice } from './category_choice';
import { Choices } from './choices';
import { TextFilter } from './text_filter';

const every_ms = 60_000; // what can be chosen hardly changes
const quiet = { refused: () => {} }; // the view's own questions say what is wrong

const options = (values: readonly string[]) => values.map((value) => ({ value, label: value }));

export function Filters() {
  const quotes = useSignal<string[]>([]);
  const exchanges = useSignal<string[]>([]);
  useEffect(() => poll<{ data: Quote[] }>('v1/quotes', every_ms, {
    body: ({ data }) => (quotes.value = data.map((one) => one.quote)), ...quiet,
  }), []);
  useEffect(() => poll<{ data: Feed[] }>('v1/exchanges', every_ms, {
    body: ({ data }) => (exchanges.value = data.map((one) => one.exchange)), ...quiet,
  }), []);
  const at = place.value;
  return (
    <div class="filters" role="search">
      <TextFilter label="Find a market" />
      <Choices name="Quote" options={options(quotes.value)} chosen={at.quote} onChange={(quote) => refine({ quote })} />
      <Choices name="Exchange" options={options(exchanges.value)} chosen={at.exchange} onChange={(exchange) => refine({ exchange })} />
      <CategoryChoice />
      <label>
        <span class="unseen">Freshness</span>
        <select value={at.stale} onChange={(event) => refine({ stale: event.currentTarget.value as Place['stale'] })}>
          <option value="">Fresh and stale</option>
          <option value="false">Fresh only</option>
          <option value="true">Stale only</option>
        </select>
      </label>
      {at.base.length > 0 && (
        <button type="button" class="chip" onClick={() => refine({ base: [] })}>
          Base: {at.base.join(', ')} <span aria-hidden="true">×</span><span class="unseen">, remove this filter</span>
        </button>
      )}
    </div>
  );
}

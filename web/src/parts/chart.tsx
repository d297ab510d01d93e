import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ask, Refusal, type MarketRow } from '../api';
import { intervalMs, isKept, candlesOf, joined, takePrice, type Candle } from '../candles';
import { thisMoment } from '../clock';
import { clockTime } from '../format';
import { apiKey } from '../key';
import { intervals } from '../place';
import { place, refine } from '../route';
import type { LiveRow } from '../rows';
import type { Drawing } from './drawing';

const kept = new Map<string, Candle[]>(); // by market and interval, while the page is open
const most = 40; // of those

function keep(name: string, candles: Candle[]): Candle[] {
  kept.set(name, candles);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
  return candles;
}

const keptOf = (id: string, interval: string) => kept.get(`${id} ${interval}`) ?? keep(`${id} ${interval}`, []);

/** Past candles if the daemon has them; null while it is asked. */
function useHistory(id: string, interval: string) {
  const history = useSignal<{ of: string; candles: Candle[] } | null>(null);
  const of = `${id} ${interval}`;
  useEffect(() => {
    if (!isKept(interval)) {
      history.value = { of, candles: [] };
      return;
    }
    const stop = new AbortController();
    const target = `v1/markets/${encodeURIComponent(id)}/candles?interval=${interval}`;
    ask<Parameters<typeof candlesOf>[0]>(target, stop.signal, null, apiKey.value).then(
      (answer) => 'body' in answer && (history.value = { of, candles: candlesOf(answer.body) }),
      (why: unknown) => {
        if (stop.signal.aborted) return;
        if (!(why instanceof Refusal)) throw why;
        history.value = { of, candles: [] };
      },
    );
    return () => stop.abort();
  }, [of]);
  return useComputed(() => (history.value?.of === of ? history.value.candles : null));
}

export function Chart({ live, name }: { live: LiveRow<MarketRow>; name: string }) {
  const interval = place.value.interval || '1m';
  const canvas = useRef<HTMLDivElement>(null);
  const drawing = useSignal<Drawing | null>(null);
  const failed = useSignal(false);
  const latest = useSignal('');
  const history = useHistory(live.id, interval);

  // Every interval is built at once, so that choosing another shows what there was.
  useSignalEffect(() => {
    const { last } = live.value.value;
    if (last === null) return;
    const at = thisMoment();
    for (const one of intervals) {
      const candle = takePrice(keptOf(live.id, one), intervalMs(one), at, Number(last));
      if (one !== interval || !candle) continue;
      if (history.peek()) drawing.peek()?.update(candle);
      latest.value = `Candle of ${clockTime(candle.start_ms)}: open ${candle.open}, high ${candle.high}, low ${candle.low}, close ${candle.close}`;
    }
  });

  useEffect(() => {
    let ended = false;
    import('./drawing').then(({ Drawing }) => {
      if (!ended && canvas.current) drawing.value = new Drawing(canvas.current);
    }, () => (failed.value = true)); // of another version of the program by now
    return () => {
      ended = true;
      drawing.peek()?.end();
    };
  }, []);
  useSignalEffect(() => {
    if (history.value) drawing.value?.show(keep(`${live.id} ${interval}`, joined(history.value, keptOf(live.id, interval))));
  });

  return (
    <figure class="chart">
      <figcaption>
        <span>Candles of {name}</span>
        <fieldset class="segments">
          <legend class="unseen">Interval</legend>
          {intervals.map((one) => (
            <label key={one}>
              <input type="radio" name="interval" checked={one === interval} onChange={() => refine({ interval: one }, true)} /><span>{one}</span>
            </label>
          ))}
        </fieldset>
      </figcaption>
      {failed.value && <p class="notice" role="alert">The chart could not be loaded. Reload the page.</p>}
      <div class="canvas" ref={canvas} role="img" aria-label={`Candle chart of ${name}`} />
      <p class="where">
        {history.value?.length === 0 && 'There is no history of this interval: these are the prices since you opened the page. '}
        <span class="latest">{latest}</span>
      </p>
    </figure>
  );
}

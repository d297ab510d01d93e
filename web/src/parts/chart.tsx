import { computed, effect, signal, useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { MarketRow } from '../api';
import { intervalMs, isKept, candlesOf, joined, takePrice, type Candle } from '../candles';
import { thisMoment } from '../clock';
import { candleTime } from '../format';
import { source } from '../health';
import { intervals } from '../place';
import { poll } from '../poll';
import { pricesLike } from '../prices';
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

interface History {
  candles: readonly Candle[];
  problem: string; // why there are none
}

const renewal_ms = 600_000; // also if nothing seems to be missed
const isOut = computed(() => source.value === 'reconnecting');

/** Past candles as far as the daemon has them; null until that is known. Asked for anew whenever prices come again that were missed. */
function useHistory(id: string, interval: string): ReadonlySignal<History | null> {
  const history = useMemo(() => signal<History | null>(isKept(interval) ? null : { candles: [], problem: '' }), [id, interval]);
  useEffect(() => {
    if (!isKept(interval)) return;
    return effect(() => {
      void isOut.value;
      return poll<Parameters<typeof candlesOf>[0]>(`v1/markets/${encodeURIComponent(id)}/candles?interval=${interval}`, renewal_ms, {
        body: (body) => (history.value = { candles: candlesOf(body), problem: '' }),
        refused: ({ message }) => {
          if (!history.peek()) history.value = { candles: [], problem: message };
        },
      });
    });
  }, [history]);
  return history;
}

/** What is to be known of a chart without history. */
function remark(history: History | null): string {
  if (history === null || history.candles.length > 0) return '';
  return history.problem === '' ? 'There is no history of this interval: these are the prices that came while you looked. '
    : `The history does not come: ${history.problem}. `;
}

export function Chart({ live, name }: { live: LiveRow<MarketRow>; name: string }) {
  const interval = place.value.interval || '1m';
  const canvas = useRef<HTMLDivElement>(null);
  const drawing = useSignal<Drawing | null>(null);
  const failed = useSignal(false);
  const latest = useSignal('');
  const history = useHistory(live.id, interval);
  const tell = (candle: Candle) => {
    const [open, high, low, close] = pricesLike(live.value.peek(), [candle.open, candle.high, candle.low, candle.close]);
    latest.value = `Candle of ${candleTime(candle.start_ms, intervalMs(interval))}: open ${open}, high ${high}, low ${low}, close ${close}`;
  };

  // Every interval is built at once, so that choosing another shows what there was.
  useEffect(() => effect(() => {
    const { last } = live.value.value;
    if (last === null) return;
    const at = thisMoment();
    for (const one of intervals) {
      const candle = takePrice(keptOf(live.id, one), intervalMs(one), at, Number(last));
      if (one !== interval || !candle || !history.peek()) continue;
      drawing.peek()?.update(candle);
      tell(candle);
    }
  }), [live, history]);

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
  useEffect(() => effect(() => {
    if (!history.value) return;
    const candles = keep(`${live.id} ${interval}`, joined(history.value.candles, keptOf(live.id, interval)));
    drawing.value?.show(candles, intervalMs(interval));
    const last = candles.at(-1);
    if (last) tell(last);
  }), [live, history]);

  return (
    <figure class="chart">
      <figcaption>
        <span>Candles of {name}, times in UTC</span>
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
      <div class="canvas" ref={canvas} role="img" aria-label={`Candle chart of ${name}, told below`} />
      <p class="where">
        {remark(history.value)}
        <span class="latest">{latest}</span>
      </p>
    </figure>
  );
}

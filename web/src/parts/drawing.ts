// The candle chart on its canvas. A file of its own, which is loaded when a market is looked at.
import { effect } from '@preact/signals';
import { CandlestickSeries, createChart, type IChartApi, type ISeriesApi, type UTCTimestamp } from 'lightweight-charts';
import type { Candle } from '../candles';
import { candleTime, digits } from '../format';
import { colour, shownTheme } from '../theme';

const bar = ({ start_ms, open, high, low, close }: Candle) => ({ time: (start_ms / 1000) as UTCTimestamp, open, high, low, close });

/** Places after the point by which a price is told apart from its neighbours. */
const placesOf = (price: number) => Math.max(2, Math.min(12, 5 - Math.ceil(Math.log10(price))));

export class Drawing {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<'Candlestick'>;
  private readonly endTheme: () => void;

  constructor(place: HTMLElement) {
    this.chart = createChart(place, {
      autoSize: true,
      layout: { attributionLogo: false, fontFamily: 'system-ui, sans-serif' }, // the page's footer has the attribution
      timeScale: { rightOffset: 4 },
      localization: { locale: 'en-GB' },
    });
    this.series = this.chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.endTheme = effect(() => {
      void shownTheme.value;
      this.paint();
    });
  }

  /** Shows these, which last so long each, instead of what was there. */
  show(candles: readonly Candle[], interval_ms: number): void {
    this.chart.applyOptions({
      timeScale: { timeVisible: interval_ms < 86_400_000, secondsVisible: interval_ms < 60_000 },
      localization: { timeFormatter: (time: UTCTimestamp) => candleTime(time * 1000, interval_ms) },
    });
    const last = candles.at(-1);
    if (last) {
      const precision = placesOf(last.close);
      const formatter = (price: number) => digits(price.toFixed(precision));
      this.series.applyOptions({ priceFormat: { type: 'custom', formatter, minMove: 10 ** -precision } });
    }
    this.series.setData(candles.map(bar));
  }

  /** The newest candle changed, or is a new one. */
  update(candle: Candle): void {
    this.series.update(bar(candle));
  }

  end(): void {
    this.endTheme();
    this.chart.remove();
  }

  private paint(): void {
    const [up, down, line] = [colour('--up'), colour('--down'), colour('--line')];
    this.chart.applyOptions({
      layout: { background: { color: colour('--paper') }, textColor: colour('--soft-ink') },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
    });
    this.series.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
  }
}

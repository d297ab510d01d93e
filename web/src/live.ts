// Follows a view of markets: by GET /v1/stream, and where that fails by GET /v1/markets every second.
import type { MarketRow, PageBody, PageChange } from './api';
import { whileAwake } from './awake';
import { hear, miss } from './health';
import { apiKey } from './key';
import { poll } from './poll';

export interface Followed {
  page(body: PageBody<MarketRow>): void;
  /** False if it does not fit what is there: then a whole page is asked for. */
  change(change: PageChange<MarketRow>): boolean;
}

const interval_ms = 250; // between events
const poll_ms = 1000;
const silence_ms = 20_000; // without an event: the connection may be dead without anybody having said so
const retry_ms = { first: 1000, longest: 30_000 };

/** Follows the view that `query`, as GET /v1/markets takes it, asks for; returns what ends it. */
export function follow(query: string, to: Followed): () => void {
  return whileAwake(() => {
    const following = new Following(query, to, apiKey.value !== '');
    return () => following.end();
  });
}

class Following {
  private stream: EventSource | null = null;
  private endPolling: (() => void) | null = null;
  private retry = 0; // timers
  private silence = 0;
  private failures = 0;
  private streamed = false; // the daemon has streams
  private refused = false; // the last poll was

  constructor(
    private readonly query: string,
    private readonly to: Followed,
    needsKey: boolean,
  ) {
    if (needsKey) this.startPolling(); // an EventSource sends no key
    else this.openStream();
  }

  end(): void {
    this.closeStream();
    clearTimeout(this.retry);
    this.endPolling?.();
  }

  private openStream(): void {
    clearTimeout(this.retry);
    const stream = new EventSource(`v1/stream?${this.query}&interval=${interval_ms}`);
    this.stream = stream;
    this.watchSilence();
    stream.addEventListener('page', (event) => {
      this.streamed = true;
      this.failures = 0;
      this.stopPolling();
      this.watchSilence();
      hear('live');
      this.to.page(JSON.parse(event.data));
    });
    stream.addEventListener('change', (event) => {
      this.watchSilence();
      hear('live');
      if (!this.to.change(JSON.parse(event.data))) this.openAgain();
    });
    stream.addEventListener('beat', () => {
      this.watchSilence();
      hear('live');
    });
    // The daemon's own event of this name, with a problem; and the browser's, without.
    stream.addEventListener('error', (event) => {
      const told: unknown = event instanceof MessageEvent ? event.data : null;
      this.fail(typeof told === 'string' ? (JSON.parse(told) as { detail?: string }).detail : undefined);
    });
  }

  private closeStream(): void {
    clearTimeout(this.silence);
    this.stream?.close();
    this.stream = null;
  }

  private openAgain(): void {
    this.closeStream();
    this.openStream();
  }

  private watchSilence(): void {
    clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.openAgain(), silence_ms);
  }

  private fail(why = 'the stream has ended'): void {
    this.closeStream();
    if (!this.endPolling) {
      if (this.streamed) miss(why);
      this.startPolling();
    }
    const pause = this.streamed ? retry_ms.first * 2 ** this.failures : retry_ms.longest;
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.openStream(), Math.min(pause, retry_ms.longest));
  }

  private startPolling(): void {
    const answered = () => {
      hear('polling');
      // The daemon is back: so may be its streams.
      if (this.refused && this.streamed && !this.stream) this.openStream();
      this.refused = false;
    };
    this.endPolling = poll<PageBody<MarketRow>>(`v1/markets?${this.query}`, poll_ms, {
      body: (body) => {
        answered();
        this.to.page(body);
      },
      unchanged: answered,
      refused: (why) => {
        this.refused = true;
        miss(why.message, why.status);
      },
    });
  }

  private stopPolling(): void {
    this.endPolling?.();
    this.endPolling = null;
    this.refused = false;
  }
}

// Follows a view of markets: by GET /v1/stream, and where that fails by GET /v1/markets every second.
import { EventSource as KeyedEventSource } from 'eventsource';
import type { MarketRow, PageBody, PageChange } from './api';
import { whileSeen } from './awake';
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

/** Follows the view that `query`, as GET /v1/markets takes it, asks for; a paused board gets its page and no more. Returns what ends it. */
export function follow(query: string, to: Followed): () => void {
  let isTold = false;
  const told: Followed = {
    page: (body) => {
      isTold = true;
      to.page(body);
    },
    change: (change) => to.change(change),
  };
  return whileSeen((once) => {
    if (once && isTold) return;
    const following = new Following(query, told, apiKey.value, once);
    return () => following.end();
  });
}

type Source = EventSource | KeyedEventSource;

/** What browsers have for streams cannot send a key. */
function open(target: string, key: string): Source {
  if (key === '') return new EventSource(target);
  return new KeyedEventSource(target, {
    fetch: (where, how) => fetch(where, { ...how, headers: { ...how.headers, 'X-API-Key': key } }),
  });
}

/** `take` gets the text of each event of this name; null of one that the browser makes itself. */
function hears(stream: Source, name: string, take: (text: string | null) => void): void {
  const heard = (event: Event) => take(event instanceof MessageEvent ? (event.data as string) : null);
  stream.addEventListener(name, heard);
}

class Following {
  private stream: Source | null = null;
  private endPolling: (() => void) | null = null;
  private retry = 0; // timers
  private silence = 0;
  private failures = 0;
  private streamed = false; // the daemon has streams
  private refused = false; // the last poll was: streams are not tried then

  constructor(
    private readonly query: string,
    private readonly to: Followed,
    private readonly key: string,
    private readonly once: boolean,
  ) {
    if (once) this.startPolling();
    else this.openStream();
  }

  end(): void {
    this.closeStream();
    clearTimeout(this.retry);
    this.endPolling?.();
  }

  private openStream(): void {
    clearTimeout(this.retry);
    const stream = open(`v1/stream?${this.query}&interval=${interval_ms}`, this.key);
    this.stream = stream;
    this.watchSilence();
    hears(stream, 'page', (text) => {
      this.streamed = true;
      this.failures = 0;
      this.stopPolling();
      this.watchSilence();
      hear('live');
      this.to.page(JSON.parse(text ?? ''));
    });
    hears(stream, 'change', (text) => {
      this.watchSilence();
      hear('live');
      if (!this.to.change(JSON.parse(text ?? ''))) this.openAgain();
    });
    hears(stream, 'beat', () => {
      this.watchSilence();
      hear('live');
    });
    // The daemon's own event of this name, with a problem; and the browser's, without.
    hears(stream, 'error', (text) => {
      this.fail(text === null ? undefined : (JSON.parse(text) as { detail?: string }).detail);
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
    this.silence = window.setTimeout(() => this.fail(`nothing has come for ${silence_ms / 1000} s`), silence_ms);
  }

  private fail(why = 'the stream has ended'): void {
    this.closeStream();
    if (!this.endPolling) {
      if (this.streamed) miss(why);
      this.startPolling();
    }
    clearTimeout(this.retry);
    if (this.refused) return; // an answer comes first
    const pause = Math.min(retry_ms.first * 2 ** this.failures, retry_ms.longest);
    this.failures += 1;
    this.retry = window.setTimeout(() => this.openStream(), pause);
  }

  private startPolling(): void {
    const answered = () => {
      hear('polling');
      // The daemon is back: so may be its streams.
      if (this.refused && !this.stream && !this.once) this.openStream();
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
        clearTimeout(this.retry);
        if (why.isFinal) this.closeStream();
        miss(why.message, why);
      },
    });
  }

  private stopPolling(): void {
    this.endPolling?.();
    this.endPolling = null;
    this.refused = false;
  }
}

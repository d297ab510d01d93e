// A client of a tickboard daemon, for Node.js 20 or newer and, with its origin allowed, for browsers.

/** What every page has; `snapshot` and others are there where they were asked for. */
export interface Page<Row> {
  data: Row[];
  page: { number?: number; size: number; total?: number; pages?: number; next?: string | null };
  as_of_ms: number;
}

/** A market; prices are text, the exchange's own digits. */
export interface Market {
  id: string;
  last: string | null;
  change_24h_pct: number | null;
  age_ms: number;
  stale: boolean;
}

/** The daemon says what is wrong with the question. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Answer<Body> {
  body: Body;
  unchanged: boolean; // since it was asked last: a 304
  next: string | null; // the target of the page after this one
}

interface Known {
  tag: string;
  body: unknown;
  next: string | null;
}

const mostKnown = 100;
const pause = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

export class Client {
  private readonly known = new Map<string, Known>();

  constructor(
    readonly url: string,
    private readonly key = '',
    private readonly tries = 30,
  ) {}

  headers(accept = 'application/json'): Record<string, string> {
    return { Accept: accept, ...(this.key && { Authorization: `Bearer ${this.key}` }) };
  }

  /** Asks again while the daemon says "not now" (429, 503), or does not listen. */
  async get<Body>(target: string): Promise<Answer<Body>> {
    for (let left = this.tries - 1; ; --left) {
      let reply: Response;
      try {
        reply = await this.ask(target);
      } catch (problem) {
        if (left <= 0) throw problem;
        await pause(1);
        continue;
      }
      const known = this.known.get(target);
      if (reply.status === 304 && known) return { body: known.body as Body, unchanged: true, next: known.next };
      if (reply.ok) return this.take<Body>(target, reply);
      if ((reply.status !== 429 && reply.status !== 503) || left <= 0) throw await refusal(reply);
      await reply.arrayBuffer(); // the connection is free again
      await pause(Number(reply.headers.get('retry-after') ?? 1));
    }
  }

  /** Each row of each page, by the Link headers. */
  async *rows<Row>(target: string): AsyncGenerator<Row> {
    for (let next: string | null = target; next !== null; ) {
      const answer: Answer<Page<Row>> = await this.get<Page<Row>>(next);
      yield* answer.body.data;
      next = answer.next;
    }
  }

  private ask(target: string): Promise<Response> {
    const tag = this.known.get(target)?.tag;
    const headers = { ...this.headers(), ...(tag && { 'If-None-Match': tag }) };
    return fetch(this.url + target, { headers, signal: AbortSignal.timeout(10_000) });
  }

  private async take<Body>(target: string, reply: Response): Promise<Answer<Body>> {
    const body = (await reply.json()) as Body;
    const next = /<([^>]*)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1] ?? null;
    const tag = reply.headers.get('etag');
    if (tag) {
      this.known.delete(target);
      this.known.set(target, { tag, body, next });
      for (const oldest of this.known.keys()) {
        if (this.known.size <= mostKnown) break;
        this.known.delete(oldest);
      }
    }
    return { body, unchanged: false, next };
  }
}

/** Title and detail of a problem (RFC 9457). */
export async function refusal(reply: Response): Promise<Refused> {
  const told = (await reply.json().catch(() => ({}))) as { title?: string; detail?: string };
  return new Refused(reply.status, told.title ? `${told.title}: ${told.detail}` : `HTTP status ${reply.status}`);
}

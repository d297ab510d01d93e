// Follows a view (Server-Sent Events): keeps its page up to date, and prints the first row at each event.
//
// usage: stream [QUERY] [EVENTS]      exit status 77: this daemon has no streams
import { type Market, type Page, refusal } from './client';
import { client, run } from './environment';

/** What an event `change` holds: fields of rows that changed, and the order if it did. */
interface Change {
  rows?: Record<string, Partial<Market>>;
  order?: string[];
  meta?: Partial<Page<Market>>;
}

/** The page after a change. */
function changed(page: Page<Market>, change: Change): Page<Market> {
  const rows = new Map(page.data.map((row) => [row.id, row]));
  for (const [id, fields] of Object.entries(change.rows ?? {})) rows.set(id, { ...rows.get(id), ...fields } as Market);
  const order = change.order ?? page.data.map((row) => row.id);
  return { ...page, ...change.meta, data: order.flatMap((id) => rows.get(id) ?? []) };
}

/** Name and JSON of each event, until the connection ends; the caller connects again. */
async function* events(query: string): AsyncGenerator<[string, unknown]> {
  const reply = await fetch(`${client.url}/v1/stream?${query}`, { headers: client.headers('text/event-stream') });
  if (!reply.ok || !reply.body) throw await refusal(reply);
  let text = '';
  for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
    text = (text + piece).replaceAll('\r\n', '\n');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const values = (field: string) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ''));
      const data = values('data');
      if (data.length > 0) yield [values('event')[0] ?? 'message', JSON.parse(data.join('\n'))];
    }
  }
}

run(async (query = 'sort=-volume_usd_24h&per_page=20', count = '10') => {
  let left = Number(count);
  let page: Page<Market> = { data: [], page: { size: 0 }, as_of_ms: 0 };
  for await (const [name, told] of events(query)) {
    if (name === 'page') page = told as Page<Market>;
    if (name === 'change') page = changed(page, told as Change);
    console.log(`${name}: ${page.data[0]?.id ?? 'no rows'} ${page.data[0]?.last ?? ''}`);
    if (--left === 0) process.exit();
  }
  throw new Error('the stream has ended');
}, 77);

// Follows a view (Server-Sent Events): prints each event's name and how much it holds.
//
// usage: stream [QUERY] [EVENTS]      exit status 77: this daemon has no streams
import { refusal } from './client';
import { client, run } from './environment';

/** Name and JSON of each event, until the connection ends; the caller connects again. */
async function* events(query: string): AsyncGenerator<[string, Record<string, unknown[] | undefined>]> {
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
  for await (const [name, told] of events(query)) {
    console.log(`${name}: ${(told.data ?? told.rows ?? []).length} rows`);
    if (--left === 0) process.exit();
  }
  throw new Error('the stream has ended');
}, 77);

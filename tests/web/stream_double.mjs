// Stands before the daemon and answers as it does, but for two resources in which faults and
// histories are to be had: GET /v1/stream, made of pages that are asked for and compared to the last
// ones, and GET /v1/markets/{id}/candles.
import { once } from 'node:events';
import http from 'node:http';

/** What changed from one body of GET /v1/markets to the next, as events tell it; null if nothing did. */
export function changeOf(before, after) {
  const known = new Map(before.data.map((row) => [row.id, row]));
  const rows = {};
  for (const row of after.data) {
    const old = known.get(row.id);
    const fields = Object.entries(row).filter(([name, value]) => name !== 'age_ms' && (!old || JSON.stringify(old[name]) !== JSON.stringify(value)));
    if (fields.length > 0) rows[row.id] = Object.fromEntries(fields);
  }
  const order = after.data.map((row) => row.id);
  const change = { meta: { as_of_ms: after.as_of_ms }, rows };
  if (JSON.stringify(before.page) !== JSON.stringify(after.page)) change.meta.page = after.page;
  if (order.join() !== before.data.map((row) => row.id).join()) change.order = order;
  return change.order || change.meta.page || Object.keys(rows).length > 0 ? change : null;
}

export async function startDouble(base) {
  const streams = new Set();
  const double = { candles: null, asked: [], streams: () => streams.size };

  async function stream(url, response) {
    const query = new URLSearchParams(url.searchParams);
    const every_ms = Number(query.get('interval'));
    query.delete('interval');
    let last = null;
    let id = 0;
    let timer;
    streams.add(response);
    response.on('close', () => {
      streams.delete(response);
      clearTimeout(timer);
    });
    const round = async () => {
      const answer = await fetch(`${base}/v1/markets?${query}`).catch(() => null);
      if (response.destroyed) return;
      if (answer?.status !== 200) {
        response.destroy();
        return;
      }
      const body = await answer.json();
      if (!last) response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      const change = last ? changeOf(last, body) : null;
      if (!last || change) response.write(`event: ${last ? 'change' : 'page'}\nid: ${++id}\ndata: ${JSON.stringify(change ?? body)}\n\n`);
      else response.write(':\n\n');
      last = body;
      timer = setTimeout(round, every_ms);
    };
    await round();
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url, base);
    double.asked.push(request.url);
    if (url.pathname === '/v1/stream') {
      void stream(url, response);
      return;
    }
    if (double.candles && url.pathname.endsWith('/candles')) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ data: double.candles }));
      return;
    }
    http.get(base + request.url, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }).on('error', () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  double.base = `http://127.0.0.1:${server.address().port}`;
  double.end = () => {
    server.closeAllConnections();
    server.close();
  };
  return double;
}

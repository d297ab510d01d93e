// Stands before the daemon and passes everything on, but for faults and histories that are to be had:
// it counts streams, can refuse them and whatever else it is told to, and can tell candles of its own.
import { once } from 'node:events';
import http from 'node:http';

export async function startDouble(base) {
  const streams = new Set();
  const double = { candles: null, withoutStreams: false, refuses: null, asked: [], streams: () => streams.size, endStreams: () => streams.forEach((one) => one.destroy()) };

  const server = http.createServer((request, response) => {
    const url = new URL(request.url, base);
    double.asked.push(request.url);
    const refusal = double.refuses?.(url); // status and header
    if (refusal) {
      response.writeHead(...refusal).end();
      return;
    }
    if (url.pathname === '/v1/stream') {
      if (double.withoutStreams) {
        response.writeHead(404).end();
        return;
      }
      streams.add(response);
      response.on('close', () => streams.delete(response));
    }
    if (double.candles && url.pathname.endsWith('/candles')) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ data: double.candles }));
      return;
    }
    const passed = http.get(base + request.url, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.on('error', () => response.destroy()).pipe(response);
    }).on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  double.base = `http://127.0.0.1:${server.address().port}`;
  double.end = () => {
    server.closeAllConnections();
    server.close();
  };
  return double;
}

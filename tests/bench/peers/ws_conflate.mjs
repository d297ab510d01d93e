// ws_conflate.mjs EXCHANGE_PORT REDIS_SOCKET: follows every market with bare ws and JSON.parse.
import WebSocket from 'ws';
import { makeSink } from './sink.mjs';

const [port, path] = process.argv.slice(2);
const put = makeSink(path);
const { symbols } = await (await fetch(`http://127.0.0.1:${port}/api/v3/exchangeInfo`)).json();
const markets = new Map(symbols.filter((s) => s.status === 'TRADING').map((s) => [s.symbol, { id: `binance:${s.baseAsset}-${s.quoteAsset}`, base: s.baseAsset, quote: s.quoteAsset }]));

const socket = new WebSocket(`ws://127.0.0.1:${port}/stream`, { perMessageDeflate: false });
socket.on('open', () => socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: [...markets.keys()].map((s) => `${s.toLowerCase()}@ticker`), id: 1 })));
socket.on('message', (text) => {
  const { data: d } = JSON.parse(text);
  if (d?.e !== '24hrTicker') return;
  const { id, base, quote } = markets.get(d.s);
  put({ id, base, quote, last: +d.c, bid: +d.b, ask: +d.a, bid_size: +d.B, ask_size: +d.A, open_24h: +d.o, high_24h: +d.h, low_24h: +d.l, volume_24h: +d.v, quote_volume_24h: +d.q, change_24h_pct: +d.P, ts_ms: d.E });
});
for (const end of ['close', 'error']) socket.on(end, (why) => { console.error(end, String(why)); process.exit(1); });

// The peers' data set (lib/dataset.mjs of their driver) for tickboard: its 6 exchanges, each speaking
// Binance's spot protocol on loopback, so that the real daemon takes the 3,000 markets in.
//
//   node dataset.mjs exchanges DRIVER FIRST_PORT     listens on 6 ports; ends with its standard input
//   node dataset.mjs config FIRST_PORT REDIS_PORT API_PORT     prints the daemon's configuration
//   node dataset.mjs check DRIVER API_URL     compares every page of the driver's spread: order, totals
//                                             and the values of each row; exit code 1 if any differs
import http from 'node:http';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAMES = ['binance', 'okx', 'bybit', 'kraken', 'coinbase', 'kucoin']; // as in the data set
const SORTS = { quote_volume_24h: 'quote_volume_24h', change_pct_24h: 'change_24h_pct', last: 'last' };
// A row's field in the data set, and in tickboard.
const VALUES = {
  last: 'last', bid: 'bid', ask: 'ask', bid_size: 'bid_size', ask_size: 'ask_size', open: 'open_24h',
  high_24h: 'high_24h', low_24h: 'low_24h', base_volume_24h: 'volume_24h',
  quote_volume_24h: 'quote_volume_24h', change_pct_24h: 'change_24h_pct', ts: 'ts_ms',
};

/** A number as exchanges write it: no exponent. Reads back as the same double. */
function plain(x) {
  const text = String(x), found = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (!found) return text;
  return `${found[1]}0.${'0'.repeat(found[4] - 1)}${found[2]}${found[3] ?? ''}`;
}

function frame(row) {
  const symbol = row.base + row.quote, p = plain;
  const data = { e: '24hrTicker', E: row.ts, s: symbol, P: p(row.change_pct_24h), c: p(row.last), b: p(row.bid), B: p(row.bid_size), a: p(row.ask), A: p(row.ask_size), o: p(row.open), h: p(row.high_24h), l: p(row.low_24h), v: p(row.base_volume_24h), q: p(row.quote_volume_24h), C: row.ts, n: row.trades_24h };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@ticker`, data });
}

function exchange(rows, port, WebSocketServer) {
  const frames = new Map(rows.map((row) => [`${(row.base + row.quote).toLowerCase()}@ticker`, frame(row)]));
  const symbols = rows.map((row) => ({ symbol: row.base + row.quote, status: 'TRADING', baseAsset: row.base, quoteAsset: row.quote, isSpotTradingAllowed: true }));
  const server = http.createServer((request, reply) => {
    const known = request.url.startsWith('/api/v3/exchangeInfo');
    reply.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(known ? { symbols } : { code: -1, msg: 'there is /api/v3/exchangeInfo' }));
  });
  new WebSocketServer({ server, path: '/stream', perMessageDeflate: false }).on('connection', (socket) => {
    socket.on('error', () => {}); // it is gone, which is all there is to know
    socket.on('message', (text) => {
      const { method, params = [], id = null } = JSON.parse(text);
      socket.send(JSON.stringify({ result: null, id }));
      if (method !== 'SUBSCRIBE') return;
      for (const stream of params) if (frames.has(stream)) socket.send(frames.get(stream));
    });
  });
  return new Promise((done) => server.listen(port, '127.0.0.1', done));
}

async function exchanges(driver, firstPort) {
  const { markets } = await dataset(driver);
  const { WebSocketServer } = createRequire(resolve(driver, 'package.json'))('ws');
  const rows = markets();
  await Promise.all(NAMES.map((name, i) => exchange(rows.filter((row) => row.exchange === name), Number(firstPort) + i, WebSocketServer)));
  console.log(`${rows.length} markets on ports ${firstPort} to ${Number(firstPort) + NAMES.length - 1}`);
  process.stdin.resume().on('end', () => process.exit(0));
}

function config(firstPort, redisPort, apiPort) {
  console.log(`[http]\nlisten = "127.0.0.1:${apiPort}"\n\n[redis]\nurl = "redis://127.0.0.1:${redisPort}/0"`);
  NAMES.forEach((name, i) => {
    const at = `127.0.0.1:${Number(firstPort) + i}`;
    // One frame a market, then silence: that is no stall here.
    console.log(`\n[[feed]]\nexchange = "binance"\nname = "${name}"\nws_url = "ws://${at}/stream"\nrest_url = "http://${at}"\nsymbols = ["*/*"]\nchannels = ["ticker"]\nstall_timeout = "1h"`);
  });
}

async function check(driver, api) {
  const { reference, spreadUrls, PER_PAGE } = await dataset(driver);
  const wanted = reference(), problems = [];
  const targets = [...new Set(spreadUrls())];
  for (const target of targets) {
    const asked = new URL(target, api).searchParams;
    const quote = asked.get('quote'), sort = asked.get('sort').slice(1), page = Number(asked.get('page'));
    const url = `${api}/v1/markets?quote=${quote}&sort=-${SORTS[sort]}&page=${page}&per_page=${PER_PAGE}`;
    const reply = await fetch(url), answer = await reply.json();
    const rows = wanted.page(quote, sort, page), problem = (what) => problems.push(`${url}: ${what}`);
    if (reply.status !== 200) { problem(`status ${reply.status}`); continue; }
    if (answer.page.total !== wanted.total[quote]) problem(`total ${answer.page.total}, not ${wanted.total[quote]}`);
    if (answer.data.length !== rows.length) { problem(`${answer.data.length} rows, not ${rows.length}`); continue; }
    rows.forEach((row, i) => {
      const got = answer.data[i];
      if (got.id !== row.id.replace('/', '-')) problem(`row ${i} is ${got.id}, not ${row.id}`);
      else for (const [theirs, ours] of Object.entries(VALUES)) if (Number(got[ours]) !== row[theirs]) problem(`${got.id}: ${ours} is ${got[ours]}, not ${row[theirs]}`);
    });
  }
  for (const one of problems.slice(0, 10)) console.error(one);
  console.log(`${targets.length} pages: ${problems.length === 0 ? 'all as in the data set' : `${problems.length} differences`}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

const dataset = (driver) => import(pathToFileURL(resolve(driver, 'lib/dataset.mjs')));
const commands = { exchanges, config, check }, [name, ...rest] = process.argv.slice(2);
if (!commands[name] || rest.length !== commands[name].length) {
  console.error('usage: dataset.mjs exchanges DRIVER FIRST_PORT | config FIRST_PORT REDIS_PORT API_PORT | check DRIVER API_URL');
  process.exit(2);
}
await commands[name](...rest);

// Runs ccxt's watchTicker and watchTickers, with nothing but their base URLs changed, against a
// simulated exchange, and compares what they end with to the simulator's own /sim/state.
//
// usage: node check.mjs TICKBOARD EXCHANGE

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import assert from "node:assert/strict";
import ccxt from "ccxt";

const [program, exchange] = process.argv.slice(2);
const followed = 12;
const deadline = 60_000;

const venues = {
  binance: {
    make: (http, ws) => {
      const client = new ccxt.pro.binance({ options: { fetchMarkets: { types: ["spot"] } } });
      client.urls.api.public = `${http}/api/v3`;
      client.urls.api.ws.spot = `${ws}/ws`;
      return client;
    },
    // The default stream, miniTicker, has no quotes.
    params: { name: "ticker" },
  },
  coinbaseexchange: {
    make: (http, ws) => {
      const client = new ccxt.pro.coinbaseexchange();
      client.urls.api.public = http;
      client.urls.api.ws = ws;
      return client;
    },
    params: {},
  },
  kraken: {
    make: (http, ws) => {
      const client = new ccxt.pro.kraken();
      client.urls.api.public = http;
      client.urls.api.ws.publicV2 = `${ws}/v2`;
      return client;
    },
    params: {},
  },
};

/// Where ccxt keeps what /sim/state calls by the name on the left.
const fields = {
  last: "last",
  bid: "bid",
  ask: "ask",
  bid_size: "bidVolume",
  ask_size: "askVolume",
  open_24h: "open",
  high_24h: "high",
  low_24h: "low",
  volume_24h: "baseVolume",
  quote_volume_24h: "quoteVolume",
};

async function start() {
  const child = spawn(
    program,
    ["simulate", "--exchange", exchange, "--listen", "127.0.0.1:0", "--markets", "40",
      "--rate", "400", "--count", "800", "--seed", "7", "--hold"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const failed = new Promise((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
  });
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const found = /^listening on (\S+)$/.exec(line);
      if (found) return found[1];
    }
    throw new Error("the simulator never said where it listens");
  })();
  return { child, address: await Promise.race([ready, failed]) };
}

const json = async (url, init) => (await fetch(url, init)).json();

function differences(ticker, row) {
  if (ticker === undefined) return ["no ticker"];
  const wrong = Object.entries(fields)
    .filter(([ours]) => row[ours] !== null)
    .filter(([ours, theirs]) => ticker[theirs] !== Number(row[ours]))
    .map(([ours, theirs]) => `${ours}: sent ${row[ours]}, ccxt has ${ticker[theirs]}`);
  // ccxt leaves Kraken's timestamp unread.
  if (exchange !== "kraken" && ticker.timestamp !== row.ts_ms)
    wrong.push(`ts_ms: sent ${row.ts_ms}, ccxt has ${ticker.timestamp}`);
  return wrong;
}

async function run(address) {
  const { make, params } = venues[exchange];
  const http = `http://${address}`;
  const client = make(http, `ws://${address}`);
  await client.loadHttpProxyAgent(); // ccxt wants an agent of its own for ws:// as against wss://
  try {
    const markets = await client.loadMarkets();
    const state = await json(`${http}/sim/state`);
    for (const row of state)
      assert.ok(markets[row.symbol]?.active !== false, `${row.symbol} is not listed as active`);
    const symbols = state.slice(0, followed).map((row) => row.symbol);

    let running = true;
    const forever = async (watch) => {
      while (running) await watch();
    };
    const watchers = [
      forever(() => client.watchTicker(symbols[0], params)),
      forever(() => client.watchTickers(symbols.slice(1), params)),
    ];
    const all = Promise.all(watchers);
    all.catch(() => {});

    let status;
    const poll = async () => {
      for (let went = false; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
        status = await json(`${http}/sim/status`);
        if (!went && status.subscriptions >= followed) {
          went = true;
          await json(`${http}/sim/go`, { method: "POST" });
        }
        if (!status.done) continue;
        const rows = await json(`${http}/sim/state`);
        const wrong = rows
          .slice(0, followed)
          .map((row) => [row.symbol, differences(client.tickers[row.symbol], row)])
          .filter(([, list]) => list.length > 0);
        if (wrong.length === 0) return rows;
        // The last frames are with the socket, ccxt may not have read them yet.
        if (Date.now() - began > deadline)
          assert.fail(`ccxt and /sim/state differ: ${JSON.stringify(wrong, null, 1)}`);
      }
    };
    const began = Date.now();
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`not done in time: ${JSON.stringify(status)}`)),
        deadline + 5_000).unref();
    });
    const rows = await Promise.race([poll(), all, late]);
    running = false;
    assert.ok(rows.every((row) => row.updates === 20), "each market has its share of the updates");
    console.log(`${exchange}: ${followed} tickers of ccxt ${ccxt.version} equal /sim/state`);
  } finally {
    await client.close();
  }
}

const { child, address } = await start();
let code = 0;
try {
  await run(address);
} catch (error) {
  console.error(error);
  code = 1;
}
child.kill();
process.exit(code);

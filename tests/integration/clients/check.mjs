// Runs client packages for CoinGecko and CoinMarketCap, with nothing but the base URL changed,
// against tickboard, which follows simulated exchanges that hold still; and compares what they get
// to what GET /v1/assets says, translated and sorted here once more.
//
// usage: node check.mjs TICKBOARD

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import assert from "node:assert/strict";
import Coingecko from "@coingecko/coingecko-typescript";
import CoinGeckoOld from "coingecko-api";
import { CoinGeckoClient } from "coingecko-api-v3";
import CoinMarketCap from "coinmarketcap-api";

const [program] = process.argv.slice(2);
const deadline = Date.now() + 90_000;
const dir = mkdtempSync(join(tmpdir(), "tickboard-clients-"));
const children = [];

/// Resolves with what `pattern` finds in the first line of stdout that has it.
function start(command, args, pattern) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${command} ${args[0]} ended with ${code}`)));
    setTimeout(() => reject(new Error(`${command} ${args[0]} never said that it is ready`)),
      deadline - Date.now()).unref();
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = pattern.exec(line);
      if (found) resolve(found[1]);
    });
  });
}

const json = async (url, init) => (await fetch(url, init)).json();

/// Asks again and again until `ask` gives something.
async function until(what, ask) {
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function world() {
  const socket = join(dir, "redis");
  await start(
    "redis-server",
    ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", dir],
    /(ready to accept connections|Ready to accept connections)/i,
  );
  const paths = { binance: "/stream", coinbaseexchange: "/", kraken: "/v2" };
  const hosts = [];
  let config = `[http]\nlisten = "127.0.0.1:0"\n[redis]\nurl = "unix://${socket}"\n`;
  for (const [exchange, path] of Object.entries(paths)) {
    const host = await start(
      program,
      ["simulate", "--exchange", exchange, "--listen", "127.0.0.1:0", "--markets", "250",
        "--rate", "5000", "--count", "5000", "--seed", "7", "--hold"],
      /^listening on (\S+)$/,
    );
    hosts.push(host);
    config += `[[feed]]\nexchange = "${exchange}"\nws_url = "ws://${host}${path}"\n` +
      `rest_url = "http://${host}"\nsymbols = ["*/*"]\n`;
  }
  const file = join(dir, "tickboard.toml");
  writeFileSync(file, config);
  const port = await start(program, ["serve", "--config", file], /^listening on port (\d+)$/);
  const base = `http://127.0.0.1:${port}`;
  for (const host of hosts) {
    await until(`${host} is followed`, async () =>
      (await json(`http://${host}/sim/status`)).subscriptions >= 250);
    await json(`http://${host}/sim/go`, { method: "POST" });
  }
  for (const host of hosts)
    await until(`${host} is done`, async () => (await json(`http://${host}/sim/status`)).done);
  // A change is shown within 1.25 s.
  let before, since;
  await until("assets hold still", async () => {
    const answer = await fetch(`${base}/v1/assets?sort=symbol&per_page=250`);
    const page = answer.ok && (await answer.json());
    const now = page && JSON.stringify(page.data.map((row) => [row.symbol, row.price_usd]));
    if (now !== before) since = Date.now();
    before = now;
    return page && page.data.length > 0 && Date.now() - since > 1_500;
  });
  return base;
}

// -- the same, once more --------------------------------------------------------------------------

const by = (value, descending) => (a, b) => {
  const [x, y] = [value(a), value(b)];
  if ((x === null) !== (y === null)) return x === null ? 1 : -1;
  if (x !== y) return x < y === descending ? 1 : -1;
  return a.symbol < b.symbol === descending ? 1 : -1;
};

const id = (row) => row.slug ?? row.symbol.toLowerCase();
const number = (text) => (text === null ? null : Number(text));
const close = (a, b, what) => {
  if (a === null || b === null) return assert.equal(a, b, what);
  assert.ok(Math.abs(a - b) <= 1e-8 * Math.max(Math.abs(a), Math.abs(b)), `${what}: ${a}, ${b}`);
};

function sameCoin(coin, row) {
  const what = `${row.symbol}: `;
  assert.equal(coin.id, id(row), what);
  assert.equal(coin.symbol, row.symbol.toLowerCase());
  assert.equal(coin.name, row.name ?? row.symbol);
  assert.equal(coin.current_price, row.price_usd, `${what}price`);
  assert.equal(coin.market_cap, row.market_cap, `${what}market cap`);
  assert.equal(coin.market_cap_rank, row.market_cap === null ? null : row.rank, `${what}rank`);
  assert.equal(coin.total_volume, row.volume_usd_24h, `${what}volume`);
  assert.equal(coin.high_24h, row.high_usd_24h, `${what}high`);
  assert.equal(coin.low_24h, row.low_usd_24h, `${what}low`);
  assert.equal(coin.price_change_percentage_24h, row.change_24h_pct, `${what}change`);
  assert.equal(coin.circulating_supply, number(row.circulating_supply), `${what}supply`);
  assert.equal(coin.max_supply, number(row.max_supply), `${what}max supply`);
  close(coin.fully_diluted_valuation,
    row.price_usd === null || row.max_supply === null ? null : row.price_usd * row.max_supply,
    `${what}diluted`);
  for (const unknown of ["image", "total_supply", "ath", "ath_date", "atl", "atl_date", "roi"])
    assert.equal(coin[unknown], null, `${what}${unknown}`);
  assert.ok(Date.now() - Date.parse(coin.last_updated) < 120_000, `${what}${coin.last_updated}`);
}

// -- CoinGecko ------------------------------------------------------------------------------------

async function coingecko(base, rows) {
  const client = new Coingecko({ baseURL: `${base}/api/v3`, demoAPIKey: "any", maxRetries: 0 });
  assert.equal((await client.ping.get()).gecko_says, "(V3) To the Moon!");

  const orders = {
    market_cap_desc: by((row) => row.rank, false),
    market_cap_asc: by((row) => row.market_cap, false),
    volume_desc: by((row) => row.volume_usd_24h, true),
    volume_asc: by((row) => row.volume_usd_24h, false),
    id_asc: by(id, false),
    id_desc: by(id, true),
    price_desc: by((row) => row.price_usd, true),
    price_change_percentage_24h_asc: by((row) => row.change_24h_pct, false),
  };
  for (const [order, compare] of Object.entries(orders))
    for (const page of [1, 2]) {
      const coins = await client.coins.markets.get({ vs_currency: "usd", order, per_page: 7, page });
      const wanted = [...rows].sort(compare).slice(7 * (page - 1), 7 * page);
      assert.deepEqual(coins.map((coin) => coin.id), wanted.map(id), order);
      coins.forEach((coin, i) => sameCoin(coin, wanted[i]));
    }

  const named = await client.coins.markets.get({
    vs_currency: "usd", ids: "bitcoin,nothing,ethereum", sparkline: true, precision: "2",
    price_change_percentage: "24h,7d",
  });
  assert.deepEqual(named.map((coin) => coin.id).sort(), ["bitcoin", "ethereum"]);
  assert.deepEqual(named[0].sparkline_in_7d, { price: [] });
  assert.equal(named[0].price_change_percentage_7d_in_currency, null);
  assert.equal(named[0].price_change_percentage_24h_in_currency,
    named[0].price_change_percentage_24h);
  const bitcoin = rows.find((row) => row.symbol === "BTC");
  const cents = named.find((coin) => coin.id === "bitcoin").current_price;
  assert.equal(cents, Number(bitcoin.price_usd.toFixed(2)));
  const layers = await client.coins.markets.get({ vs_currency: "usd", category: "layer-1" });
  assert.deepEqual(layers.map((coin) => coin.symbol.toUpperCase()).sort(),
    rows.filter((row) => row.categories.includes("layer-1")).map((row) => row.symbol).sort());

  const currencies = await client.simple.supportedVsCurrencies.get();
  for (const code of ["btc", "eth", "eur", "usd", "usdt"]) assert.ok(currencies.includes(code), code);
  const price = await client.simple.price.get({
    vs_currencies: "usd,eth,eur", ids: "bitcoin,ethereum", include_market_cap: true,
    include_24hr_vol: true, include_24hr_change: true, include_last_updated_at: true,
  });
  const ethereum = rows.find((row) => row.symbol === "ETH");
  assert.equal(price.bitcoin.usd, bitcoin.price_usd);
  assert.equal(price.bitcoin.usd_market_cap, bitcoin.market_cap);
  assert.equal(price.bitcoin.usd_24h_vol, bitcoin.volume_usd_24h);
  assert.equal(price.bitcoin.usd_24h_change, bitcoin.change_24h_pct);
  assert.ok(Date.now() / 1000 - price.bitcoin.last_updated_at < 120);
  assert.equal(price.ethereum.eth, 1);
  assert.equal(price.ethereum.eth_24h_change, 0);
  close(price.bitcoin.eth, bitcoin.price_usd / ethereum.price_usd, "bitcoin in ethereum");
  close(price.bitcoin.eur / price.ethereum.eur, price.bitcoin.usd / price.ethereum.usd, "in euros");

  const list = await client.coins.list.get();
  assert.deepEqual(list.map((coin) => coin.id), rows.map(id).sort());

  // Errors arrive as those of the package.
  const fails = async (status, words, call) =>
    assert.rejects(call, (error) => {
      assert.equal(error.status, status);
      assert.match(error.error.error, words);
      return true;
    });
  await fails(422, /^Missing parameter vs_currency/, client.coins.markets.get({}));
  await fails(400, /^invalid vs_currency: "xyz" .*allowed: .*usd/,
    client.coins.markets.get({ vs_currency: "xyz" }));
  await fails(400, /^per_page .*1 to 250/,
    client.coins.markets.get({ vs_currency: "usd", per_page: 251 }));
  await fails(404, /^Incorrect path/, client.coins.getID("bitcoin"));
  return price;
}

/// These two speak https with fixed hosts: their requests are led to us.
async function olderClients(base, rows) {
  const { hostname, port } = new URL(base);
  https.request = (options, ...rest) =>
    http.request({ ...options, protocol: "http:", host: hostname, hostname, port }, ...rest);

  const best = [...rows].sort(by((row) => row.rank, false)).slice(0, 5);
  const old = new CoinGeckoOld();
  assert.equal((await old.ping()).code, 200);
  const coins = await old.coins.markets({ order: CoinGeckoOld.ORDER.MARKET_CAP_DESC, per_page: 5 });
  assert.equal(coins.success, true);
  coins.data.forEach((coin, i) => sameCoin(coin, best[i]));
  const simple = await old.simple.price({ ids: ["bitcoin", "solana"], vs_currencies: ["usd", "btc"] });
  assert.equal(simple.data.bitcoin.btc, 1);
  assert.equal(simple.data.solana.usd, rows.find((row) => row.symbol === "SOL").price_usd);
  assert.equal((await old.coins.list()).data.length, rows.length);
  assert.ok((await old.simple.supportedVsCurrencies()).data.includes("usd"));
  const refused = await old.coins.markets({ vs_currency: "xyz" });
  assert.deepEqual([refused.success, refused.code], [false, 400]);

  const v3 = new CoinGeckoClient({ autoRetry: false });
  assert.equal((await v3.ping()).gecko_says, "(V3) To the Moon!");
  const markets = await v3.coinMarket({ vs_currency: "usd", per_page: 5, order: "market_cap_desc" });
  markets.forEach((coin, i) => sameCoin(coin, best[i]));
  const price = await v3.simplePrice({ ids: "bitcoin", vs_currencies: "usd" });
  assert.deepEqual(price, { bitcoin: { usd: rows.find((row) => row.symbol === "BTC").price_usd } });
  assert.equal((await v3.coinList({ include_platform: true }))[0].platforms !== undefined, true);
}

// -- CoinMarketCap --------------------------------------------------------------------------------

async function coinmarketcap(base, rows) {
  const client = new CoinMarketCap("any");
  client.url = `${base}/v1`;
  const sorts = {
    market_cap: [by((row) => row.rank, false), by((row) => row.market_cap, false)],
    market_cap_strict: [(row) => row.market_cap],
    name: [(row) => row.name ?? row.symbol],
    symbol: [(row) => row.symbol],
    price: [(row) => row.price_usd],
    circulating_supply: [(row) => number(row.circulating_supply)],
    max_supply: [(row) => number(row.max_supply)],
    num_market_pairs: [(row) => row.markets],
    volume_24h: [(row) => row.volume_usd_24h],
    percent_change_1h: [(row) => row.change_1h_pct],
    percent_change_24h: [(row) => row.change_24h_pct],
  };
  for (const name of ["date_added", "total_supply", "market_cap_by_total_supply_strict",
    "percent_change_7d", "volume_7d", "volume_30d"])
    sorts[name] = [by((row) => row.rank, false), by((row) => row.rank, false)];
  assert.equal(Object.keys(sorts).length, 17);
  for (const [sort, how] of Object.entries(sorts))
    for (const sortDir of ["desc", "asc"]) {
      const compare = how.length === 2 ? how[sortDir === "desc" ? 0 : 1] : by(how[0], sortDir === "desc");
      const { status, data } = await client.getTickers({ start: 3, limit: 9, sort, sortDir });
      assert.equal(status.error_code, 0);
      assert.equal(status.total_count, rows.length);
      const wanted = [...rows].sort(compare).slice(2, 11);
      assert.deepEqual(data.map((row) => row.symbol), wanted.map((row) => row.symbol), sort);
      data.forEach((row, i) => {
        const quote = row.quote.USD;
        assert.equal(quote.price, wanted[i].price_usd);
        assert.equal(quote.volume_24h, wanted[i].volume_usd_24h);
        assert.equal(quote.market_cap, wanted[i].market_cap);
        assert.equal(quote.percent_change_24h, wanted[i].change_24h_pct);
        assert.equal(quote.percent_change_7d, null);
        assert.equal(row.num_market_pairs, wanted[i].markets);
        assert.equal(row.slug, wanted[i].slug);
        assert.deepEqual(row.tags, wanted[i].categories);
        assert.equal(row.circulating_supply, number(wanted[i].circulating_supply));
        assert.equal(row.max_supply, number(wanted[i].max_supply));
        assert.equal(row.cmc_rank, wanted[i].market_cap === null ? null : wanted[i].rank);
      });
    }
  const all = await client.getTickers({ limit: 5000, convert: ["USD", "BTC"] });
  assert.equal(all.data.length, rows.length);
  assert.equal(all.data.find((row) => row.symbol === "BTC").quote.BTC.price, 1);
  const refused = await client.getTickers({ limit: 5001 });
  assert.equal(refused.status.error_code, 400);
  assert.match(refused.status.error_message, /"limit" .*1 to 5000/);
  const strange = await client.getTickers({ convert: "XYZ" });
  assert.match(strange.status.error_message, /^Invalid value for "convert": "XYZ"/);
  assert.equal(strange.data, undefined);

  // The package does not know the ranges.
  const [low, high] = [0.2, 20];
  const ranged = await json(`${base}/v1/cryptocurrency/listings/latest?price_min=${low}&price_max=` +
    `${high}&percent_change_24h_min=-100&aux=cmc_rank`, { headers: { "X-CMC_PRO_API_KEY": "any" } });
  assert.deepEqual(ranged.data.map((row) => row.symbol).sort(),
    rows.filter((row) => row.price_usd >= low && row.price_usd <= high && row.change_24h_pct !== null)
      .map((row) => row.symbol).sort());
  assert.equal("tags" in ranged.data[0], false);
}

function finish(code) {
  for (const child of children.reverse()) child.kill();
  rmSync(dir, { recursive: true, force: true });
  process.exit(code);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => finish(1));

let code = 0;
try {
  const base = await world();
  const { data: rows } = await json(`${base}/v1/assets?sort=symbol&per_page=250`);
  assert.ok(rows.length > 60 && rows.length < 250, `${rows.length} assets`);
  await coingecko(base, rows);
  await coinmarketcap(base, rows);
  await olderClients(base, rows);
  console.log(`4 packages of others agree on ${rows.length} assets`);
} catch (error) {
  console.error(error);
  code = 1;
}
finish(code);

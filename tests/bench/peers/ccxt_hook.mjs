// ccxt_hook.mjs EXCHANGE_PORT REDIS_SOCKET: follows every market with ccxt.pro. The loop around watchTickers() that ccxt
// documents loses what arrives between two awaits; so handleTickers() is overridden, which sees every ticker.
import ccxt from 'ccxt';
import { makeSink } from './sink.mjs';

const [port, path] = process.argv.slice(2);
const put = makeSink(path);

class Hooked extends ccxt.pro.binance {
  handleTickers(client, message) {
    super.handleTickers(client, message);
    const symbol = this.safeSymbol(message.s, undefined, undefined, 'spot'), t = this.tickers[symbol];
    if (!t) return;
    const [base, quote] = symbol.split('/');
    put({ id: `binance:${base}-${quote}`, base, quote, last: t.last, bid: t.bid, ask: t.ask, bid_size: t.bidVolume, ask_size: t.askVolume, open_24h: t.open, high_24h: t.high, low_24h: t.low, volume_24h: t.baseVolume, quote_volume_24h: t.quoteVolume, change_24h_pct: t.percentage, ts_ms: t.timestamp });
  }
}

const exchange = new Hooked({ enableRateLimit: false, options: { fetchMarkets: { types: ['spot'] } } });
exchange.urls.api.public = `http://127.0.0.1:${port}/api/v3`;
exchange.urls.api.ws.spot = `ws://127.0.0.1:${port}/ws`;
await exchange.loadHttpProxyAgent(); // ccxt wants an agent of its own for ws:// as against wss://
const markets = await exchange.loadMarkets();
const symbols = Object.keys(markets).filter((symbol) => markets[symbol].active);
await exchange.watchTickers(symbols, { name: 'ticker' });

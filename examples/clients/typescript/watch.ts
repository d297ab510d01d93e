// Asks for a market's price every second, and prints it when it has changed.
//
// usage: watch [MARKET] [TIMES]
import { type Market, type Page } from './client';
import { client, run } from './environment';

run(async (market = 'binance:BTC-USDT', times = '10') => {
  for (let i = 0; i < Number(times); ++i) {
    if (i > 0) await new Promise((done) => setTimeout(done, 1000));
    const { body, unchanged } = await client.get<Page<Market>>(`/v1/markets?ids=${market}&fields=id,last`);
    for (const row of body.data) console.log(unchanged ? 'unchanged' : `last ${row.last}`);
  }
});

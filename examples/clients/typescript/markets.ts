// A page of markets: the largest of a quote asset whose feed is up.
//
// usage: markets [QUOTE] [COUNT]
import { type Market, type Page } from './client';
import { client, run } from './environment';

run(async (quote = 'USDT', count = '10') => {
  const view = new URLSearchParams({ quote, stale: 'false', sort: '-volume_usd_24h', per_page: count });
  const { body } = await client.get<Page<Market>>(`/v1/markets?${view}`);
  for (const row of body.data) console.log(row.id.padEnd(32), (row.last ?? '-').padStart(18), (row.change_24h_pct ?? 0).toFixed(3).padStart(9), '%');
});

// The id and price of every market, page after page.
//
// usage: every_market [PER_PAGE]
import { type Market } from './client';
import { client, run } from './environment';

run(async (perPage = '250') => {
  // A cursor goes on behind the last row, wherever ranks went meanwhile.
  const view = new URLSearchParams({ sort: 'id', per_page: perPage, cursor: 'start', fields: 'id,last' });
  for await (const row of client.rows<Market>(`/v1/markets?${view}`)) console.log(row.id, row.last);
});

// fastify_redisearch.mjs PORT REDIS_SOCKET: Fastify and ioredis; RediSearch sorts and pages.
import Redis from 'ioredis';
import { serve } from './server.mjs';

const [port, path] = process.argv.slice(2);
const redis = new Redis({ path });

await serve(port, async (quote, field, offset, limit) => {
  const [total, ...found] = await redis.call('FT.SEARCH', 'markets', `@quote:{${quote}}`, 'SORTBY', field, 'DESC', 'LIMIT', offset, limit, 'RETURN', 1, 'row');
  const rows = [];
  for (let i = 1; i < found.length; i += 2) rows.push(found[i][1]); // id, [name, value]
  return { total, rows: rows.join(',') };
});

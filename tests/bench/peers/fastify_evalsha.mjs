// fastify_evalsha.mjs PORT REDIS_SOCKET: Fastify and ioredis; the page is cut inside Redis by a cached script.
import { readFileSync } from 'node:fs';
import Redis from 'ioredis';
import { serve } from './server.mjs';

const [port, path] = process.argv.slice(2);
const redis = new Redis({ path });
redis.defineCommand('page', { numberOfKeys: 1, lua: readFileSync(new URL('page.lua', import.meta.url), 'utf8') });

await serve(port, async (quote, field, offset, limit) => {
  const [total, rows] = await redis.page(`z:${quote}:${field}`, offset, limit);
  return { total, rows: rows.join(',') };
});

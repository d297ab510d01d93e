// fastify_postgresql.mjs PORT SOCKET_DIRECTORY: Fastify and pg; indexes on (quote, field desc), rows joined in PostgreSQL,
// totals from a small table (count(*) would read the whole index).
import pg from 'pg';
import { serve } from './server.mjs';

const [port, host] = process.argv.slice(2);
const pool = new pg.Pool({ host, user: 'peer', database: 'postgres', max: 8 });

await serve(port, async (quote, field, offset, limit) => {
  const { rows } = await pool.query({
    name: field,
    text: `select (select total from totals where quote = $1) total, coalesce(string_agg(row, ','), '') rows
           from (select row from markets where quote = $1 order by ${field} desc, id desc offset $2 limit $3) page`,
    values: [quote, offset, limit],
  });
  return rows[0];
});

// postgresql.mjs load|write SOCKET_DIRECTORY ROWS_FILE [RATE]: makes and fills the peer's tables; or writes updates until
// standard input ends, as many as are due in one statement, and says how many in JSON.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const [what, host, file, rate] = process.argv.slice(2);
const markets = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const client = new pg.Client({ host, user: 'peer', database: 'postgres' });
await client.connect();

const columns = (rows) => [rows.map((m) => m.id), rows.map((m) => m.row), ...[0, 1, 2].map((i) => rows.map((m) => m.scores[i]))];

async function load() {
  await client.query(`create table markets (id text collate "C" primary key, quote text collate "C", row text,
    quote_volume_24h float8, change_24h_pct float8, last float8) with (fillfactor = 50)`);
  for (const field of ['quote_volume_24h', 'change_24h_pct', 'last']) await client.query(`create index on markets (quote, ${field} desc, id desc)`);
  await client.query('insert into markets select id, quote, row, q, c, l from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::text[]) u(id, row, q, c, l, quote)',
    [...columns(markets), markets.map((m) => m.quote)]);
  await client.query('create table totals as select quote, count(*)::int total from markets group by quote');
  await client.query('alter table totals add primary key (quote)');
  await client.query('analyze');
}

/** Other values, as writer.py makes them. */
function moved(market) {
  let { row } = market;
  const scores = ['quote_volume_24h', 'change_24h_pct', 'last'].map((field, i) => {
    const score = Number((market.scores[i] * (1 + (Math.random() * 2 - 1) * 1e-4)).toPrecision(10));
    row = row.replace(new RegExp(`("${field}":"?)[-0-9.e]+`), `$1${score}`);
    return score;
  });
  return { id: market.id, row, scores };
}

async function write() {
  const updates = [0, 1, 2, 3].flatMap(() => markets.map((m) => [Math.random(), moved(m)]).sort((a, b) => a[0] - b[0]).map(([, m]) => m));
  let ended = false;
  await new Promise((go) => { process.stdin.once('data', go).on('end', () => { ended = true; }); console.log('ready'); });
  const began = performance.now();
  let sent = 0;
  while (!ended) {
    const due = Math.min(Math.floor((performance.now() - began) / 1000 * Number(rate)) - sent, 400);
    if (due > 0) {
      const values = columns(Array.from({ length: due }, (_, i) => updates[(sent + i) % updates.length]));
      await client.query({ name: 'write', text: `update markets m set row = u.row, quote_volume_24h = u.q, change_24h_pct = u.c, last = u.l
        from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[]) u(id, row, q, c, l) where m.id = u.id`, values });
      sent += due;
    }
    await new Promise((later) => setTimeout(later, 5));
  }
  console.log(JSON.stringify({ updates: sent, seconds: (performance.now() - began) / 1000 }));
}

await { load, write }[what]();
await client.end();

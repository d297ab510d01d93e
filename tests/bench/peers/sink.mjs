// Where the Node peers that follow an exchange put tickers: the latest of each market since the last flush, written as a
// whole (one MSET, one ZADD per index) as soon as the flush before is acknowledged. So load does not queue up.
import Redis from 'ioredis';

const SORTS = ['quote_volume_24h', 'change_24h_pct', 'last'];

export function makeSink(path) {
  const redis = new Redis({ path });
  let pending = new Map(), flushing = false;

  async function flush() {
    while (pending.size > 0) {
      const rows = pending.values(), values = [], indexes = new Map();
      pending = new Map();
      for (const row of rows) {
        values.push(`m:${row.id}`, JSON.stringify(row));
        for (const field of SORTS) {
          const key = `z:${row.quote}:${field}`;
          let index = indexes.get(key);
          if (!index) indexes.set(key, index = []);
          index.push(row[field], row.id);
        }
      }
      const batch = redis.pipeline().mset(values);
      for (const [key, members] of indexes) batch.zadd(key, members);
      for (const [failed] of await batch.exec()) if (failed) throw failed;
    }
    flushing = false;
  }

  return (row) => {
    pending.set(row.id, row);
    if (flushing) return;
    flushing = true;
    setImmediate(() => flush().catch((failed) => { console.error(failed); process.exit(1); }));
  };
}

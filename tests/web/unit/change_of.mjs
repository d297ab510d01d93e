// What GET /v1/stream tells, made of what GET /v1/markets answers.

/** What changed from one body of GET /v1/markets to the next, as events tell it; null if nothing did. */
export function changeOf(before, after) {
  const known = new Map(before.data.map((row) => [row.id, row]));
  const rows = {};
  for (const row of after.data) {
    const old = known.get(row.id);
    const fields = Object.entries(row).filter(([name, value]) => name !== 'age_ms' && (!old || JSON.stringify(old[name]) !== JSON.stringify(value)));
    if (fields.length > 0) rows[row.id] = Object.fromEntries(fields);
  }
  const order = after.data.map((row) => row.id);
  const change = { meta: { as_of_ms: after.as_of_ms }, rows };
  if (JSON.stringify(before.page) !== JSON.stringify(after.page)) change.meta.page = after.page;
  if (order.join() !== before.data.map((row) => row.id).join()) change.order = order;
  return change.order || change.meta.page || Object.keys(rows).length > 0 ? change : null;
}

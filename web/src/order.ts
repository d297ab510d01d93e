// From one order of rows to another in steps, each of which a frame has time for. Pure.

/**
 * What is shown after `shown` on the way to `goal`: from the top on as `goal`, as far as `most` rows that enter or move
 * allow, then the rest as it was. As long as `goal`, unless `shown` is shorter. `goal` itself when that is reached.
 */
export function stepTowards(shown: readonly string[], goal: readonly string[], most: number): readonly string[] {
  const stays = new Set(goal);
  const placed = new Set<string>();
  let at = 0;
  let left = most;
  for (const id of goal) {
    while (at < shown.length && (placed.has(shown[at]!) || !stays.has(shown[at]!))) ++at;
    if (shown[at] !== id && left-- === 0) break;
    placed.add(id);
  }
  if (placed.size === goal.length) return goal;
  const rest = shown.filter((id) => !placed.has(id));
  let excess = placed.size + rest.length - goal.length;
  const kept = rest.reverse().filter((id) => stays.has(id) || excess-- <= 0);
  return [...placed, ...kept.reverse()];
}

// Steps from one order to another against what they promise.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepTowards } from '../../../web/src/order';

let x = 11;
const random = (below: number) => {
  x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((x / 2 ** 32) * below);
};
const any = () => [...'abcdefghijklmnopqrstuvwxyz'].filter(() => random(3) > 0).sort(() => random(3) - 1);

test('a step moves so many rows at most, from the top on, and each brings the goal nearer', () => {
  for (let run = 0; run < 2000; ++run) {
    const goal = any();
    const most = 1 + random(6);
    let shown: readonly string[] = random(4) === 0 ? goal.slice(random(3)) : any();
    for (let steps = 0; shown !== goal; ++steps) {
      assert.ok(steps <= goal.length, 'it ends');
      const next = stepTowards(shown, goal, most);
      assert.equal(new Set(next).size, next.length);
      assert.ok(next.length <= goal.length || next === goal);
      assert.ok(next.length >= Math.min(shown.length, goal.length), 'no hole opens');
      const inPlace = (of: readonly string[]) => of.findIndex((id, i) => id !== goal[i]);
      assert.ok(next === goal || inPlace(next) >= most, 'from the top on');
      assert.ok(next.every((id) => shown.includes(id) || goal.includes(id)));
      // Of the rows below those in place none has changed its neighbours.
      const below = next.slice(next === goal ? goal.length : inPlace(next));
      assert.deepEqual(below, shown.filter((id) => below.includes(id)));
      assert.ok(next.filter((id) => !shown.includes(id)).length <= most);
      shown = next;
    }
  }
});

test('what stays in its order costs nothing', () => {
  const ids = [...'abcdefgh'];
  assert.deepEqual(stepTowards(ids, ['x', ...ids.slice(0, 7)], 1), ['x', ...ids.slice(0, 7)]);
  assert.deepEqual(stepTowards(ids, ['b', 'a', ...ids.slice(2)], 1), ['b', 'a', ...ids.slice(2)]);
  assert.equal(stepTowards(ids, ids, 0), ids);
});

// Events against a model that has every page whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PageBody, PageChange } from '../../../web/src/api';
import { emptyPage, takeChange, takePage, type Page } from '../../../web/src/merge';
import { changeOf } from './change_of.mjs';

interface Row {
  id: string;
  last: string | null;
  bid: string | null;
  tags: string[];
  age_ms: number;
}
type Body = PageBody<Row>;

/** The same numbers at every run. */
function numbers(seed: number) {
  let x = seed;
  return (below: number) => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
}

const idOf = (row: Row) => row.id;
const bodyOf = (page: Page<Row>) => ({ data: page.order.map((id) => page.rows.get(id)), ...page.meta });
const withoutAge = (body: object) => JSON.parse(JSON.stringify(body, (name, value) => (name === 'age_ms' ? undefined : value)));

function randomBody(random: (below: number) => number, before: Body | null): Body {
  const known = new Map(before?.data.map((row) => [row.id, row]));
  const chosen = [...'abcdefghij'].filter(() => random(3) > 0).sort(() => random(3) - 1);
  const data = chosen.map((id): Row => {
    const old = known.get(id);
    if (old && random(2) === 0) return { ...old, age_ms: random(1000) };
    return { id, last: random(4) === 0 ? null : String(random(3)), bid: random(4) === 0 ? null : String(random(3)), tags: random(2) ? ['x'] : [], age_ms: random(1000) };
  });
  const total = data.length + random(2);
  return { data, page: { number: 1, size: data.length, total, pages: 1 }, as_of_ms: (before?.as_of_ms ?? 1) + 1 };
}

test('changes lead to the page that they are changes to', () => {
  for (let seed = 1; seed <= 200; ++seed) {
    const random = numbers(seed);
    let body = randomBody(random, null);
    const page = emptyPage<Row>();
    takePage(page, body, idOf);
    for (let step = 0; step < 20; ++step) {
      const next = randomBody(random, body);
      const change: PageChange<Row> | null = changeOf(body, next);
      const before = new Map(page.rows);
      const effect = change ? takeChange(page, change) : { changed: new Set<string>(), reordered: false };
      assert.ok(effect);
      page.meta.as_of_ms = next.as_of_ms; // not told if nothing else is
      assert.deepEqual(withoutAge(bodyOf(page)), withoutAge(next));
      assert.equal(page.rows.size, page.order.length);
      for (const row of next.data) {
        const same = before.get(row.id) === page.rows.get(row.id);
        assert.equal(effect.changed.has(row.id), !same, `${row.id} is told if and only if it is another object`);
      }
      body = next;
    }
  }
});

test('a page in which nothing but ages changed changes nothing', () => {
  const random = numbers(5);
  const body = randomBody(random, null);
  const page = emptyPage<Row>();
  takePage(page, body, idOf);
  const effect = takePage(page, { ...body, data: body.data.map((row) => ({ ...row, age_ms: row.age_ms + 1, tags: [...row.tags] })) }, idOf);
  assert.deepEqual(effect, { changed: new Set(), reordered: false });
});

test('a change that speaks of rows that are not there is refused', () => {
  const page = emptyPage<Row>();
  takePage(page, { data: [], page: { number: 1, size: 0, total: 0, pages: 0 }, as_of_ms: 1 }, idOf);
  assert.equal(takeChange(page, { order: ['a'] }), null);
  assert.equal(takeChange(page, { rows: { a: { last: '1' } } }), null);
});

test('the time since which Redis does not answer comes and goes', () => {
  const page = emptyPage<Row>();
  takeChange(page, { meta: { stale_since_ms: 5 } });
  assert.equal(page.meta.stale_since_ms, 5);
  takeChange(page, { meta: { stale_since_ms: null } });
  assert.equal(page.meta.stale_since_ms, undefined);
});

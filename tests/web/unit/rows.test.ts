// What is on the screen, frame by frame, against pages that are whole.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { frameAfter, time } from './frames_double';
import type { PageBody } from '../../../web/src/api';
import { Rows } from '../../../web/src/rows';
import { changeOf } from './change_of.mjs';

interface Row {
  id: string;
  last: number | null;
}
const kind = { idOf: (row: Row) => row.id, priceOf: (row: Row) => row.last };

const bodyOf = (data: Row[]): PageBody<Row> => ({
  data,
  page: { number: 1, size: data.length, total: data.length, pages: 1 },
  as_of_ms: 1,
});
const row = (id: string, last: number | null = 1): Row => ({ id, last });
const lines = (rows: Rows<Row>) => rows.lines.peek().map((line) => line.peek());
const shown = (rows: Rows<Row>) => lines(rows).map(({ value }) => value.peek());
const order = (rows: Rows<Row>) => lines(rows).map(({ id }) => id).join('');
const settle = () => {
  for (let i = 0; i < 1000 && frameAfter(16); ++i);
  assert.equal(frameAfter(16), false); // it comes to rest
};

beforeEach(() => {
  settle();
  time.look_ms = 0;
});

test('a frame changes as many rows as it has time for, the next ones the rest, from the top', () => {
  const rows = new Rows<Row>(kind);
  const ids = [...'abcdefghij'];
  rows.takePage(bodyOf(ids.map((id) => row(id, 1))));
  settle();
  const before = bodyOf(ids.map((id) => row(id, 1)));
  time.look_ms = 1; // of the three that a frame has
  assert.ok(rows.takeChange(changeOf(before, bodyOf(ids.map((id) => row(id, 2))))));
  const done = () => shown(rows).filter(({ last }) => last === 2).length;
  assert.equal(done(), 0);
  const counts = [];
  for (let frame = 0; frame < 10; ++frame) {
    frameAfter(16);
    counts.push(done());
    assert.deepEqual(shown(rows).slice(0, done()).map(({ last }) => last), Array(done()).fill(2));
  }
  assert.ok(counts[0]! > 0 && counts[0]! <= 4, String(counts));
  assert.equal(counts.at(-1), 10);
});

test('while frames come late each takes fewer lines, but some', () => {
  const rows = new Rows<Row>(kind);
  const ids = [...'abcdefghijklmnopqrstuvwxyz'];
  let page = bodyOf(ids.map((id) => row(id, 0)));
  rows.takePage(page);
  settle();
  time.look_ms = 0.25;
  /** Frames until all lines show another price. */
  const frames = (ms: number, last: number) => {
    const next = bodyOf(ids.map((id) => row(id, last)));
    assert.ok(rows.takeChange(changeOf(page, next)));
    page = next;
    let count = 0;
    for (; shown(rows).some((one) => one.last !== last); ++count) frameAfter(ms);
    settle();
    return count;
  };
  const inTime = frames(16, 1);
  assert.ok(inTime < 6, String(inTime));
  const late = [2, 3, 4].map((last) => frames(34, last));
  assert.ok(late[0]! > inTime && late[2]! > 1.5 * inTime && late[2]! < ids.length / 2, String([inTime, ...late]));
  for (let last = 5; last < 30; ++last) frames(16, last);
  assert.ok(frames(16, 30) < late[2]!);
});

test('lines take other rows as frames have time, but not those of a page that came as a whole', () => {
  const rows = new Rows<Row>(kind);
  const [there, back] = ['abcdefghij', 'jihgfedcba'].map((ids) => bodyOf([...ids].map((id) => row(id)))) as [PageBody<Row>, PageBody<Row>];
  rows.takePage(there);
  settle();
  const held = rows.lines.peek();
  time.look_ms = 1; // of the three that a frame has
  assert.ok(rows.takeChange(changeOf(there, back)));
  frameAfter(16);
  assert.match(order(rows), /^jihg?d?/);
  assert.notEqual(order(rows), 'jihgfedcba');
  settle();
  assert.equal(order(rows), 'jihgfedcba');
  rows.takePage(there);
  frameAfter(16);
  assert.equal(order(rows), 'abcdefghij');
  assert.equal(rows.lines.peek(), held); // and the table has nothing to make anew
});

test('a row that is held is always in a line', () => {
  const rows = new Rows<Row>(kind);
  let page = bodyOf([...'abcdefghij'].map((id) => row(id)));
  rows.takePage(page);
  settle();
  rows.held = 'h';
  time.look_ms = 4; // one line a frame
  for (const ids of ['hgfedcbaji', 'abcdefgijh', 'jihgfedcba', 'defgabchij']) {
    const next = bodyOf([...ids].map((id) => row(id)));
    assert.ok(rows.takeChange(changeOf(page, next)));
    page = next;
    for (let left = true; left; ) {
      left = frameAfter(16);
      assert.match(order(rows), /h/);
    }
    assert.equal(order(rows), ids);
  }
});

test('there are as many lines as rows', () => {
  const rows = new Rows<Row>(kind);
  for (const ids of ['abc', 'b', '', 'cbad', 'da']) {
    rows.takePage(bodyOf([...ids].map((id) => row(id))));
    settle();
    assert.equal(order(rows), ids);
    assert.deepEqual(['a', 'b', 'c', 'd'].filter((id) => rows.has(id)).join(''), [...ids].sort().join(''));
  }
});

test('rows out of sight follow once a second, or when they come into sight', () => {
  const rows = new Rows<Row>(kind);
  let page = bodyOf([row('a', 1), row('b', 1)]);
  rows.takePage(page);
  settle();
  rows.see(1, false);
  const take = (a: number, b: number) => {
    const next = bodyOf([row('a', a), row('b', b)]);
    assert.ok(rows.takeChange(changeOf(page, next)));
    page = next;
  };
  const values = () => shown(rows).map(({ last }) => last);
  take(2, 2);
  frameAfter(1000); // since when they were last looked at is not known
  assert.deepEqual(values(), [2, 2]);
  take(3, 3);
  frameAfter(500);
  assert.deepEqual(values(), [3, 2]);
  take(4, 4);
  frameAfter(490);
  assert.deepEqual(values(), [4, 2]);
  frameAfter(10);
  assert.deepEqual(values(), [4, 4]);
  assert.equal(lines(rows)[1]!.direction.peek(), 'up');
  assert.equal(lines(rows)[1]!.flash.peek(), ''); // which nobody would see
  take(5, 5);
  frameAfter(16);
  assert.deepEqual(values(), [5, 4]);
  rows.see(1, true);
  frameAfter(16);
  assert.deepEqual(values(), [5, 5]);
  take(6, 6);
  frameAfter(16);
  assert.deepEqual(values(), [6, 6]);
  rows.see(1, false);
  rows.takePage(bodyOf([row('a', 6)]));
  frameAfter(16);
  rows.see(1, false); // told too late
  rows.takePage(bodyOf([row('a', 6), row('b', 7)]));
  frameAfter(16);
  page = bodyOf([row('a', 6), row('b', 7)]);
  take(6, 8);
  frameAfter(16);
  assert.deepEqual(values(), [6, 8]);
});

test('rows out of sight follow, however much those in sight change and however little time frames have', () => {
  const rows = new Rows<Row>(kind);
  const ids = [...'abcdefghij'];
  let page = bodyOf(ids.map((id) => row(id, 0)));
  rows.takePage(page);
  settle();
  for (const line of [7, 8, 9]) rows.see(line, false);
  const take = (data: Row[]) => {
    const next = bodyOf(data);
    assert.ok(rows.takeChange(changeOf(page, next)));
    page = next;
  };
  time.look_ms = 4; // one line a frame
  const since = ids.map(() => 0); // how long a line has shown another value than the page, in frames
  for (let frame = 0; frame < 1000; ++frame) {
    const last = frame < 5 ? 7 : 9; // at first one line out of sight is enough to be looked at
    take(page.data.map((one, i) => (i < 7 || (i <= last && frame % 200 < 100) ? row(one.id, frame + 1) : one)));
    frameAfter(12); // and four for the looks
    shown(rows).forEach(({ last: value }, i) => (since[i] = value === page.data[i]!.last ? 0 : since[i]! + 1));
    if (frame % 200 > 190) assert.deepEqual(since.slice(7), [0, 0, 0]);
  }
});

test('a price that moves is shown so, for a moment', () => {
  const rows = new Rows<Row>(kind);
  let last = bodyOf([row('a', 5)]);
  rows.takePage(last);
  settle();
  const signs = () => lines(rows).map(({ direction, flash }) => [direction.peek(), flash.peek()])[0];
  const take = (price: number | null) => {
    const next = bodyOf([row('a', price)]);
    assert.ok(rows.takeChange(changeOf(last, next)));
    last = next;
    frameAfter(16);
  };
  assert.deepEqual(signs(), ['', '']);
  take(6);
  assert.deepEqual(signs(), ['up', 'up']);
  frameAfter(440);
  assert.deepEqual(signs(), ['up', 'up']);
  frameAfter(10);
  assert.deepEqual(signs(), ['up', '']);
  take(null); // no price is no move
  assert.deepEqual(signs(), ['up', '']);
  take(3);
  assert.deepEqual(signs(), ['up', '']);
  take(2);
  assert.deepEqual(signs(), ['down', 'down']);
});

test('whatever comes, and whenever frames do, what is shown becomes the last page', () => {
  let x = 7;
  const random = (below: number) => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
  for (let run = 0; run < 30; ++run) {
    time.look_ms = random(3);
    const rows = new Rows<Row>(kind);
    const anyPage = () =>
      bodyOf([...'abcdefghijklmnop'].filter(() => random(3) > 0).sort(() => random(3) - 1).map((id) => row(id, random(5) || null)));
    let page = anyPage();
    rows.takePage(page);
    for (let step = 0; step < 100; ++step) {
      const next = anyPage();
      if (random(5) === 0) rows.takePage(next);
      else assert.ok(rows.takeChange(changeOf(page, next)));
      page = next;
      rows.see(random(16), random(2) === 0);
      for (let frames = random(4); frames > 0; --frames) {
        frameAfter(1 + random(300));
        for (const { id, value } of lines(rows)) assert.equal(value.peek().id, id); // each has its row
      }
    }
    settle();
    assert.deepEqual(shown(rows), page.data);
  }
});

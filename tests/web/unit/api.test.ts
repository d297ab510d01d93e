// What is made of answers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ask, Refusal, retryAfter } from '../../../web/src/api';

test('a Retry-After is in seconds or a date, and an hour at most', () => {
  const now_ms = Date.parse('2026-11-30T12:00:00Z');
  const waits: [string | null, number][] = [
    [null, 0], ['', 0], ['soon', 0], ['-1', 0], ['0', 0], ['7', 7000], ['99999999999', 3_600_000],
    ['Mon, 30 Nov 2026 12:00:05 GMT', 5000], ['Mon, 30 Nov 2026 11:00:00 GMT', 0],
  ];
  for (const [text, wait_ms] of waits) assert.equal(retryAfter(text, now_ms), wait_ms, String(text));
});

/** What becomes of a question that a server answers so. */
async function refusalOf(answer: RequestListener): Promise<Refusal> {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, new AbortController().signal);
  } catch (why) {
    assert.ok(why instanceof Refusal, String(why));
    return why;
  } finally {
    server.closeAllConnections();
    server.close();
  }
  throw new Error('it was taken for an answer');
}

test('an answer that breaks off, or is none, is told as a refusal', async () => {
  const cut = await refusalOf((_, to) => {
    to.writeHead(200, { 'Content-Length': 100 });
    to.write('{"data":[', () => to.destroy());
  });
  assert.equal(cut.status, 0);
  assert.equal((await refusalOf((_, to) => to.destroy())).status, 0);
  const page = await refusalOf((_, to) => to.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>'));
  assert.deepEqual([page.status, page.isFinal, page.message], [502, false, 'tickboard answered with 502']);
  const told = await refusalOf((_, to) => to.writeHead(400).end('{"detail":"page: 0 is none"}'));
  assert.deepEqual([told.status, told.isFinal, told.message], [400, true, 'page: 0 is none']);
});

// The board's files, as they are served.
import assert from 'node:assert/strict';

async function filesAreServed({ world }) {
  const page = await fetch(`${world.base}/?view=assets`);
  const html = await page.text();
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'; script-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.doesNotMatch(html, /<script>|<style>|\son\w+=|style=|https?:/);
  const again = await fetch(world.base, { headers: { 'If-None-Match': page.headers.get('etag') } });
  assert.equal(again.status, 304);

  const paths = [...html.matchAll(/(?:href|src)="\.(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  assert.equal(paths.length, 4);
  for (const path of paths) {
    const file = await fetch(world.base + path);
    assert.equal(file.status, 200, path);
    assert.equal(file.headers.get('cache-control'), 'max-age=31536000, immutable');
    assert.equal(file.headers.get('content-encoding'), 'gzip');
  }
  assert.equal((await fetch(`${world.base}/assets/board-00000000.js`)).status, 404);
  const licences = await (await fetch(world.base + paths.find((path) => path.endsWith('.txt')))).text();
  for (const name of ['preact', 'lightweight-charts', '@preact/signals-core']) assert.ok(licences.includes(`\n${name} `) || licences.startsWith(name), name);
}

export const checks = [filesAreServed];

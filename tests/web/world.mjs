// A daemon that follows two simulated exchanges, on private ports, and how to end and start each.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const patience = 20_000; // ms

/** Looks again and again until `look` gives something. */
export async function until(what, look) {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** Starts a program; resolves once a line of its output has `pattern`, with what that found, or at once if there is none. */
async function start(command, args, pattern) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const said = new Promise((done) => {
    if (!pattern) done();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = pattern?.exec(line);
      if (found) done(found[1]);
    });
  });
  const told = await Promise.race([said, exited.then(([code]) => Promise.reject(new Error(`${command} ${args[0]} ended with ${code}`)))]);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  return { told, stop, freeze: () => child.kill('SIGSTOP'), thaw: () => child.kill('SIGCONT') };
}

const feeds = { binance: '/stream', kraken: '/v2' };

/** `markets` and `rate` are of each exchange. */
export async function startWorld(program, { markets = 60, rate = 400 } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'tickboard-board-'));
  const running = {};
  const socket = join(dir, 'redis');
  let port = 0;
  let daemonConfig = '';

  async function startFeed(exchange, listen = '127.0.0.1:0') {
    running[exchange] = await start(program, ['simulate', '--exchange', exchange, '--listen', listen, '--markets', `${markets}`,
      '--rate', `${rate}`, '--seed', '7'], /^listening on (\S+)$/);
    return running[exchange].told;
  }

  /** `more` is further configuration. */
  async function startDaemon(more = '') {
    const file = join(dir, 'tickboard.toml');
    writeFileSync(file, `[log]\nlevel = "error"\n[http]\nlisten = "127.0.0.1:${port}"\n${daemonConfig}${more}`);
    const listens = port === 0 ? /^listening on port (\d+)$/ : null; // which it says of port 0 alone
    running.daemon = await start(program, ['serve', '--config', file], listens);
    port ||= running.daemon.told;
    await until('the daemon answers', () => fetch(`http://127.0.0.1:${port}/healthz`).then(() => true, () => false));
  }

  const stop = (name) => running[name].stop();
  const freeze = (name) => running[name].freeze();
  const thaw = (name) => running[name].thaw();

  async function end() {
    for (const name of ['daemon', ...Object.keys(feeds), 'redis']) await running[name]?.stop();
    rmSync(dir, { recursive: true, force: true });
  }

  try {
    running.redis = await start('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', dir], /(ready to accept connections)/i);
    daemonConfig = `[daemon]\nwarmup = "3s"\n[supervision]\nbackoff_min = "50ms"\nbackoff_max = "500ms"\nbudget = 100\n[redis]\nurl = "unix://${socket}"\n[view]\nmax_stale = "1h"\n`;
    const hosts = {};
    for (const [exchange, path] of Object.entries(feeds)) {
      hosts[exchange] = await startFeed(exchange);
      daemonConfig += `[[feed]]\nexchange = "${exchange}"\nws_url = "ws://${hosts[exchange]}${path}"\nrest_url = "http://${hosts[exchange]}"\nsymbols = ["*/*"]\n`;
    }
    await startDaemon();
    const base = `http://127.0.0.1:${port}`;
    const get = async (target) => {
      const answer = await fetch(base + target);
      return { status: answer.status, headers: answer.headers, body: await answer.json().catch(() => null) };
    };
    await until('pages are served', async () => (await get('/v1/markets')).status === 200 && (await get('/v1/assets')).status === 200);
    return { base, get, stop, freeze, thaw, end, startDaemon, startFeed: (exchange) => startFeed(exchange, hosts[exchange]) };
  } catch (problem) {
    await end();
    throw problem;
  }
}

// A running `tickboard demo`, and how to ask it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Of an answer without an end. */
async function firstEvent(answer) {
  let text = '';
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (text.includes('\n\n')) break; // which ends the connection, too
  }
  return text;
}

/** Starts the program; `get` asks it. */
export async function startProgram(program) {
  const port = await freePort();
  const child = spawn(program, ['demo', '--listen', `127.0.0.1:${port}`, '--markets', '40', '--rate', '200',
    '--log-level', 'error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const ended = () => child.exitCode !== null || child.signalCode !== null;

  async function get(target, options = {}) {
    const answer = await fetch(`http://127.0.0.1:${port}${target}`, options);
    const type = (answer.headers.get('content-type') ?? '').split(';')[0];
    const text = type === 'text/event-stream' ? await firstEvent(answer) : await answer.text();
    return { target, status: answer.status, headers: answer.headers, type, text,
      json: /\bjson$/.test(type) && !type.includes('ndjson') && text !== '' ? JSON.parse(text) : undefined };
  }

  /** Asks again and again until it listens. */
  async function untilAnswered(target) {
    for (;;) {
      if (ended()) throw new Error(`the program ended with ${child.exitCode ?? child.signalCode}`);
      try {
        return await get(target);
      } catch (problem) {
        if (problem.cause?.code !== 'ECONNREFUSED') throw problem;
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  }

  /** Asks until it is answered with 200; returns what was answered before. */
  async function untilServed(target) {
    const before = [];
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await untilAnswered(target);
      if (answer.status === 200) return before;
      before.push(answer);
      if (Date.now() > deadline) throw new Error(`${target} is not served: ${answer.text}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async function stop() {
    child.kill('SIGTERM');
    const [code, signal] = await exited;
    return code ?? signal;
  }

  return { get, untilServed, stop };
}

/** What a reference of the document refers to, or the object itself. */
export function resolved(contract, object) {
  if (!object?.$ref) return object;
  return object.$ref.slice(2).split('/').reduce((at, key) => at[key], contract);
}

/** Every resource with its parameters, and a target that it answers with 200. */
export function resourcesOf(contract) {
  return Object.entries(contract.paths).map(([path, item]) => {
    const parameters = (item.get.parameters ?? []).map((one) => resolved(contract, one));
    const needed = [...new URLSearchParams(item.get['x-try'] ?? '')];
    return { path, operation: item.get, parameters, target: (query) => targetOf(path, parameters, needed, query) };
  });
}

export const asText = (value) => (Array.isArray(value) ? value.join(',') : String(value));

/** `query` is a list of [name, value]; what the resource needs and it lacks is added. */
function targetOf(path, parameters, needed, query = []) {
  let target = path;
  const given = [...query, ...needed.filter(([name]) => !query.some(([other]) => other === name))];
  for (const one of parameters) {
    if (one.in === 'path') target = target.replace(`{${one.name}}`, encodeURIComponent(asText(one.example)));
    else if (one.required && !given.some(([name]) => name === one.name)) given.push([one.name, asText(one.example)]);
  }
  return given.length === 0 ? target
    : `${target}?${given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

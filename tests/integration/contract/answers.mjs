// The document by a validator that is not ours, its examples by its own schemas, and real answers of
// every resource by what the document says of them.
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { asText, resolved, resourcesOf } from './program.mjs';

/** Further questions, so that every shape of an answer is met. */
const variants = {
  '/v1/markets': ['?cursor=start&per_page=3', '?around=kraken:BTC-USD', '?snapshot=new&per_page=2',
    '?snapshot=new&rows=frozen&explain=true', '?ids=kraken:BTC-USD,kraken:NO-ONE', '?fields=id,last,age_ms',
    '?fields=age_ms', '?explain=true&quote=USD', '?format=csv&per_page=4', '?format=ndjson&per_page=4',
    '?page=1000', '?base=BTC&sort=last',
    '?category=layer-1&sort=-market_cap', '?category=!layer-1&explain=true', '?snapshot=new&ids=kraken:NO-ONE', '?min_last=1&stale=false&per_page=250', '?q=Bitcoin+kraken', '?q=%C3%BC'],
  '/v1/assets': ['?sort=symbol&per_page=250', '?category=layer-1', '?symbols=NONE', '?page=1000', '?q=bit'],
  '/v1/movers': ['?window=24h&min_volume_usd=0', '?window=24h&direction=down&limit=100&min_volume_usd=0'],
  '/api/v3/coins/markets': ['?vs_currency=btc&sparkline=true&price_change_percentage=1h,30d&per_page=250',
    '?vs_currency=usd&ids=no-coin'],
  '/api/v3/simple/price': ['?vs_currencies=usd,btc&symbols=btc,eth&include_market_cap=true&include_24hr_vol=true'
    + '&include_24hr_change=true&include_last_updated_at=true', '?vs_currencies=usd&ids=no-coin'],
  '/api/v3/coins/list': ['?include_platform=true'],
  '/v1/cryptocurrency/listings/latest': ['?aux=volume_7d,volume_24h_reported,market_cap_by_total_supply,platform,tags',
    '?convert=USD,BTC&limit=5000&sort=volume_7d'],
  '/v1/search': ['?q=btc&limit=50', '?q=kraken:BTC-USD', '?q=nothingatall', '?q=ether'],
};

/** Questions about what there is not. */
const missing = [['/v1/markets', '?around=kraken:NO-ONE'], ['/v1/markets/{id}', 'kraken:NO-ONE'], ['/v1/markets/{id}/candles', 'kraken:NO-ONE'],
  ['/v1/markets/{id}', 'BTC'], ['/v1/assets/{symbol}', 'NOONE']];

/** The document's schemas without room for members that it does not tell. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const out = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  if (out.type === 'object' && out.properties) out.additionalProperties ??= false;
  return out;
}

function makeValidators(contract) {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  addFormats(ajv);
  ajv.addVocabulary(['components']);
  const components = { schemas: closed(contract.components.schemas) };
  delete components.schemas.Contract.additionalProperties;
  ajv.addSchema({ $id: 'https://tickboard.invalid/api', components });
  const cache = new Map();
  return (schema, value) => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://tickboard.invalid/api#/'));
    const key = JSON.stringify(absolute);
    if (!cache.has(key)) cache.set(key, ajv.compile(closed(absolute)));
    const check = cache.get(key);
    return check(value) ? '' : ajv.errorsText(check.errors, { dataVar: '' });
  };
}

function checkExamples(contract, problemOf, note) {
  let count = 0;
  const check = (where, schema, example) => {
    if (example === undefined) return;
    ++count;
    const problem = problemOf(schema, example);
    if (problem) note(`the example of ${where}: ${problem}`);
  };
  for (const { path, operation, parameters } of resourcesOf(contract)) {
    for (const one of parameters) check(`${path} ${one.name}`, one.schema, one.example);
    for (const [status, told] of Object.entries(operation.responses))
      for (const [type, body] of Object.entries(resolved(contract, told).content ?? {}))
        check(`${path} ${status} ${type}`, body.schema, body.example);
  }
  return count;
}

/** Headers that the document must know if an answer has them. */
const transport = new Set(['server', 'date', 'content-type', 'content-length', 'content-encoding', 'connection', 'transfer-encoding',
  'keep-alive', 'x-content-type-options', 'referrer-policy']);

function checkHeaders(contract, response, answer, note) {
  const known = new Map(Object.entries(response.headers ?? {}).map(([name, told]) => [name.toLowerCase(), resolved(contract, told)]));
  for (const [name] of answer.headers)
    if (!known.has(name) && !transport.has(name)) note(`${answer.target} has a header that is not documented: ${name}`);
  for (const [name, told] of known)
    if (told.required && !answer.headers.has(name)) note(`${answer.target} lacks its header ${name}`);
}

/** Rows by themselves: their age must fit, and none may lack a member unless `fields` was asked for. */
function checkRows(answer, problemOf, note) {
  const { data, markets = [], as_of_ms: asOf } = answer.json;
  const rows = [data].flat().flatMap((row) => [row, row.market].filter(Boolean)).concat(markets);
  for (const row of rows) {
    if (!('received_ms' in row)) continue;
    const age = row.received_ms === null ? null : Math.max(0, asOf - row.received_ms);
    if (row.age_ms !== age)
      note(`${answer.target}: ${row.id ?? row.symbol ?? row.slug} says it is ${row.age_ms} ms old, not ${age}`);
    if (answer.target.includes('rows=frozen') && row.age_ms < age) note(`${answer.target}: a frozen row is younger than its snapshot`);
    if (row.id && row.source && !row.source.startsWith(`${row.exchange}/`)) note(`${row.id} comes from ${row.source}`);
  }
  if (answer.target.startsWith('/v1/markets') && !answer.target.includes('fields=') && !answer.target.includes('/candles'))
    for (const row of data.id ? [data] : data) {
      const problem = problemOf({ $ref: '#/components/schemas/MarketRow' }, row);
      if (problem) note(`${answer.target}: ${row.id}: ${problem}`);
    }
}

function checkAnswer(contract, path, answer, problemOf, note) {
  const { responses } = contract.paths[path].get;
  const told = responses[answer.status];
  if (!told) return note(`${answer.target} is answered with ${answer.status}, which is not documented: ${answer.text}`);
  const response = resolved(contract, told);
  checkHeaders(contract, response, answer, note);
  if (answer.status === 304) return answer.text === '' ? undefined : note(`${answer.target} has a body with 304`);
  const body = response.content?.[answer.type];
  if (!body) return note(`${answer.target} is told as ${answer.type}, which is not documented`);
  const problem = problemOf(body.schema, answer.json ?? answer.text);
  if (problem) note(`${answer.target}: ${problem}`);
  else if (answer.status === 200 && answer.json?.as_of_ms) checkRows(answer, problemOf, note);
}

/** Rows of other formats, by what JSON has. */
async function checkFormats({ get }, note) {
  const query = '/v1/markets?quote=USD&sort=id&per_page=5';
  const ids = (await get(query)).json.data.map((row) => row.id).join();
  const lines = (await get(`${query}&format=ndjson`)).text.trim().split('\n').map((line) => JSON.parse(line));
  if (lines.map((row) => row.id).join() !== ids) note('NDJSON has other rows than JSON');
  if (!lines.every((row) => Number.isInteger(row.age_ms))) note('rows of NDJSON lack their age');
  const [head, ...table] = (await get(`${query}&format=csv&fields=id,age_ms`)).text.trim().split('\r\n');
  if (head !== 'id,age_ms' || table.map((line) => line.split(',')[0]).join() !== ids) note(`CSV has other rows than JSON: ${head} ${table}`);
  if (!table.every((line) => /,[0-9]+$/.test(line))) note('rows of CSV lack their age');
}

export async function checkAnswers(contract, program, unready, note) {
  const { get } = program;
  const judged = await new Validator().validate(structuredClone(contract));
  if (!judged.valid) note(`the document is no OpenAPI: ${JSON.stringify(judged.errors)}`);
  const problemOf = makeValidators(contract);
  const examples = checkExamples(contract, problemOf, note);

  let count = 0;
  const check = (path, answer) => {
    ++count;
    checkAnswer(contract, path, answer, problemOf, note);
    return answer;
  };
  for (const answer of unready) check('/v1/markets', answer);
  if (!unready.some((one) => one.status === 503)) note('nothing was asked before it could be answered');
  for (const { path, operation, parameters, target } of resourcesOf(contract)) {
    const targets = [target(), ...(variants[path] ?? []).map((query) => path + query)];
    for (const one of parameters)
      if (one.in === 'query' && one.name !== 'rows' && one.example !== undefined) targets.push(target([[one.name, asText(one.example)]]));
    for (const one of targets) {
      const answer = check(path, await get(one));
      if (answer.status !== (operation.responses['200'] ? 200 : 426)) note(`${one} is answered with ${answer.status}: ${answer.text}`);
    }
    check(path, await get(`${path.replace(/\{.*\}/, 'x')}?nonsense=1`));
    check(path, await get(target(), { method: 'POST' }));
    if (operation.responses['304']) {
      const same = await get(target(), { headers: { 'If-None-Match': '*' } });
      if (check(path, same).status !== 304) note(`${path} has a tag, but is answered with ${same.status} to those who have it`);
    }
    if (!operation.responses['200']) continue;
    const packed = await get(target(), { headers: { 'Accept-Encoding': 'gzip' } });
    if (packed.status !== 200 || packed.text.length === 0) note(`${path} is not understood once it is compressed`);
  }
  for (const [path, what] of missing) {
    const answer = check(path, await get(path.includes('{') ? path.replace(/\{.*\}/, what) : path + what));
    if (answer.status !== 404) note(`${answer.target} is answered with ${answer.status}`);
  }
  await checkFormats(program, note);
  return `${count} answers and ${examples} examples were compared with the document`;
}

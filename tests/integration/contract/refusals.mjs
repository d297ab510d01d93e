// Every parameter of every resource: what the document allows is taken, anything else is refused with a
// problem that names the parameter and what it takes.
import { asText, resolved, resourcesOf } from './program.mjs';

const hostile = ['', ' ', 'a b', 'a|b', 'a"b', 'a\\b', 'a*b', '{a}', 'a\nb', 'a:b:c', '!', ',', '\u0000', '%'];

/** Texts that the schema has no place for, each with why. */
function illegal(schema, example) {
  const out = new Map();
  const add = (why, value) => out.set(value, why);
  switch (schema.type) {
    case 'integer':
      for (const value of ['', 'x', '1.5', '1e1', '0x1', '+1', 'true']) add('of the wrong type', value);
      add('below the range', String(schema.minimum - 1));
      add('above the range', String(schema.maximum + 1));
      add('far above the range', '99999999999999999999');
      break;
    case 'number':
      for (const value of ['', 'x', '1,5', '0x1', 'nan', 'inf', 'true']) add('of the wrong type', value);
      if (schema.minimum !== undefined) add('below the range', String(schema.minimum - 1));
      if (schema.maximum !== undefined) add('above the range', String(schema.maximum * 10));
      break;
    case 'boolean':
      for (const value of ['', 'yes', '1', 'TRUE']) add('of the wrong type', value);
      break;
    case 'array': {
      const one = asText(example).split(',')[0];
      if (schema.minItems > 0) add('empty', '');
      add('with an empty value', `${one},,${one}`);
      for (const value of illegalTexts(schema.items)) if (value !== '' && !value.includes(',')) add('with an illegal value', value);
      if (!schema.items.enum && !schema.items.pattern?.includes('('))
        add('with too many values', Array.from({ length: schema.maxItems + 1 }, (_, i) => `${one.replace(/^!/, '')}${i}`).join(','));
      break;
    }
    default:
      for (const value of illegalTexts(schema)) add('no such text', value);
  }
  return out;
}

function illegalTexts(schema) {
  const pattern = schema.pattern ? new RegExp(schema.pattern, 'u') : null;
  const out = new Set();
  if (schema.enum) for (const value of ['', 'nope', `${schema.enum[0].toUpperCase()}?`]) out.add(value);
  else if (pattern) for (const value of hostile) if (!pattern.test(value)) out.add(value);
  if (schema.maxLength) out.add('x'.repeat(schema.maxLength + 1));
  return out;
}

/** Texts that the schema has a place for. */
function legal(schema, example) {
  const out = new Set([asText(example)]);
  if (schema.default !== undefined) out.add(asText(schema.default));
  if (schema.minimum !== undefined) out.add(String(schema.minimum));
  if (schema.maximum !== undefined) out.add(String(schema.maximum));
  for (const value of schema.enum ?? schema.items?.enum ?? []) out.add(value);
  if (schema.type === 'boolean') out.add('true').add('false');
  return out;
}

/** Words that a refusal must have for whoever reads it. */
function whatIsAllowed(schema) {
  if (schema.type === 'integer') return [String(schema.minimum), String(schema.maximum)];
  if (schema.type === 'boolean') return ['true', 'false'];
  const values = schema.enum ?? schema.items?.enum ?? [];
  return [...values.map((value) => value.replace(/^-/, ''))];
}

/** What a refusal says: a problem, or what clients of another service expect. */
function readRefusal({ type, json }) {
  if (type === 'application/problem+json')
    return { status: json.status, parameter: json.parameter, allowed: json.allowed, detail: json.detail };
  const detail = json?.error ?? json?.status?.error_message ?? '';
  const [, parameter] = detail.match(/^(?:Missing parameter |invalid |Invalid value for )?"?([^ ":;]+)/) ?? [];
  return { status: json?.status?.error_code ?? 400, parameter, detail, allowed: detail.split('; allowed: ')[1] };
}

/** Together with what the parameter means anything. */
const company = { rows: [['snapshot', 'new']] };

export async function checkRefusals(contract, { get }, note) {
  const counts = { refused: 0, taken: 0 };

  const refusedBy = async (operation, target, name, words, why) => {
    const answer = await get(target);
    ++counts.refused;
    const say = (what) => note(`${target} (${why}): ${what}`);
    const { responses } = operation;
    const statuses = ['400', ...(why === 'missing' || why === 'empty' ? ['422'] : [])].filter((one) => responses[one]);
    if (!statuses.includes(String(answer.status))) return say(`is answered with ${answer.status} instead of ${statuses}`);
    const types = Object.keys(resolved(contract, responses[answer.status]).content);
    if (!types.includes(answer.type)) return say(`is told as ${answer.type}`);
    const told = readRefusal(answer);
    if (told.status !== 400 || !told.detail) say(`is a problem without words: ${answer.text}`);
    if (told.parameter !== name) say(`names ${told.parameter} instead of ${name}`);
    if (!told.allowed) say('does not say what is allowed');
    if (!told.detail?.includes(name) || !told.detail?.includes(told.allowed)) say(`has no sentence for people: ${told.detail}`);
    for (const word of words) if (!told.allowed?.includes(word)) say(`does not say that ${word} is allowed: ${told.allowed}`);
  };

  for (const { path, operation, parameters, target } of resourcesOf(contract)) {
    const refused = (...question) => refusedBy(operation, ...question);
    const inQuery = parameters.filter((one) => one.in === 'query');
    for (const { name, schema, example } of inQuery) {
      const words = whatIsAllowed(schema);
      const others = company[name] ?? [];
      for (const [value, why] of illegal(schema, example)) await refused(target([[name, value], ...others]), name, words, why);
      const once = `${name}=${encodeURIComponent(asText(example))}`;
      await refused(`${path}?${once}&${once}`, name, ['once'], 'repeated');
      await refused(`${path}?${name}=%zz`, name, [], 'not percent-encoded');
      for (const value of legal(schema, example)) {
        const answer = await get(target([[name, value], ...others]));
        ++counts.taken;
        if (answer.status !== 200)
          note(`${answer.target} is answered with ${answer.status}, but the document allows it: ${answer.text}`);
      }
    }
    for (const one of inQuery)
      if (one.required) await refused(path, one.name, [], 'missing');

    // What is not there is told which there are: just those of the document.
    const bare = target();
    const unknown = `${bare}${bare.includes('?') ? '&' : '?'}nonsense=1`;
    await refused(unknown, 'nonsense', inQuery.length === 0 ? ['no parameters'] : [], 'unknown');
    if (inQuery.length > 0) {
      const { allowed = '' } = readRefusal(await get(unknown));
      const [plain, fields] = allowed.split(', min_ and max_ of each of ');
      const told = [...plain.split(', '),
        ...(fields?.split(', ') ?? []).flatMap((field) => [`min_${field}`, `max_${field}`])].sort().join();
      const documented = inQuery.map((one) => one.name).sort().join();
      if (told !== documented) note(`${path}: the parser knows ${told}, the document ${documented}`);
    }

    for (const { name, schema } of parameters.filter((one) => one.in === 'path'))
      for (const value of [' ', 'x'.repeat(schema.maxLength + 1), 'a|b']) {
        const answer = await get(path.replace(`{${name}}`, encodeURIComponent(value)));
        ++counts.refused;
        if (![400, 404].includes(answer.status) || answer.type !== 'application/problem+json' || !answer.json?.detail)
          note(`${answer.target} is answered with ${answer.status} ${answer.text}`);
      }

    const posted = await get(bare, { method: 'POST' });
    if (posted.status !== 405 || posted.headers.get('allow') !== 'GET, HEAD' || !posted.text.includes('POST is not allowed'))
      note(`POST ${bare} is answered with ${posted.status} ${posted.text}`);
    const head = await get(bare, { method: 'HEAD' });
    if (head.status !== (operation.responses['200'] ? 200 : 426) || head.text !== '') note(`HEAD ${bare} is answered with ${head.status}`);
  }

  const nowhere = await get('/v1/nowhere');
  if (nowhere.status !== 404) note(`/v1/nowhere is answered with ${nowhere.status}`);
  for (const path of Object.keys(contract.paths))
    if (!nowhere.json?.detail?.includes(path)) note(`what is there, as told by 404, lacks ${path}`);
  return `${counts.refused} questions were refused, ${counts.taken} taken`;
}

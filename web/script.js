// Renders openapi.json. Texts of the document are only ever set as text, never as HTML.

/** An element with attributes and children: elements, texts, and arrays of these; null is nothing. */
function element(name, attributes = {}, ...children) {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  out.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return out;
}

const code = (text) => element('code', {}, String(text));
const anchor = (kind, name) => `${kind}-${name}`.replace(/[^A-Za-z0-9-]+/g, '-');
const joined = (parts, between) => parts.flatMap((part, i) => (i === 0 ? [part] : [between, part]));

function table(caption, heads, rows) {
  if (rows.length === 0) return null;
  const cells = ([first, ...rest]) =>
    element('tr', {}, element('th', { scope: 'row' }, first), rest.map((cell) => element('td', {}, cell)));
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, heads.map((head) => element('th', { scope: 'col' }, head)))),
      element('tbody', {}, rows.map(cells))));
}

/** What a reference refers to, or the object itself. */
function resolved(contract, object) {
  if (!object?.$ref) return object;
  return object.$ref.slice(2).split('/').reduce((at, key) => at[key], contract);
}

/** A schema in a few words, with links to those that have a name. */
function inWords(contract, schema) {
  if (!schema) return [];
  if (schema.$ref) {
    const path = schema.$ref.split('/');
    if (path.length > 4) return inWords(contract, resolved(contract, schema));
    return [element('a', { href: `#${anchor('schema', path.at(-1))}` }, path.at(-1))];
  }
  if (schema.anyOf) return joined(schema.anyOf.map((one) => inWords(contract, one)), ' or ').flat();
  const out = [[schema.type ?? 'anything'].flat().join(' or ')];
  if (schema.type === 'array') out.push(' of ', ...inWords(contract, schema.items));
  if (schema.maxItems) out.push(`, ${schema.minItems ?? 0} to ${schema.maxItems} of them`);
  if (schema.enum) out.push(': ', ...joined(schema.enum.map((value) => code(value === '' ? '(empty)' : value)), ', '));
  if (schema.minimum !== undefined && schema.maximum !== undefined) out.push(` from ${schema.minimum} to ${schema.maximum}`);
  else if (schema.minimum !== undefined) out.push(` from ${schema.minimum}`);
  if (schema.maxLength) out.push(`, at most ${schema.maxLength} long`);
  if (schema.pattern) out.push(', like ', code(schema.pattern));
  if (schema.default !== undefined) out.push('; ', code([schema.default].flat().join(',')), ' unless given');
  return out;
}

const asText = (value) => (Array.isArray(value) ? value.join(',') : String(value));

function parameterRows(contract, parameters) {
  return parameters.map((one) => [
    [code(one.name), one.required ? ' (required)' : ''],
    one.in,
    [one.description, one.schema ? element('br') : null, inWords(contract, one.schema)],
    one.example === undefined ? '' : code(asText(one.example)),
  ]);
}

/** A link that asks the resource, with what its path and its required parameters need. */
function tryIt(path, operation, parameters) {
  let target = path;
  const query = operation['x-try'] ? [operation['x-try']] : [];
  for (const one of parameters) {
    const value = encodeURIComponent(asText(one.example ?? ''));
    if (one.in === 'path') target = target.replace(`{${one.name}}`, value);
    else if (one.in === 'query' && !operation['x-try'] && (one.required || one.name === 'per_page')) query.push(`${one.name}=${value}`);
  }
  if (query.length > 0) target += `?${query.join('&')}`;
  return element('p', {}, 'Try it: ', element('a', { href: `.${target}` }, code(`GET ${decodeURIComponent(target)}`)));
}

function exampleOf(type, body) {
  if (body.example === undefined) return null;
  const text = typeof body.example === 'string' ? body.example : JSON.stringify(body.example, null, 2);
  return element('details', {}, element('summary', {}, `Example of ${type}`),
    element('pre', { tabindex: '0' }, element('code', {}, text)));
}

function responseRows(contract, responses) {
  return Object.entries(responses).map(([status, told]) => {
    const response = resolved(contract, told);
    const contents = Object.entries(response.content ?? {}).map(([type, body]) =>
      element('div', {}, code(type), ': ', inWords(contract, body.schema)));
    return [code(status), response.description, contents, joined(Object.keys(response.headers ?? {}).map(code), ' ')];
  });
}

function operationArticle(contract, path, operation) {
  const parameters = (operation.parameters ?? []).map((one) => resolved(contract, one));
  const examples = Object.entries(operation.responses['200']?.content ?? {});
  return element('article', { id: anchor('operation', operation.operationId) },
    element('h3', {}, element('span', { class: 'method' }, 'GET'), code(path)),
    element('p', {}, element('strong', {}, `${operation.summary}. `), operation.description),
    operation.responses['200'] ? tryIt(path, operation, parameters) : null,
    table(`Parameters of ${path}`, ['Name', 'In', 'What it takes', 'Example'], parameterRows(contract, parameters)),
    table(`Answers of ${path}`, ['Status', 'Meaning', 'Body', 'Headers'], responseRows(contract, operation.responses)),
    examples.map(([type, body]) => exampleOf(type, body)));
}

function schemaArticle(contract, name, schema) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([member, told]) => [
    code(member), inWords(contract, told), required.has(member) ? 'always' : 'sometimes',
    resolved(contract, told).description ?? '']);
  return element('article', { id: anchor('schema', name) },
    element('h3', {}, code(name)),
    element('p', {}, schema.description ?? ''),
    table(`Members of ${name}`, ['Name', 'Type', 'There', 'Meaning'], rows));
}

function show(contract) {
  const operations = Object.entries(contract.paths).map(([path, item]) => ({ path, ...item.get }));
  const schemas = Object.entries(contract.components.schemas);
  const link = (href, text) => element('li', {}, element('a', { href: `#${href}` }, text));
  const intro = contract.info.description.split('\n\n').map((text) => element('p', {}, text));
  document.querySelector('#about').replaceChildren(...intro,
    element('p', {}, `Version ${contract.info.version}. The document itself: `,
      element('a', { href: 'openapi.json' }, 'openapi.json'), '.'));
  document.querySelector('#contents').replaceChildren(
    element('h2', {}, 'Resources'),
    element('ul', {}, operations.map((one) => link(anchor('operation', one.operationId), one.path))),
    element('h2', {}, 'Schemas'),
    element('ul', {}, schemas.map(([name]) => link(anchor('schema', name), name))));
  document.querySelector('#main').replaceChildren(
    ...contract.tags.map((tag) => element('section', { 'aria-labelledby': anchor('tag', tag.name) },
      element('h2', { id: anchor('tag', tag.name) }, tag.name),
      element('p', {}, tag.description),
      operations.filter((one) => one.tags.includes(tag.name)).map((one) => operationArticle(contract, one.path, one)))),
    element('section', { 'aria-labelledby': 'schemas' }, element('h2', { id: 'schemas' }, 'Schemas'),
      schemas.map(([name, schema]) => schemaArticle(contract, name, schema))));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  const answer = await fetch('openapi.json');
  if (!answer.ok) throw new Error(`openapi.json was answered with ${answer.status}`);
  show(await answer.json());
} catch (problem) {
  document.querySelector('#about').replaceChildren(
    element('p', { role: 'alert' }, `The document cannot be shown: ${problem.message}.`));
}

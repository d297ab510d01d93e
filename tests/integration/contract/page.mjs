// The page of /docs: it may load nothing from elsewhere, and shows all of the document.
import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { resourcesOf } from './program.mjs';

const sourceOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page as a browser has it once its script has run. */
async function rendered(html, contract) {
  const { document } = parseHTML(html);
  const run = new (Object.getPrototypeOf(async () => {}).constructor)('document', 'fetch', 'location',
    document.querySelector('script').textContent);
  const fetched = [];
  await run(document, async (url) => {
    fetched.push(url);
    return { ok: true, json: async () => contract };
  }, { hash: '' });
  return { document, fetched };
}

export async function checkPage(contract, { get }, note) {
  const page = await get('/docs');
  if (page.status !== 200 || page.type !== 'text/html') note(`/docs is answered with ${page.status} ${page.type}`);
  const policy = new Map((page.headers.get('content-security-policy') ?? '').split('; ').map((one) => {
    const [name, ...sources] = one.split(' ');
    return [name, sources.join(' ')];
  }));
  const inline = (name) => page.text.match(new RegExp(`<${name}[^>]*>(.*?)</${name}>`, 's'))[1];
  const expected = { 'default-src': "'none'", 'connect-src': "'self'", 'base-uri': "'none'", 'form-action': "'none'",
    'frame-ancestors': "'none'", 'script-src': sourceOf(inline('script')), 'style-src': sourceOf(inline('style')) };
  for (const [name, sources] of Object.entries(expected))
    if (policy.get(name) !== sources) note(`the page's policy says ${name} ${policy.get(name)}, not ${sources}`);
  if (/\b(src|href)="(https?:)?\/\//.test(page.text) || /@import|url\(/.test(page.text)) note('the page asks for something elsewhere');

  const { document, fetched } = await rendered(page.text, contract);
  if (fetched.join() !== 'openapi.json') note(`the page asks for ${fetched}`);
  if (document.querySelector('[role=alert]')) note(`the page shows: ${document.querySelector('[role=alert]').textContent}`);

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const articles = new Map(all('article').map((one) => [one.querySelector('h3').textContent, one]));
  for (const { path, operation, parameters } of resourcesOf(contract)) {
    const article = articles.get(`GET${path}`);
    if (!article) {
      note(`the page does not show ${path}`);
      continue;
    }
    const shown = all('th[scope=row]', article).map((one) => one.textContent.replace(' (required)', ''));
    for (const name of [...parameters.map((one) => one.name), ...Object.keys(operation.responses)])
      if (!shown.includes(name)) note(`the page does not show ${name} of ${path}`);
    if (!operation.responses['200']) continue; // a WebSocket is nothing that a link leads to
    const link = all('a', article).find((one) => one.textContent.startsWith('GET ')).getAttribute('href').replace(/^\./, '');
    const answer = await get(link);
    if (answer.status !== 200) note(`the page's link ${link} is answered with ${answer.status}`);
  }
  for (const [name, schema] of Object.entries(contract.components.schemas))
    for (const member of Object.keys(schema.properties ?? {}))
      if (!all('th[scope=row]', articles.get(name) ?? document).some((one) => one.textContent === member))
        note(`the page does not show ${name}.${member}`);

  // For those who do not see it.
  const ids = all('[id]').map((one) => one.id);
  if (new Set(ids).size !== ids.length) note('ids of the page are not unique');
  for (const one of all('a[href^="#"]'))
    if (!ids.includes(one.getAttribute('href').slice(1))) note(`the page has no ${one.getAttribute('href')}`);
  if (!document.documentElement.getAttribute('lang') || !document.title) note('the page has no language or title');
  if (all('h1').length !== 1 || all('main').length !== 1) note('the page has not one heading and one main part');
  let level = 1;
  for (const one of all('h1, h2, h3, h4')) {
    const now = Number(one.tagName[1]);
    if (now > level + 1) note(`a heading is skipped before ${one.textContent}`);
    level = now;
  }
  for (const one of all('table'))
    if (!one.querySelector('caption') || !one.querySelector('th[scope=col]')) note('a table of the page has no caption or heads');
  return `the page shows ${articles.size} parts`;
}

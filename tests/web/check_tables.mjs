// Sorting, filters, pages, and the URL that holds them.
import assert from 'node:assert/strict';
import { ids, search, untilEveryRow, untilRows } from './browser.mjs';
import { until } from './world.mjs';

const untilSearch = (page, text) => until(`the URL has ${text}, not ${search(page)}`, () => search(page) === text);

async function everyColumnSorts({ open, double }) {
  for (const view of ['markets', 'assets']) {
    const page = await open(double.base, `/?view=${view}`);
    await untilRows(page);
    const heads = page.locator('thead th:has(button)');
    const count = await heads.count();
    assert.ok(count >= 13, `${view} has ${count} columns to sort by`);
    for (let i = 0; i < count; ++i) {
      const th = heads.nth(i);
      const ways = [];
      for (const _ of [1, 2]) {
        const before = double.asked.length;
        const last = await th.getAttribute('aria-sort');
        await th.locator('button').click();
        await until('another order is told', async () => ![null, last].includes(await th.getAttribute('aria-sort')));
        const way = await th.getAttribute('aria-sort');
        ways.push(way);
        assert.equal(await page.locator('th[aria-sort]').count(), 1);
        const sort = new URLSearchParams(search(page)).get('sort') ?? (view === 'markets' ? '-volume_usd_24h' : 'rank');
        const isOfTime = sort.endsWith('received_ms'); // shown as an age: the youngest has the latest time
        assert.equal(sort.startsWith('-') !== isOfTime, way === 'descending', sort);
        await until(`${sort} is asked for`, () => double.asked.slice(before).some((one) => new URL(one, double.base).searchParams.get('sort') === sort));
      }
      assert.deepEqual(ways.sort(), ['ascending', 'descending']);
    }
    await page.close();
  }
}

async function rowsAreInTheOrderOfTheApi({ open, double, world }) {
  for (const [search, target] of [['/?sort=id', '/v1/markets?sort=id'], ['/?sort=-id&page=2&per_page=25', '/v1/markets?sort=-id&page=2&per_page=25'],
    ['/?view=assets&sort=symbol', '/v1/assets?sort=symbol']]) {
    const page = await open(double.base, search);
    const { body } = await world.get(target);
    const expected = body.data.map((row) => row.id ?? row.symbol);
    await until(`${search} shows what the API answers`, async () => (await ids(page)).join() === expected.join());
    await page.close();
  }
}

async function namesStayWhereTheyAre({ open, double }) {
  const page = await open(double.base);
  await untilRows(page);
  // Whether the names, and what they are called, begin where the table does, and nothing passes over them.
  const stay = () => page.evaluate(() => {
    const table = document.querySelector('main > .scroll');
    const { left } = table.getBoundingClientRect();
    return ['thead th', 'tbody th'].every((name) => {
      const box = table.querySelector(name).getBoundingClientRect();
      const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return Math.abs(box.left - left) < 2 && there.closest('th') === table.querySelector(name);
    });
  });
  for (const aside of [150, 0, 200]) {
    const at = await page.evaluate((to) => {
      const table = document.querySelector('main > .scroll');
      table.scrollLeft = to;
      return table.scrollLeft;
    }, aside);
    assert.equal(at, aside, 'the table is wide enough to be scrolled');
    await until(`names are at the left, scrolled by ${aside}`, stay);
  }
  await page.close();
}

async function filtersNarrow({ open, double }) {
  const page = await open(double.base);
  await untilRows(page);
  const choose = async (name, value) => {
    await page.locator('.choices summary', { hasText: name }).click();
    await page.getByRole('checkbox', { name: value, exact: true }).check();
    await page.keyboard.press('Escape');
  };
  await choose('Quote', 'USDT');
  await untilSearch(page, '?quote=USDT');
  await untilEveryRow(page, (id) => id.endsWith('-USDT'));
  await choose('Quote', 'USD');
  await untilSearch(page, '?quote=USDT,USD');
  await page.locator('.choices summary', { hasText: 'Exchange' }).click();
  await page.locator('.choices[open] label', { hasText: 'kraken' }).click(); // its text, not the box
  assert.ok(await page.getByRole('checkbox', { name: 'kraken', exact: true }).isChecked());
  await page.keyboard.press('Escape');
  await untilSearch(page, '?quote=USDT,USD&exchange=kraken');
  await untilEveryRow(page, (id) => id.startsWith('kraken:'));
  await page.goBack();
  await untilSearch(page, '?quote=USDT,USD');
  await untilEveryRow(page, (id) => /-USDT?$/.test(id));
  await page.reload();
  await untilEveryRow(page, (id) => /-USDT?$/.test(id));
  await page.locator('.choices summary', { hasText: 'Quote' }).click();
  await page.getByRole('button', { name: 'Any', exact: true }).click();
  await untilSearch(page, '');
  await choose('Category', 'Meme');
  await untilSearch(page, '?category=meme');
  await untilEveryRow(page, (id) => /:(DOGE|SHIB|PEPE|WIF|BONK|FLOKI)-/.test(id));
  await page.goto(`${double.base}/?stale=true`);
  await page.getByText('No market is like this.').waitFor();
  await page.getByLabel('Freshness').selectOption('false');
  await untilSearch(page, '?stale=false');
  await untilRows(page);
}

async function textFinds({ open, double }) {
  const page = await open(double.base);
  await untilRows(page);
  await page.keyboard.press('/');
  await page.keyboard.type('bitcion', { delay: 205 }); // as long as the field waits: no letter may be lost
  await untilSearch(page, '?q=bitcion');
  await page.getByRole('button', { name: /^Did you mean BTC\?$/ }).click();
  await untilSearch(page, '?q=BTC');
  await untilEveryRow(page, (id) => id.includes('BTC'));
  await page.getByRole('searchbox').fill('bitcoin kraken');
  await untilEveryRow(page, (id) => /^kraken:.*BTC|^kraken:BCH/.test(id));
  await page.getByRole('searchbox').fill('kraken:ETH-USD');
  await untilEveryRow(page, (id) => id.startsWith('kraken:ETH-USD'));
  await page.getByRole('searchbox').fill('zzzzzzzz');
  await page.getByText('No market is like this.').waitFor();
  await page.getByRole('searchbox').fill('');
  await untilSearch(page, '');
  await untilRows(page);
  await page.goto(`${double.base}/?view=assets&q=doge`);
  await untilEveryRow(page, (id) => id === 'DOGE');
  await page.locator('tbody a').click();
  await untilSearch(page, '?base=DOGE');
  await untilEveryRow(page, (id) => id.includes(':DOGE-'));
  await page.getByRole('button', { name: 'Base: DOGE' }).click();
  await untilSearch(page, '');
}

async function pagesTurn({ open, double, world }) {
  const page = await open(double.base, '/?sort=id');
  await untilRows(page);
  await page.getByLabel('Rows').selectOption('25');
  await untilSearch(page, '?sort=id&per_page=25');
  const { body } = await world.get('/v1/markets?sort=id&per_page=25');
  const pages = body.page.pages;
  assert.ok(pages > 3);
  for (const [name, number] of [['Next page', 2], ['Next page', 3], ['Previous page', 2], ['Last page', pages], ['First page', 1]]) {
    await page.getByRole('link', { name }).click();
    await untilSearch(page, number === 1 ? '?sort=id&per_page=25' : `?sort=id&page=${number}&per_page=25`);
    await page.getByText(`Page ${number} of ${pages}, `).waitFor();
  }
  const step = (name) => page.getByRole('link', { name });
  const isOff = (name) => step(name).and(page.locator('[aria-disabled=true]:not([href])')).count();
  assert.equal(await isOff('First page'), 1, 'there is no way back from the first page');
  assert.equal(await isOff('Last page'), 0);
  await step('Last page').press('Enter');
  await page.getByText(`Page ${pages} of ${pages}, `).waitFor();
  await until('there is no way on', () => isOff('Last page'));
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Last page/, 'the focus stays');
  await page.goBack();
  await page.getByText(`Page 1 of ${pages}, `).waitFor();
  await page.goBack();
  await page.getByText(`Page ${pages} of ${pages}, `).waitFor();
  await page.getByRole('button', { name: 'Last', exact: true }).click();
  await untilSearch(page, '?sort=-last&per_page=25');
}

async function pagesBeginAtTheirTop({ open, double, world }) {
  const place = (page) => page.evaluate(() => {
    const { scrollTop, scrollLeft } = document.querySelector('main > .scroll');
    return { scrollTop: Math.round(scrollTop), scrollLeft: Math.round(scrollLeft), scrollY: Math.round(scrollY) };
  });
  const untilPlace = (page, what, expected) => until(what, async () => JSON.stringify(await place(page)) === JSON.stringify(expected));
  const shows = async (page, target) => {
    const expected = (await world.get(target)).body.data.map((row) => row.id).join();
    await until(`${target} is shown`, async () => (await ids(page)).join() === expected);
  };
  const wide = await open(double.base, '/?sort=id');
  await shows(wide, '/v1/markets?sort=id');
  await wide.evaluate(() => document.querySelector('main > .scroll').scrollTo(120, 300));
  await wide.getByRole('link', { name: 'Next page' }).click();
  await shows(wide, '/v1/markets?sort=id&page=2');
  await untilPlace(wide, 'the second page begins at its top', { scrollTop: 0, scrollLeft: 120, scrollY: 0 });
  await wide.evaluate(() => document.querySelector('main > .scroll').scrollTo(0, 200));
  const second = await wide.locator('tbody tr').nth(15).locator('a').evaluate((link) => (link.click(), link.href));
  assert.match(second, /view=market/);
  await wide.locator('.headline').waitFor();
  await wide.goBack();
  await shows(wide, '/v1/markets?sort=id&page=2');
  await untilPlace(wide, 'back from a market it is where it was', { scrollTop: 200, scrollLeft: 0, scrollY: 0 });
  await wide.goBack();
  await shows(wide, '/v1/markets?sort=id');
  await untilPlace(wide, 'so is the first page', { scrollTop: 300, scrollLeft: 120, scrollY: 0 });
  await wide.goForward();
  await shows(wide, '/v1/markets?sort=id&page=2');
  await untilPlace(wide, 'and forward again', { scrollTop: 200, scrollLeft: 0, scrollY: 0 });
  await wide.getByRole('button', { name: 'Market', exact: true }).click();
  await shows(wide, '/v1/markets?sort=-id');
  await untilPlace(wide, 'another order begins at its top', { scrollTop: 0, scrollLeft: 0, scrollY: 0 });

  // On a phone it is the page that is scrolled.
  const phone = await open(double.base, '/?sort=id');
  await phone.setViewportSize({ width: 380, height: 700 });
  await shows(phone, '/v1/markets?sort=id');
  await phone.getByRole('link', { name: 'Next page' }).scrollIntoViewIfNeeded();
  const { scrollY: below } = await place(phone);
  assert.ok(below > 300, `the pager is ${below} px below`);
  await phone.getByRole('link', { name: 'Next page' }).click();
  await shows(phone, '/v1/markets?sort=id&page=2');
  await until('the table is at the top of the screen', () =>
    phone.evaluate(() => Math.abs(document.querySelector('main > .scroll').getBoundingClientRect().top) < 2));
  await phone.goBack();
  await shows(phone, '/v1/markets?sort=id');
  await until('it is where it was', async () => Math.abs((await place(phone)).scrollY - below) < 2);
}

async function moversMove({ open, double, world }) {
  const page = await open(double.base, '/?view=movers');
  await page.locator('.segments span', { hasText: '24h' }).click();
  await untilSearch(page, '?view=movers&window=24h');
  await untilRows(page);
  const falling = page.locator('section', { hasText: 'Falling most' });
  await until('as many fall as the API says now', async () => {
    const { body } = await world.get('/v1/movers?window=24h&direction=down&limit=25');
    return (await falling.locator('tbody tr').count()) === body.data.length;
  });
  assert.match(await falling.locator('tbody tr').first().innerText(), /−\d/);
}

/** Whether each figure ends where its column does, and only those are smaller that must be. */
async function figuresFit({ open, double }) {
  for (const [width, height] of [[1280, 900], [380, 800]]) {
    const page = await open(double.base, '/?quote=BTC,USDT,TRY&sort=id'); // long and short ones
    await page.setViewportSize({ width, height });
    await untilRows(page);
    const { over, sizes } = await page.evaluate(() => {
      const cells = [...document.querySelectorAll('tbody td.figure')];
      const range = document.createRange();
      const over = cells.flatMap((cell) => {
        range.selectNodeContents(cell);
        const [text, box] = [range, cell].map((one) => one.getBoundingClientRect());
        const by = text.right - (box.right - Number.parseFloat(getComputedStyle(cell).paddingRight));
        return text.width > 0 && by > 1 ? [`${cell.className}: ${cell.textContent} by ${by}`] : [];
      });
      return { over, sizes: [...new Set(cells.map((cell) => cell.className.match(/long(er)?/)?.[0] ?? ''))].sort() };
    });
    assert.deepEqual(over, []);
    assert.deepEqual(sizes, ['', 'long', 'longer']);
  }
}

async function longFiguresAreToldWhole({ open, double, world }) {
  const { body } = await world.get('/v1/markets?sort=id');
  body.data[1].last = '123456.123456789012345678';
  double.withoutStreams = true;
  try {
    const page = await open(double.base, '/docs'); // the way is laid before the board asks
    await page.route('**/v1/markets?*', (route) => route.fulfill({ json: body }));
    await page.goto(`${double.base}/?sort=id`);
    await untilRows(page);
    const [long, short] = ['.price', ':last-child'].map((cell) => page.locator(`tbody tr:nth-child(2) td${cell}`));
    assert.equal(await long.textContent(), '123,456.123456789012345678');
    const look = (cell) => ({ isCut: cell.scrollWidth > cell.clientWidth, sign: getComputedStyle(cell).textOverflow, title: cell.title });
    await long.hover();
    assert.deepEqual(await long.evaluate(look), { isCut: true, sign: 'ellipsis', title: '123,456.123456789012345678' });
    await short.hover();
    assert.equal((await short.evaluate(look)).title, '');
    assert.equal((await long.evaluate(look)).title, '');
  } finally {
    double.withoutStreams = false;
  }
}

export const checks = [everyColumnSorts, rowsAreInTheOrderOfTheApi, namesStayWhereTheyAre, filtersNarrow, textFinds, pagesTurn, pagesBeginAtTheirTop, moversMove, figuresFit, longFiguresAreToldWhole];

// Keyboards, screen readers, themes and widths.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ids, picture, search, untilRows, untilState } from './browser.mjs';
import { until } from './world.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const views = { markets: '/', assets: '/?view=assets', movers: '/?view=movers&window=24h', feeds: '/?view=feeds', market: '/?view=market&id=kraken:BTC-USD&interval=5s' };
const focused = (page, property) => page.evaluate((name) => document.activeElement[name], property);

async function axeFindsNothing({ open, double, note, artefacts }) {
  for (const [name, where] of Object.entries(views)) {
    const page = await open(double.base, where);
    await untilState(page, '^(live|polling)$');
    await page.locator('tbody tr, .canvas canvas').first().waitFor();
    await page.evaluate(axe);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      for (const one of violations)
        note(`axe, ${name} in ${colorScheme}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`);
      for (const width of [380, 1280, 1920]) {
        await page.setViewportSize({ width, height: width === 380 ? 800 : 900 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) note(`${name} is ${over} px wider than a screen of ${width}`);
        await picture(page, `${artefacts}/${name}-${width}-${colorScheme}.png`);
      }
    }
    await page.close();
  }
}

async function keysAreEnough({ open, double }) {
  const page = await open(double.base, '/?sort=id');
  await untilRows(page);
  await page.keyboard.press('Tab');
  assert.match(await focused(page, 'textContent'), /^Skip to/);
  await page.keyboard.press('Enter');
  assert.equal(await focused(page, 'id'), 'main');

  await page.locator('thead th button', { hasText: 'Last' }).focus();
  await page.keyboard.press('Enter');
  await until('it is sorted', () => search(page) === '?sort=-last');
  assert.match(await focused(page, 'textContent'), /^Last/);

  await page.locator('.choices summary', { hasText: 'Exchange' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await until('an exchange is chosen', () => search(page).includes('exchange='));
  await page.keyboard.press('Escape');
  assert.match(await focused(page, 'textContent'), /^Exchange/);
  assert.equal(await page.locator('.choices[open]').count(), 0);

  await page.locator('thead th button', { hasText: 'Market' }).first().press('Enter');
  await until('it is sorted by market', () => new URLSearchParams(search(page)).get('sort') === 'id');
  await until('rows are in that order', async () => (await ids(page)).every((one, i, all) => i === 0 || all[i - 1] < one));
  const [, second] = await ids(page);
  await page.locator('tbody a').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  const id = await page.evaluate(() => document.activeElement.closest('tr').dataset.id);
  assert.equal(id, second);
  await page.keyboard.press('Enter');
  await until('its market is shown', () => search(page) === `?view=market&id=${id}`);
  await until('the heading has the focus', async () => (await focused(page, 'tagName')) === 'H1');
  assert.match(await page.title(), / on \w+ · tickboard$/);
}

async function panelsCloseOnceLeft({ open, double }) {
  const page = await open(double.base);
  await untilRows(page);
  const panel = page.locator('.choices', { hasText: 'Quote' });
  const isOpen = () => panel.evaluate((one) => one.open);
  const middle = async (of) => {
    const { x, y, width, height } = await of.boundingBox();
    return [x + width / 2, y + height / 2];
  };
  const openIt = async () => {
    await panel.locator('summary').click();
    await panel.locator('label').first().waitFor();
    assert.ok(await isOpen());
  };
  const [inside, outside] = [panel.locator('label').first(), page.locator('h1')];
  await openIt();
  await page.mouse.move(...await middle(outside));
  await page.mouse.down();
  assert.ok(await isOpen(), 'a press alone does not close it: it may be on a scrollbar');
  await page.mouse.up();
  assert.equal(await isOpen(), false);

  await openIt();
  await page.mouse.move(...await middle(inside));
  await page.mouse.down();
  await page.mouse.move(...await middle(outside));
  await page.mouse.up();
  assert.ok(await isOpen(), 'a press that began inside does not close it');
  await page.locator('thead th', { hasText: 'Trend' }).click();
  assert.equal(await isOpen(), false);

  await openIt();
  await page.locator('.choices', { hasText: 'Exchange' }).locator('summary').click();
  assert.equal(await isOpen(), false, 'one at a time');
  await openIt();
  await page.keyboard.press('Shift+Tab');
  assert.equal(await isOpen(), false, 'the focus is elsewhere');
}

async function focusStaysWhileRowsMove({ open, double }) {
  // By age the order changes with every event.
  const page = await open(double.base, '/?sort=-received_ms&per_page=100');
  await untilState(page, '^live$');
  await untilRows(page);
  const link = page.locator('tbody tr').nth(20).locator('a');
  const at = () => page.evaluate(() => ({
    id: document.activeElement.closest('tr')?.dataset.id, index: document.activeElement.closest('tr')?.rowIndex,
    ids: [...document.querySelectorAll('tbody tr')].map((row) => row.dataset.id),
  }));
  const begin = async () => {
    await link.focus();
    return at();
  };
  let before = await begin();
  await until('the row has moved', async () => {
    const now = await at();
    assert.ok(now.id, 'the focus is lost');
    if (!now.ids.includes(before.id)) {
      before = await begin(); // it left the page in one step
      return false;
    }
    assert.equal(now.id, before.id, 'the focus is on another row');
    return now.index !== before.index && now.ids[0] !== before.ids[0];
  });
  // The row leaves the page, as others are newer: whoever goes by the keyboard goes on from where it was.
  await until('the row has left', async () => {
    const now = await at();
    assert.ok(now.id, 'the focus is lost');
    return now.id !== before.id;
  });
  await page.keyboard.press('ArrowDown');
  assert.ok((await at()).id);
}

async function themesAreChosen({ open, double }) {
  const page = await open(double.base);
  await page.emulateMedia({ colorScheme: 'light' });
  await untilRows(page);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.getByLabel('Theme').selectOption('dark');
  assert.equal(await theme(), 'dark');
  await page.reload();
  await untilRows(page);
  assert.equal(await theme(), 'dark');
  assert.equal(await page.getByLabel('Theme').inputValue(), 'dark');
  await page.getByLabel('Theme').selectOption('auto');
  assert.equal(await theme(), 'light');
}

async function nothingHasToBeStored({ open, double }) {
  const page = await open(double.base, '/docs');
  await page.addInitScript(() => {
    const refuse = { get: () => { throw new DOMException('The user says no.', 'SecurityError'); } };
    for (const where of ['localStorage', 'sessionStorage']) Object.defineProperty(window, where, refuse);
  });
  await page.goto(double.base);
  await untilRows(page);
  await page.getByLabel('Theme').selectOption('dark');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
}

export const checks = [axeFindsNothing, keysAreEnough, panelsCloseOnceLeft, focusStaysWhileRowsMove, themesAreChosen, nothingHasToBeStored];

// The live board in Chromium, before a daemon that follows simulated exchanges.
//
// usage: node check.mjs TICKBOARD ARTEFACTS_DIR
import { mkdirSync, rmSync } from 'node:fs';
import { picture, startBrowser } from './browser.mjs';
import * as access from './check_access.mjs';
import * as faults from './check_faults.mjs';
import * as files from './check_files.mjs';
import * as live from './check_live.mjs';
import * as market from './check_market.mjs';
import * as tables from './check_tables.mjs';
import { startDouble } from './stream_double.mjs';
import { startWorld } from './world.mjs';

const [program, artefacts] = process.argv.slice(2);
rmSync(artefacts, { recursive: true, force: true });
mkdirSync(artefacts, { recursive: true });

const problems = [];
const note = (text) => problems.push(text);
const world = await startWorld(program);
const double = await startDouble(world.base);
let browser;
try {
  browser = await startBrowser(note);
  // Faults come last: they end parts of the world.
  for (const part of [files, tables, live, market, access, faults])
    for (const check of part.checks) {
      const began = Date.now();
      const pages = [];
      const open = async (...where) => {
        const page = await browser.open(...where);
        pages.push(page);
        return page;
      };
      const known = problems.length;
      try {
        await check({ open, world, double, note, artefacts });
      } catch (problem) {
        note(problem.stack);
        for (const [i, page] of pages.entries()) await picture(page, `${artefacts}/failed-${check.name}-${i}.png`).catch(() => {});
      }
      for (const page of pages) await page.close();
      const told = problems.slice(known);
      console.log(`${told.length === 0 ? 'ok' : 'FAILED'} ${check.name} (${Date.now() - began} ms)`);
      for (const text of told) console.log(`  ${text}`);
    }
} finally {
  await browser?.end();
  double.end();
  await world.end();
}
console.log(problems.length === 0 ? 'all is well' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

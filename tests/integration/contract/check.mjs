// usage: node check.mjs PROGRAM
// Starts the program's demo once and checks it by its own API document: refusals.mjs, and, with the
// packages from npm, answers.mjs and page.mjs. Exit 77: without these packages.
import { startProgram } from './program.mjs';
import { checkRefusals } from './refusals.mjs';

const withoutNpm = process.env.TICKBOARD_WITHOUT_NPM !== undefined;
const problems = [];
const note = (what) => problems.push(what);

const running = await startProgram(process.argv[2]);
let ended;
try {
  const unready = await running.untilServed('/v1/markets');
  await running.untilServed('/v1/assets/BTC');
  const told = await running.get('/openapi.json');
  if (told.status !== 200) throw new Error(`/openapi.json is answered with ${told.status}`);
  console.log(await checkRefusals(told.json, running, note));
  if (!withoutNpm) {
    const { checkAnswers } = await import('./answers.mjs');
    console.log(await checkAnswers(told.json, running, unready, note));
    const { checkPage } = await import('./page.mjs');
    console.log(await checkPage(told.json, running, note));
  }
} finally {
  ended = await running.stop();
}
if (ended !== 0) note(`the program ended with ${ended}`);

for (const problem of problems.slice(0, 40)) console.error(problem);
if (problems.length > 40) console.error(`... and ${problems.length - 40} more`);
if (problems.length === 0 && withoutNpm)
  console.error('SKIPPED: the document, answers and the page were NOT checked: no packages from npm');
process.exitCode = problems.length > 0 ? 1 : withoutNpm ? 77 : 0;

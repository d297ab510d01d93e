// What the programs beside this file have in common: where the daemon is, and how they end.
import { Client, Refused } from './client';

/** TICKBOARD_URL and TICKBOARD_API_KEY of the environment. */
export const client = new Client((process.env.TICKBOARD_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, ''), process.env.TICKBOARD_API_KEY);

/** Exit status 77: the daemon has no such thing. */
export async function run(main: (...given: string[]) => Promise<void>, absent = 1): Promise<void> {
  try {
    await main(...process.argv.slice(2));
  } catch (problem) {
    console.error(problem instanceof Error ? problem.message : problem);
    process.exitCode = problem instanceof Refused && problem.status === 404 ? absent : 1;
  }
}

import { clockTime } from '../format';
import { heard, problem, source } from '../health';

/** What is wrong with what is shown, in a sentence. */
export function Notice({ stale_since_ms }: { stale_since_ms?: number | undefined }) {
  if (source.value === 'reconnecting')
    return <p class="notice" role="alert">{problem}.{heard.value > 0 && ` What is shown is of ${clockTime(heard.value)}.`}</p>;
  if (stale_since_ms !== undefined)
    return <p class="notice" role="alert">Redis does not answer: this was so at {clockTime(stale_since_ms)}.</p>;
  return null;
}

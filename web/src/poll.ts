// Asks the API again and again while somebody sees the board.
import { ask, Refusal } from './api';
import { whileSeen } from './awake';
import { apiKey } from './key';

export interface Polled<Body> {
  body(body: Body): void;
  unchanged?(): void;
  refused(why: Refusal): void;
}

const pause_ms = { first: 1000, longest: 10_000 }; // before who was refused asks again, if the daemon does not say

/**
 * Asks at once and `every_ms` after each answer, while the board is paused until there is one. Who is refused asks later
 * and later, and not before the daemon says; what would always be refused is not asked again. Returns what ends it.
 */
export function poll<Body>(target: string, every_ms: number, to: Polled<Body>): () => void {
  let tag: string | null = null;
  let isTold = false;
  return whileSeen((once) => {
    if (once && isTold) return;
    const stop = new AbortController();
    const key = apiKey.value;
    let timer = 0;
    let failures = 0;
    const round = async () => {
      let pause = every_ms;
      try {
        const answer = await ask<Body>(target, stop.signal, tag, key);
        if (stop.signal.aborted) return;
        isTold = true;
        failures = 0;
        if ('unchanged' in answer) {
          to.unchanged?.();
        } else {
          tag = answer.tag;
          to.body(answer.body);
        }
        if (once) return;
      } catch (why) {
        if (stop.signal.aborted) return;
        if (!(why instanceof Refusal)) throw why;
        to.refused(why);
        if (why.isFinal) return;
        pause = Math.max(why.retryAfterMs, Math.min(pause_ms.first * 2 ** failures, pause_ms.longest));
        failures += 1;
      }
      timer = window.setTimeout(round, pause);
    };
    void round();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  });
}

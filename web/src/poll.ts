// Asks the API again and again while the board is awake.
import { ask, Refusal } from './api';
import { whileAwake } from './awake';
import { apiKey } from './key';

export interface Polled<Body> {
  body(body: Body): void;
  unchanged?(): void;
  refused(why: Refusal): void;
}

/** Asks at once and `every_ms` after each answer, later if the daemon says so; returns what ends it. */
export function poll<Body>(target: string, every_ms: number, to: Polled<Body>): () => void {
  let tag: string | null = null;
  return whileAwake(() => {
    const stop = new AbortController();
    const key = apiKey.value;
    let timer = 0;
    const round = async () => {
      let pause = every_ms;
      try {
        const answer = await ask<Body>(target, stop.signal, tag, key);
        if (stop.signal.aborted) return;
        if ('unchanged' in answer) {
          to.unchanged?.();
        } else {
          tag = answer.tag;
          to.body(answer.body);
        }
      } catch (why) {
        if (stop.signal.aborted) return;
        if (!(why instanceof Refusal)) throw why;
        pause = Math.max(pause, why.retryAfterMs);
        to.refused(why);
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

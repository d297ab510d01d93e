// Asks the API again and again while somebody sees the board.
import { ask, Refusal } from './api';
import { whileSeen } from './awake';
import { apiKey } from './key';

export interface Polled<Body> {
  body(body: Body): void;
  unchanged?(): void;
  refused(why: Refusal): void;
}

/** Asks at once and `every_ms` after each answer, later if the daemon says so; while the board is paused until there is an answer. Returns what ends it. */
export function poll<Body>(target: string, every_ms: number, to: Polled<Body>): () => void {
  let tag: string | null = null;
  let isTold = false;
  return whileSeen((once) => {
    if (once && isTold) return;
    const stop = new AbortController();
    const key = apiKey.value;
    let timer = 0;
    const round = async () => {
      let pause = every_ms;
      try {
        const answer = await ask<Body>(target, stop.signal, tag, key);
        if (stop.signal.aborted) return;
        isTold = true;
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

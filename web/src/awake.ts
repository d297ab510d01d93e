// Whether the board is to follow anything now: not while nobody sees it, and not while it is asked to hold still.
import { effect, signal } from '@preact/signals';

export const paused = signal(false);
export const hidden = signal(document.hidden);
document.addEventListener('visibilitychange', () => (hidden.value = document.hidden));

/**
 * Runs `start` while somebody sees the board, anew whenever it is paused or goes on, and what it returned when that
 * ends. `once`: it is paused, so what is not there yet may be asked for, and nothing followed. Returns what ends all of it.
 */
export const whileSeen = (start: (once: boolean) => (() => void) | undefined): (() => void) =>
  effect(() => (hidden.value ? undefined : start(paused.value)));

// Whether the board is to follow anything now: not while nobody sees it, or asked it to hold still.
import { computed, effect, signal } from '@preact/signals';

export const paused = signal(false);
const hidden = signal(document.hidden);
document.addEventListener('visibilitychange', () => (hidden.value = document.hidden));

export const awake = computed(() => !paused.value && !hidden.value);

/** Runs `start` whenever the board is awake, and what it returned when that ends; returns what ends all of it. */
export const whileAwake = (start: () => () => void): (() => void) => effect(() => (awake.value ? start() : undefined));

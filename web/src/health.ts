// How the view's data comes, for those who look at it.
import { signal } from '@preact/signals';
import type { Refusal } from './api';
import { apiKey } from './key';

export type Source =
  | 'connecting' // nothing came yet
  | 'live' // events come as things change
  | 'polling' // asked again and again
  | 'reconnecting' // what is shown is what was last heard
  | 'refused'; // there is no such page, and it is not asked for again

export const source = signal<Source>('connecting');
export const heard = signal(0); // this machine's time when data last came; 0: never
export const problem = signal(''); // why it does not come
export const refusedKey = signal<string | null>(null); // the key that the daemon does not know, '' if it asks for one

export function hear(from: Source): void {
  source.value = from;
  heard.value = Date.now();
  problem.value = '';
  refusedKey.value = null;
}

/** `refusal`: the daemon's own word for it. */
export function miss(why: string, refusal?: Refusal): void {
  source.value = refusal?.isFinal ? 'refused' : 'reconnecting';
  problem.value = why;
  refusedKey.value = refusal?.status === 401 ? apiKey.peek() : null;
}

/** Another view is looked at: nothing is known of its data yet. */
export function beginAnew(): void {
  source.value = 'connecting';
  heard.value = 0;
  problem.value = '';
}

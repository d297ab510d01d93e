// The daemon's time, as far as its answers tell it.
import { signal } from '@preact/signals';

let ahead_ms = 0; // of this machine's clock

/** The daemon's time, once a second. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now() + ahead_ms), 1000);

/** The daemon said that it is this late. */
export function hearTime(as_of_ms: number): void {
  ahead_ms = as_of_ms - Date.now();
}

export const thisMoment = () => Date.now() + ahead_ms;

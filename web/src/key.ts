// The API key of daemons that ask for one; kept until the tab is closed.
import { signal } from '@preact/signals';
import { recall, remember } from './stored';

const name = 'tickboard-key';

/** Where in a key the first character is that a header cannot carry as it is, from 1; null if all can be sent. */
export function unsendableAt(key: string): number | null {
  const at = [...key].findIndex((one) => !/^[ -~]$/.test(one));
  return at < 0 ? null : at + 1;
}

const stored = recall('sessionStorage', name) ?? '';
export const apiKey = signal(unsendableAt(stored) === null ? stored : '');

/** All of it can be sent. */
export function giveKey(key: string): void {
  remember('sessionStorage', name, key);
  apiKey.value = key;
}

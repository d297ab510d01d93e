// The API key of daemons that ask for one; kept until the tab is closed.
import { signal } from '@preact/signals';

const name = 'tickboard-key';
export const apiKey = signal(sessionStorage.getItem(name) ?? '');

export function giveKey(key: string): void {
  sessionStorage.setItem(name, key);
  apiKey.value = key;
}

// Dark or light: as the system says, unless somebody chose.
import { computed, effect, signal } from '@preact/signals';
import { recall, remember } from './stored';

export type Theme = 'auto' | 'light' | 'dark';
const name = 'tickboard-theme';
const stored = recall('localStorage', name);

export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto');

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(prefersDark.matches);
prefersDark.addEventListener('change', (event) => (systemDark.value = event.matches));

export const shownTheme = computed(() => (theme.value === 'auto' ? (systemDark.value ? 'dark' : 'light') : theme.value));

/** Keeps the page in the theme; `data-theme` is what style sheets look at. */
export function showTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = shownTheme.value;
    remember('localStorage', name, theme.value === 'auto' ? null : theme.value);
  });
}

/** A colour of the style sheet, for what is drawn on a canvas. */
export const colour = (variable: string) => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

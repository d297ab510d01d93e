import { theme, type Theme } from '../theme';

export function ThemeChoice() {
  return (
    <select aria-label="Theme" value={theme} onChange={(event) => (theme.value = event.currentTarget.value as Theme)}>
      <option value="auto">Auto</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

import { paused } from '../awake';

/** Whoever reads slowly can hold the board still (WCAG 2.2.2). */
export function PauseButton() {
  const isPaused = paused.value;
  return (
    <button type="button" aria-pressed={isPaused} onClick={() => (paused.value = !isPaused)}>
      <span aria-hidden="true">{isPaused ? '▶' : '❚❚'}</span> Pause
    </button>
  );
}

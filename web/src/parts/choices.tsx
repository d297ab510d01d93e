import { useEffect, useRef } from 'preact/hooks';

interface ChoicesProps {
  name: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}

/**
 * Closes a panel when somebody clicks beside it, presses Escape, or goes elsewhere by the keyboard. Not when a press
 * begins, which may be on a scrollbar, nor by a click that began inside.
 */
function closeOnLeave(panel: HTMLDetailsElement): () => void {
  const all = new AbortController();
  const on = <Name extends keyof HTMLElementEventMap>(where: HTMLElement, name: Name, hear: (event: HTMLElementEventMap[Name]) => void) =>
    where.addEventListener(name, hear, { capture: true, signal: all.signal });
  const isInside = (target: EventTarget | null) => target instanceof Node && panel.contains(target);
  const page = document.querySelector<HTMLElement>('#board')!; // phones tell it of clicks on what is no control
  let isPressed = false; // the focus goes where a pointer is
  let beganInside = false;
  on(page, 'pointerdown', ({ target }) => {
    isPressed = true;
    beganInside = isInside(target);
  });
  on(page, 'click', ({ target }) => {
    if (!beganInside && !isInside(target)) panel.open = false;
    beganInside = false;
  });
  on(page, 'keydown', ({ key }) => {
    isPressed = false;
    if (key !== 'Escape' || !panel.open) return;
    panel.open = false;
    panel.querySelector('summary')!.focus();
  });
  on(panel, 'focusout', ({ relatedTarget }) => {
    if (!isPressed && relatedTarget && !isInside(relatedTarget)) panel.open = false;
  });
  return () => all.abort();
}

/** Some of many, behind a button. */
export function Choices({ name, options, chosen, onChange }: ChoicesProps) {
  const panel = useRef<HTMLDetailsElement>(null);
  useEffect(() => closeOnLeave(panel.current!), []);
  // What the URL asks for is shown even if nobody else knows of it.
  const all = [...options, ...chosen.filter((value) => !options.some((one) => one.value === value)).map((value) => ({ value, label: value }))];
  const toggle = (value: string, on: boolean) => onChange(on ? [...chosen, value] : chosen.filter((one) => one !== value));
  return (
    <details class="choices" ref={panel}>
      <summary title={chosen.join(', ')}>{name}{chosen.length > 0 && <b>: {chosen.join(', ')}</b>}</summary>
      {/* Keeps the focus of who presses between its options. */}
      <fieldset tabIndex={-1}>
        <legend class="unseen">{name}</legend>
        {all.map(({ value, label }) => (
          <label key={value}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={(event) => toggle(value, event.currentTarget.checked)} /> {label}
          </label>
        ))}
        {all.length === 0 && <p>None are known yet.</p>}
        <button type="button" disabled={chosen.length === 0} onClick={() => onChange([])}>Any</button>
      </fieldset>
    </details>
  );
}

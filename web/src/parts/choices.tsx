import { useRef } from 'preact/hooks';

interface ChoicesProps {
  name: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}

/** Some of many, behind a button. */
export function Choices({ name, options, chosen, onChange }: ChoicesProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (details.current) details.current.open = false;
  };
  const leave = (event: FocusEvent) => {
    if (event.relatedTarget instanceof Node && !details.current?.contains(event.relatedTarget)) close();
  };
  const escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    close();
    details.current?.querySelector('summary')?.focus();
  };
  // What the URL asks for is shown even if nobody else knows of it.
  const all = [...options, ...chosen.filter((value) => !options.some((one) => one.value === value)).map((value) => ({ value, label: value }))];
  const toggle = (value: string, on: boolean) => onChange(on ? [...chosen, value] : chosen.filter((one) => one !== value));
  return (
    <details class="choices" ref={details} onFocusOut={leave} onKeyDown={escape}>
      <summary>{name}{chosen.length > 0 && <b>: {chosen.join(', ')}</b>}</summary>
      {/* Takes the focus from a press on text, which else leaves, closes this, and so removes what is being pressed. */}
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

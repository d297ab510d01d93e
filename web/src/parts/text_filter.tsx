import { useEffect, useRef } from 'preact/hooks';
import { place, refine } from '../route';

const pause_ms = 200; // of somebody who types

/** What to look for; `/` goes here from anywhere but another field. */
export function TextFilter({ label }: { label: string }) {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const { q } = place.value;
  const asked = useRef(q); // by this field; what is typed since is not in the place yet
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', go);
    return () => {
      removeEventListener('keydown', go);
      clearTimeout(timer.current);
    };
  }, []);
  useEffect(() => {
    if (!input.current || q === asked.current) return;
    clearTimeout(timer.current); // back and forth
    asked.current = q;
    input.current.value = q;
  }, [q]);
  const typed = (event: InputEvent) => {
    const text = (event.currentTarget as HTMLInputElement).value.trim();
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      asked.current = text;
      refine({ q: text }, true);
    }, pause_ms);
  };
  return <input ref={input} type="search" aria-label={label} aria-keyshortcuts="/" placeholder={label} title="/ goes here" maxLength={64} defaultValue={q} onInput={typed} />;
}

import { useComputed, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Place } from '../place';
import { go, hrefOf } from '../route';

interface LinkProps {
  to: Place;
  class?: string;
  title?: string;
  'aria-current'?: 'page' | undefined;
  'aria-label'?: string;
  children: ComponentChildren;
}

/** What a click on a link to a place does. */
export function follow(event: MouseEvent, to: Place): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(to);
}

/** A link to a place of the board; other tabs and windows open it as they do any link. */
export function Link({ to, children, ...more }: LinkProps) {
  return <a {...more} href={hrefOf(to)} onClick={(event) => follow(event, to)}>{children}</a>;
}

/** The name of what a line of a table shows, which is a link to the place of that. Not rendered once more for another row. */
export function NameLink({ to, children }: { to: ReadonlySignal<Place>; children: ComponentChildren }) {
  const href = useComputed(() => hrefOf(to.value));
  return <a class="name" href={href} onClick={(event) => follow(event, to.peek())}>{children}</a>;
}

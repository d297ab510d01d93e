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

/** A link to a place of the board; other tabs and windows open it as they do any link. */
export function Link({ to, children, ...more }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return <a {...more} href={hrefOf(to)} onClick={follow}>{children}</a>;
}

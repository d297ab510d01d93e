import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Rows } from '../rows';
import { leftAs, tableBox, type Scrolled } from '../scrolled';

function scrollAs(left: Scrolled | null): void {
  const box = tableBox();
  if (!box) return;
  box.scrollTo(left ?? { top: 0 });
  if (left) scrollTo({ top: left.page });
  else if (box.getBoundingClientRect().top < 0) box.scrollIntoView();
}

/** Another page of rows begins at its top; one that somebody comes back to is as it was left. */
export function useScrolled<Row extends object>(rows: Rows<Row>, search: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const left = leftAs();
    const isNew = isFirst.current && !left; // it is at its top, or where a reload left it
    isFirst.current = false;
    if (isNew) return;
    const before = rows.pages.peek();
    let [isDone, frame] = [false, 0];
    const end = effect(() => {
      if (isDone || rows.pages.value === before) return;
      isDone = true;
      if (left) frame = requestAnimationFrame(() => scrollAs(left)); // once there are its lines
      else scrollAs(null);
    });
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [search]);
}

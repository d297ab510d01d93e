import { effect, useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Rows } from '../rows';

/** True while the rows are those of another page than `search` asks for, which has not come yet. */
export function useOtherPage<Row extends object>(rows: Rows<Row>, search: string): ReadonlySignal<boolean> {
  const isOther = useSignal(true);
  useEffect(() => {
    const before = rows.pages.peek();
    return effect(() => {
      isOther.value = rows.pages.value === before;
    });
  }, [search]);
  return isOther;
}

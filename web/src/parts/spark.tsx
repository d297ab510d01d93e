import type { ReadonlySignal } from '@preact/signals';
import { spark } from '../sparkline';

/** Of no use to those who do not see it: the changes of the row say the same in figures. */
export function Spark({ path }: { path: ReadonlySignal<string> }) {
  return (
    <svg class="spark" viewBox={`0 0 ${spark.width} ${spark.height}`} width={spark.width} height={spark.height} aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

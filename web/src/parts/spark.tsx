import { useComputed } from '@preact/signals';
import type { Line } from '../rows';
import { spark } from '../sparkline';

/** Of no use to those who do not see it: the changes of the row say the same in figures. */
export function Spark<Row>({ line }: { line: Line<Row> }) {
  const path = useComputed(() => line.value.path.value);
  return (
    <svg class="spark" viewBox={`0 0 ${spark.width} ${spark.height}`} width={spark.width} height={spark.height} aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

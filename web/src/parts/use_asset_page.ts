import { useEffect } from 'preact/hooks';
import type { AssetRow, PageBody } from '../api';
import { hear, miss } from '../health';
import { poll } from '../poll';
import type { Rows } from '../rows';

const every_ms = 2000;

/** Keeps the rows those of a page of assets; nothing is asked for while `target` is null. */
export function useAssetPage(rows: Rows<AssetRow>, target: string | null): void {
  useEffect(() => {
    if (target === null) return;
    return poll<Partial<PageBody<AssetRow>> & Pick<PageBody<AssetRow>, 'data' | 'as_of_ms'>>(target, every_ms, {
      body: (body) => {
        hear('polling');
        const size = body.data.length;
        rows.takePage({ page: { number: 1, size, total: size, pages: 1 }, ...body });
      },
      unchanged: () => hear('polling'),
      refused: (why) => miss(why.message, why),
    });
  }, [target]);
}

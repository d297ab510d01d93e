import type { PagePlace } from '../api';
import { count } from '../format';
import { pageSizes, type Place } from '../place';
import { hrefOf, place, refine } from '../route';
import { follow } from './link';

/** Stays the same element, with the focus if it has that, where there is no such page. */
function Step({ to, label, sign }: { to: number | null; label: string; sign: string }) {
  const target: Place | null = to === null ? null : { ...place.value, page: to };
  return (
    <a class="step" role="link" tabIndex={target ? 0 : -1} aria-disabled={!target} {...(target && { href: hrefOf(target) })}
      onClick={(event) => target && follow(event, target)}>
      <span aria-hidden="true">{sign}</span><span class="unseen">{label}</span>
    </a>
  );
}

export function Pager({ at, what }: { at: PagePlace; what: string }) {
  const { number, pages, total } = at;
  const last = Math.max(1, pages);
  return (
    <nav class="pager" aria-label="Pages">
      <Step to={number > 1 ? 1 : null} label="First page" sign="«" />
      <Step to={number > 1 ? Math.min(number - 1, last) : null} label="Previous page" sign="‹" />
      <span role="status">Page {count(number)} of {count(last)}, {count(total)} {what}</span>
      <Step to={number < pages ? number + 1 : null} label="Next page" sign="›" />
      <Step to={number < pages ? pages : null} label="Last page" sign="»" />
      <label>
        Rows <select value={place.value.per_page} onChange={(event) => refine({ per_page: Number(event.currentTarget.value) })}>
          {pageSizes.map((size) => <option key={size} value={size}>{size}</option>)}
        </select>
      </label>
    </nav>
  );
}

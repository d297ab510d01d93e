import { clockTime } from '../format';
import { heard, problem, refusedKey, source } from '../health';
import { placeOf } from '../place';
import { place } from '../route';
import { Link } from './link';

/** To what there is in any case, from a place that there is not. */
function WaysOut() {
  const at = place.value;
  if (at.view === 'market') return <Link to={placeOf('markets')}>All markets</Link>;
  return (
    <>
      {at.page > 1 && <Link to={{ ...at, page: 1 }}>First page</Link>}
      <Link to={placeOf(at.view)}>Without filters and order</Link>
    </>
  );
}

interface NoticeProps {
  stale_since_ms?: number | undefined;
  isOther?: boolean; // what is shown is not what was asked for last
}

/** What is wrong with what is shown, in a sentence. */
export function Notice({ stale_since_ms, isOther = false }: NoticeProps) {
  if (refusedKey.value !== null) return null; // the form of keys says so
  if (source.value === 'refused')
    return <p class="notice" role="alert">{problem}. <span class="ways"><WaysOut /></span></p>;
  if (source.value === 'reconnecting')
    return <p class="notice" role="alert">{problem}.{heard.value > 0 && ` What is shown is ${isOther ? 'what was asked for before, ' : ''}of ${clockTime(heard.value)}.`}</p>;
  if (stale_since_ms !== undefined)
    return <p class="notice" role="alert">Redis does not answer: this was so at {clockTime(stale_since_ms)}.</p>;
  return null;
}

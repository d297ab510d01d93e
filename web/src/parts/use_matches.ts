import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, type SearchHit } from '../api';
import { apiKey } from '../key';
import { miss } from '../health';
import { narrowing, type Narrowing } from '../search';

/** What the text means: null while it is asked, or if there is none. */
export function useMatches(q: string): Narrowing | null {
  const found = useSignal<{ q: string; what: Narrowing } | null>(null);
  useEffect(() => {
    if (q === '') return;
    const stop = new AbortController();
    ask<{ data: SearchHit[] }>(`v1/search?limit=50&q=${encodeURIComponent(q)}`, stop.signal, null, apiKey.value).then(
      (answer) => 'body' in answer && (found.value = { q, what: narrowing(answer.body.data) }),
      (why: Error) => stop.signal.aborted || miss(why.message),
    );
    return () => stop.abort();
  }, [q]);
  return found.value?.q === q && q !== '' ? found.value.what : null;
}

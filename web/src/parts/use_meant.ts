import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, type SearchHit } from '../api';
import { apiKey } from '../key';
import { meantBy } from '../search';

/** What may be meant by a text that finds nothing, to look for instead; null: nothing, or it is not known yet. */
export function useMeant(q: string, kind?: SearchHit['kind']): string | null {
  const found = useSignal<{ q: string; meant: string | null } | null>(null);
  useEffect(() => {
    if (q === '') return;
    const stop = new AbortController();
    ask<{ data: SearchHit[] }>(`v1/search?limit=5&q=${encodeURIComponent(q)}`, stop.signal, null, apiKey.value).then(
      (answer) => 'body' in answer && (found.value = { q, meant: meantBy(answer.body.data, kind) }),
      () => {}, // the view's own questions say what is wrong
    );
    return () => stop.abort();
  }, [q, kind]);
  return found.value?.q === q && q !== '' ? found.value.meant : null;
}

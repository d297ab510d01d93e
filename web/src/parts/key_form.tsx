import { useSignal } from '@preact/signals';
import { refusedKey } from '../health';
import { apiKey, giveKey, unsendableAt } from '../key';

/** Where the daemon answers only those who give an API key. */
export function KeyForm() {
  const wrongAt = useSignal<number | null>(null);
  if (refusedKey.value === null) return null;
  const give = (event: SubmitEvent) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget as HTMLFormElement).get('key')).trim();
    wrongAt.value = unsendableAt(key);
    if (wrongAt.value === null) giveKey(key);
  };
  const isWrong = wrongAt.value !== null;
  const why = isWrong ? `No key has a character like number ${wrongAt} of this one: they have letters without accents, digits and signs of ASCII.`
    : refusedKey.value !== '' && refusedKey.value === apiKey.value ? 'The key that was given is not known here.' : '';
  return (
    <form class="notice" onSubmit={give}>
      <label>
        This tickboard asks for an API key{' '}
        <input name="key" type="password" autocomplete="off" required maxLength={512} aria-invalid={why !== ''}
          aria-describedby="key-problem" onInput={() => (wrongAt.value = null)} />
      </label>
      <button type="submit">Use it in this tab</button>
      <p id="key-problem" role="alert">{why}</p>
    </form>
  );
}

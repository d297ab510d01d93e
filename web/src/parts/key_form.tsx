import { refusedKey } from '../health';
import { giveKey } from '../key';

/** Where the daemon answers only those who give an API key. */
export function KeyForm() {
  if (!refusedKey.value) return null;
  const give = (event: SubmitEvent) => {
    event.preventDefault();
    giveKey(String(new FormData(event.currentTarget as HTMLFormElement).get('key')).trim());
  };
  return (
    <form class="notice" onSubmit={give}>
      <label>This tickboard asks for an API key <input name="key" type="password" autocomplete="off" required /></label>
      <button type="submit">Use it in this tab</button>
    </form>
  );
}

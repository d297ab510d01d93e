import { computed } from '@preact/signals';
import { paused } from '../awake';
import { now } from '../clock';
import { duration } from '../format';
import { heard, problem, refusedKey, source, type Source } from '../health';

const words: Record<Source, string> = { connecting: 'Connecting', live: 'Live', polling: 'Polling', reconnecting: 'Reconnecting', refused: 'Refused' };
const state = computed(() => (paused.value ? 'paused' : source.value));
const word = computed(() => (refusedKey.value !== null ? 'Key needed' : paused.value ? 'Paused' : words[source.value]));
const age = computed(() => {
  void now.value; // once a second
  const silent = heard.value === 0 ? 0 : Date.now() - heard.value;
  return silent < 3000 ? '' : `data ${duration(silent)} old`;
});

/** How the data comes. Only the word is read out, when it changes; the age would chatter. */
export function Health() {
  return (
    <div class="health" data-state={state} title={problem}>
      <span class="dot" aria-hidden="true" />
      <span role="status" class="word">{word}</span>
      <span class="age">{age}</span>
    </div>
  );
}

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Connection, Feed } from '../api';
import { count, duration, unknown } from '../format';
import { hear, miss } from '../health';
import { Notice } from '../parts/notice';
import { useTitle } from '../parts/use_title';
import { poll } from '../poll';

const every_ms = 1000;

const marks: Record<Connection['state'], string> = { live: '●', connecting: '◔', subscribing: '◑', waiting: '◌', alarm: '▲' };

/** What an operator should know of a connection. */
function remarks(one: Connection): string[] {
  const out: string[] = [];
  if (one.waits_for) out.push(one.waits_for);
  if (one.mute > 0) out.push(`${count(one.mute)} mute: ${one.mute_markets.join(', ')}`);
  if (one.rejected > 0) out.push(`${count(one.rejected)} subscriptions refused`);
  if (one.malformed > 0) out.push(`${count(one.malformed)} frames not understood`);
  if (one.quarantined > 0) out.push(`${count(one.quarantined)} frames put aside`);
  if (one.last_error) out.push(`${duration(one.last_error_age_ms)} ago: ${one.last_error}`);
  return out;
}

function ConnectionRow({ feed, one }: { feed: Feed; one: Connection }) {
  const state = one.alarm ? 'alarm' : one.state;
  return (
    <tr>
      <th scope="row">{feed.exchange}/{one.connection}</th>
      <td><span class="mark" data-state={state}><span aria-hidden="true">{marks[state]}</span> {state}</span></td>
      <td class="figure">{duration(one.last_frame_age_ms)}</td>
      <td class="figure">{duration(one.uptime_ms)}</td>
      <td class={one.restarts > 0 ? 'figure told' : 'figure'}>{count(one.restarts)}</td>
      <td class="figure">{count(one.frames_per_second)}</td>
      <td class="figure">{count(one.markets)}</td>
      <td class={one.mute > 0 ? 'figure told' : 'figure'}>{count(one.mute)}</td>
      <td class="remarks">{remarks(one).join('; ') || unknown}</td>
    </tr>
  );
}

const heads = ['State', 'Last frame', 'Up for', 'Restarts', 'Frames/s', 'Markets', 'Mute'];

export function FeedsView() {
  useTitle('Feeds');
  const feeds = useSignal<Feed[] | null>(null);
  useEffect(() => poll<{ data: Feed[] }>('v1/exchanges', every_ms, {
    body: ({ data }) => {
      hear('polling');
      feeds.value = data;
    },
    refused: (why) => miss(why.message, why),
  }), []);
  const all = feeds.value ?? [];
  const connections = all.flatMap((feed) => feed.connections);
  const down = connections.filter((one) => one.state !== 'live' || one.alarm).length;
  return (
    <>
      <div class="bar">
        <h1 tabIndex={-1}>Feeds</h1>
        {feeds.value && (
          <p role="status">{down === 0 ? `All ${connections.length} connections are live.` : `${down} of ${connections.length} connections are not live.`}</p>
        )}
      </div>
      <Notice />
      {all.filter((feed) => feed.state !== 'following').map((feed) => (
        <p class="notice" key={feed.exchange}>{feed.exchange}: {feed.problem ?? (feed.state || 'not known yet')}</p>
      ))}
      {all.filter((feed) => feed.unmatched > 0).map((feed) => (
        <p class="notice" key={`${feed.exchange} unmatched`}>{feed.exchange} lists nothing for {count(feed.unmatched)} configured symbols: {feed.unmatched_symbols.join(', ')}</p>
      ))}
      <div class="scroll" tabIndex={0} role="region" aria-label="Connections">
        <table class="feeds">
          <caption class="unseen">Connections to exchanges</caption>
          <thead>
            <tr>
              <th scope="col">Connection</th>
              {heads.map((head, i) => <th key={head} scope="col" class={i > 0 ? 'figure' : ''}>{head}</th>)}
              <th scope="col">Remarks</th>
            </tr>
          </thead>
          <tbody>
            {all.flatMap((feed) => feed.connections.map((one) => <ConnectionRow key={`${feed.exchange}/${one.connection}`} feed={feed} one={one} />))}
          </tbody>
        </table>
      </div>
    </>
  );
}

import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Health } from './parts/health';
import { Link } from './parts/link';
import { PauseButton } from './parts/pause';
import { ThemeChoice } from './parts/theme_choice';
import { KeyForm } from './parts/key_form';
import { Totals } from './parts/totals';
import { placeOf, type ViewName } from './place';
import { place } from './route';
import { AssetsView } from './views/assets';
import { FeedsView } from './views/feeds';
import { MarketView } from './views/market';
import { MarketsView } from './views/markets';
import { MoversView } from './views/movers';

const views: Record<ViewName, () => preact.JSX.Element> = {
  markets: MarketsView, assets: AssetsView, movers: MoversView, market: MarketView, feeds: FeedsView,
};
const tabs: [ViewName, string][] = [['markets', 'Markets'], ['assets', 'Assets'], ['movers', 'Movers'], ['feeds', 'Feeds']];

/** Somebody who went to another view is at its heading, as after a page load. */
function useFocusOnHeading() {
  const shown = useRef(place.peek().view + place.peek().id);
  useSignalEffect(() => {
    const next = place.value.view + place.value.id;
    if (next === shown.current) return;
    shown.current = next;
    requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus());
  });
}

export function App() {
  useFocusOnHeading();
  const { view, id } = place.value;
  const View = views[view];
  return (
    <>
      <a class="skip" href="#main">Skip to the {view === 'market' ? 'market' : view}</a>
      <header class="top">
        <Link class="brand" to={placeOf('markets')}>tickboard</Link>
        <nav aria-label="Views">
          {tabs.map(([name, label]) => (
            <Link key={name} to={placeOf(name)} aria-current={name === view ? 'page' : undefined}>{label}</Link>
          ))}
        </nav>
        <div class="state">
          <Health />
          <PauseButton />
          <ThemeChoice />
        </div>
      </header>
      <Totals />
      <main id="main" tabIndex={-1}>
        <KeyForm />
        <View key={id} />
      </main>
      <footer>
        <a href="docs">API</a>
        <span>Candle charts by <a href="https://www.tradingview.com/" rel="noreferrer">TradingView</a> Lightweight Charts™, © 2025 TradingView, Inc.</span>
        <a href={document.querySelector<HTMLLinkElement>('link[rel=license]')!.href}>Licences</a>
      </footer>
    </>
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageQuery, pageSizes, placeOf, readPlace, writePlace, type Place } from '../../../web/src/place';

test('every place comes back from its own URL', () => {
  const texts = ['', 'bit', 'a&b=c', 'ü %', '100%'];
  const lists = [[], ['USDT'], ['USD', 'USDT'], ['!x', 'a b']];
  for (const q of texts)
    for (const list of lists)
      for (const per_page of pageSizes)
        for (const stale of ['', 'true', 'false'] as const) {
          const places: Place[] = [
            placeOf('markets', { q, quote: list, exchange: list, base: list, category: list, stale, per_page, page: 3, sort: '-last' }),
            placeOf('assets', { q, category: list, per_page, page: 2, sort: 'symbol' }),
            placeOf('movers', { window: '1h' }),
            placeOf('market', { id: 'kraken:BTC-USD', interval: '5s' }),
            placeOf('feeds'),
          ];
          for (const place of places) assert.deepEqual(readPlace(writePlace(place)), place);
        }
});

test('what is at its default is not in the URL', () => {
  assert.equal(writePlace(placeOf('markets')), '');
  assert.equal(writePlace(placeOf('assets')), '?view=assets');
  assert.equal(writePlace(placeOf('market', { id: 'kraken:BTC-USD' })), '?view=market&id=kraken:BTC-USD');
});

test('nonsense in the URL is as if it were not there', () => {
  assert.deepEqual(readPlace('?view=x&sort=<>&page=-1&per_page=7&stale=maybe&unknown=1'), placeOf('markets'));
  assert.deepEqual(readPlace('?view=market'), placeOf('markets'));
  assert.deepEqual(readPlace('?view=assets&quote=USDT&page=0'), placeOf('assets'));
});

test('the API is asked for the place alone', () => {
  assert.equal(pageQuery(placeOf('assets', { q: 'bit coin' })), 'q=bit+coin&sort=rank&page=1&per_page=50');
  assert.equal(pageQuery(placeOf('markets', { quote: ['USD', 'USDT'], page: 2 })), 'quote=USD%2CUSDT&sort=-volume_usd_24h&page=2&per_page=50');
});

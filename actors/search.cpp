#include "actors/search.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/search_evaluation.hpp"

#include <caf/all.hpp>

#include <cmath>
#include <limits>
#include <unordered_map>

namespace tickboard {

namespace {

constexpr auto build_delay = std::chrono::milliseconds{200};
constexpr auto catalogue_patience = std::chrono::seconds{10};
constexpr auto no_weight = std::numeric_limits<double>::quiet_NaN();

} // namespace

void search_state::take(const markets_followed& told_markets) {
  auto& known = followed[told_markets.feed];
  if (known == told_markets.markets)
    return; // said again, in case this is a new life
  known = told_markets.markets;
  build_soon();
}

void search_state::take(const catalogue_changed& fresh) {
  catalogue = fresh.catalogue;
  build_soon();
}

void search_state::build_soon() {
  if (!std::exchange(build_due, true))
    self->delayed_send(self, build_delay, index_due{});
}

void search_state::ask_for_assets() {
  if (const auto to = metadata->get())
    self->request(to, catalogue_patience, catalogue_asked{})
        .then([this](const catalogue_changed& known) { take(known); },
              [](const caf::error&) {}); // its next life tells by itself
}

void search_state::take(const search_weights& sent) {
  const auto set = [this](std::optional<std::size_t> document, double weight) {
    if (!document)
      return;
    told[*document] = weight;
    index.set_weight(*document, weight);
  };
  for (const auto& [symbol, weight] : sent.assets)
    set(index.find_asset(symbol), weight);
  for (const auto& [market, weight] : sent.markets)
    set(index.find_market(market->id), weight);
}

void search_state::build() {
  build_due = false;
  std::vector<search_document> documents;
  std::unordered_map<std::string_view, double> markets_of;
  for (const auto& [feed, markets] : followed)
    for (const auto& one : markets) {
      documents.emplace_back(one);
      ++markets_of[one->base];
    }
  if (catalogue)
    for (const auto& one : catalogue->assets())
      documents.emplace_back(
          std::make_shared<const search_asset>(search_asset{one.symbol, one.name, one.slug}));
  for (const auto& [base, count] : markets_of) // the board has these, too
    if (!catalogue || catalogue->find(base) == nullptr)
      documents.emplace_back(
          std::make_shared<const search_asset>(search_asset{std::string{base}, "", ""}));
  search_index fresh{std::move(documents)};
  std::vector<double> kept(fresh.size(), no_weight);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const auto* const market = std::get_if<market_ptr>(&fresh[i]);
    const std::string_view id = id_of(fresh[i]);
    const auto before = market != nullptr ? index.find_market(id) : index.find_asset(id);
    if (before)
      kept[i] = told[*before];
    fresh.set_weight(i, std::isnan(kept[i]) ? markets_of[market != nullptr ? (*market)->base : id]
                                            : kept[i]);
  }
  index = std::move(fresh);
  told = std::move(kept);
}

caf::response_promise search_state::ask(const search_asked& asked) {
  auto promise = self->make_response_promise();
  const auto to = query->get();
  if (followed.empty() || index.size() == 0) {
    promise.deliver(
        caf::make_error(ec::rebuilding, std::string{"no feed has told its markets yet"}));
  } else if (!to) {
    promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  } else {
    found_asked rows;
    for (const auto& hit : index.find(asked.text, asked.limit))
      rows.found.push_back({index[hit.document], hit.match});
    promise.delegate(to, std::move(rows));
  }
  return promise;
}

caf::behavior search(caf::stateful_actor<search_state>* self, address_ptr query,
                     address_ptr metadata) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.query = std::move(query);
  state.metadata = std::move(metadata);
  state.ask_for_assets();
  return {
      [&state](const markets_followed& told) { state.take(told); },
      [&state](const catalogue_changed& fresh) { state.take(fresh); },
      [&state](const search_weights& sent) { state.take(sent); },
      [&state](const index_due&) { state.build(); },
      [&state](const search_asked& asked) { return state.ask(asked); },
  };
}

} // namespace tickboard

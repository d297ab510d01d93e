#include "actors/messages/assets.hpp"
#include "actors/session.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

/// The part of a session that answers questions about assets.
namespace tickboard {

void session_state::ask_about_assets(const asset_question& what) {
  const auto ask_of = [this](const address_ptr& whom, auto message, std::string subject,
                             auto link) {
    this->ask<answer>(*whom, std::move(message), [this, subject, link](const answer& found) {
      answer_found(
          found,
          [&subject] {
            return net::problem(
                404, "No such asset",
                fmt::format("{} has no market that is followed; GET /v1/assets lists what has",
                            subject));
          },
          link(found.total));
    });
  };
  const auto no_link = [](std::uint64_t) { return std::string{}; };
  std::visit(
      [&](const auto& one) {
        using type = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<type, asset_query>)
          ask_of(config->query, asset_page_asked{one, client}, {},
                 [one](std::uint64_t total) { return link_header(one, total); });
        else if constexpr (std::is_same_v<type, movers_query>)
          ask_of(config->query, movers_asked{one, client}, {}, no_link);
        else if constexpr (std::is_same_v<type, ask_asset>)
          ask_of(config->query, asset_asked{one.symbol}, one.symbol, no_link);
        else if constexpr (std::is_same_v<type, ask_categories>)
          ask_of(config->assets, categories_asked{}, {}, no_link);
        else
          ask_of(config->assets, totals_asked{}, {}, no_link);
      },
      what);
}

} // namespace tickboard

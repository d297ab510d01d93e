#include "actors/entity_tag.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/messages/metadata.hpp"
#include "actors/messages/writer.hpp"
#include "actors/query.hpp"
#include "tests/integration/store/model.hpp"
#include "tests/support/shared_workers.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <csignal>
#include <mutex>
#include <set>

using namespace tickboard;
using test::store;

namespace {

/// A query actor on a board with 40 markets.
struct asked_board {
  explicit asked_board(query_config config) {
    test::model truth{3};
    truth.add_markets(40, {"USDT", "EUR"});
    lane on{*board, redis::layout::board};
    for (auto& market : truth.slots)
      on.mark(market);
    test::drain(redis, on, "t");
    redis.run({"SET", board->layout[redis::layout::board].epoch, "1"});
    config.board = board;
    writer_at->set(system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const indexes_asked& which) -> caf::result<indexes_kept> {
        {
          const std::lock_guard lock{mutex};
          indexes.push_back(which.which);
        }
        if (const auto problem = keep_indexes())
          return problem;
        return indexes_kept{};
      }};
    }));
    config.writers = {writer_at};
    config.open = [this](std::vector<board::script_ptr> scripts, redis::client_events) {
      return redis.connect(std::move(scripts));
    };
    query_actor = system.spawn(query, std::move(config));
    CHECK_FALSE(ask({}).second);
    redis.run({"CONFIG", "RESETSTAT"});
    const std::lock_guard lock{mutex};
    indexes.clear();
  }
  ~asked_board() {
    caf::anon_send_exit(query_actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(writer_at->get(), caf::exit_reason::user_shutdown);
  }

  using outcome = std::pair<answer, caf::error>;

  outcome ask(const view_query& what) {
    outcome out;
    caf::scoped_actor self{system};
    self->request(query_actor, std::chrono::seconds{30},
                  page_asked{std::make_shared<const page_question>(what), ""})
        .receive([&](const answer& page) { out.first = page; },
                 [&](const caf::error& error) { out.second = error; });
    return out;
  }

  /// All of them at once; the answers in the order of the questions.
  std::vector<outcome> ask_together(const std::vector<view_query>& questions) {
    std::vector<outcome> out(questions.size());
    caf::scoped_actor self{system};
    for (const auto& one : questions)
      self->send(query_actor, page_asked{std::make_shared<const page_question>(one), ""});
    for (auto& one : out)
      self->receive([&](const answer& page) { one.first = page; },
                    [&](const caf::error& error) { one.second = error; });
    return out;
  }

  std::vector<redis::partition_indexes> asked_for() {
    const std::lock_guard lock{mutex};
    return indexes;
  }

  /// Of plain pages, each of which sorts once.
  std::size_t evaluations() {
    const auto stats = redis.run({"INFO", "commandstats"}).text;
    const std::string sorts = "cmdstat_sort_ro:calls=";
    const auto at = stats.find(sorts);
    return at == std::string::npos ? 0 : std::stoul(stats.substr(at + sorts.size()));
  }

  store redis;
  board_ptr board = std::make_shared<const tickboard::board>("t", std::vector<std::string>{"USDT"});
  test::shared_workers config;
  std::mutex mutex;
  std::vector<redis::partition_indexes> indexes; ///< that the writer was asked for
  /// The writer's. To be set only while no question is open.
  std::function<caf::error()> keep_indexes = [] { return caf::error{}; };
  address_ptr writer_at = make_address();
  caf::actor_system system{config};
  caf::actor query_actor;
};

} // namespace

TEST_CASE("those who ask the same at once share an evaluation that is not older than any of them") {
  asked_board on{{}};
  on.redis.run({"CLIENT", "PAUSE", "300", "ALL"}); // so that all of them arrive meanwhile
  const auto answers = on.ask_together(std::vector<view_query>(200));
  for (const auto& [page, error] : answers) {
    REQUIRE_FALSE(error);
    CHECK(*page.body == *(&page == &answers.front().first ? answers[0] : answers[1]).first.body);
  }
  // One runs when the others arrive; they share the next.
  CHECK(on.evaluations() == 2);
}

TEST_CASE("an answer is used again while it is not older than max_age, and not at all by default") {
  query_config reusing;
  reusing.max_age = std::chrono::minutes{10};
  asked_board with{reusing};
  const auto first = with.ask({});
  const auto again = with.ask({});
  CHECK(first.first.body == again.first.body); // the very same bytes
  CHECK(with.evaluations() == 0);              // the fixture asked before
  view_query other;
  other.page = 2;
  with.ask(other);
  CHECK(with.evaluations() == 1);

  asked_board without{{}};
  without.ask({});
  without.ask({});
  CHECK(without.evaluations() == 2);
}

TEST_CASE(
    "who asks while an evaluation runs shares it, if max_age allows an answer as old as that") {
  const auto evaluations_at = [](std::chrono::milliseconds max_age) {
    query_config reusing;
    reusing.max_age = max_age;
    asked_board on{reusing};
    view_query other; // than the fixture asked for
    other.page = 2;
    const auto pause_ends = std::chrono::steady_clock::now() + std::chrono::milliseconds{500};
    on.redis.run({"CLIENT", "PAUSE", "500", "ALL"}); // so that all of them arrive meanwhile
    const auto answers = on.ask_together(std::vector<view_query>(200, other));
    for (const auto& [page, error] : answers) {
      REQUIRE_FALSE(error);
      CHECK(*page.body == *(&page == &answers.front().first ? answers[0] : answers[1]).first.body);
    }
    CHECK(answers.front().first.evaluated < pause_ends); // its age counts from the start
    return on.evaluations();
  };
  CHECK(evaluations_at(std::chrono::minutes{10}) == 1);
  CHECK(evaluations_at(std::chrono::milliseconds{100}) == 2); // when it is over, it is too old
}

TEST_CASE("views by category follow what is known of assets, without which there are none") {
  asked_board on{{}};
  view_query query;
  query.categories.values = {"meme"};
  CHECK(on.ask(query).second == ec::rebuilding);
  const auto is_meme = [&](const std::string& base) {
    asset one;
    one.symbol = one.name = base;
    one.categories = {make_category("Meme")};
    catalogue_builder out;
    REQUIRE_FALSE(out.add(one));
    caf::anon_send(on.query_actor, catalogue_changed{std::move(out).build()});
  };
  test::model truth{3}; // as on the board
  truth.add_markets(40, {"USDT", "EUR"});
  for (const auto& market : truth.slots) {
    const auto& base = market.subject->base;
    is_meme(base);
    const auto answer = on.ask(query);
    REQUIRE_FALSE(answer.second);
    CHECK(answer.first.total ==
          static_cast<std::size_t>(std::ranges::count_if(
              truth.slots, [&](const slot& other) { return other.subject->base == base; })));
  }
}

TEST_CASE("too many different questions at once are refused, not queued without end") {
  query_config small;
  small.max_pending = 3;
  asked_board on{small};
  on.redis.run({"CLIENT", "PAUSE", "300", "ALL"});
  std::vector<view_query> questions(10);
  for (std::uint32_t i = 0; i < 10; ++i)
    questions[i].page = i + 1;
  std::size_t refused = 0;
  for (const auto& [page, error] : on.ask_together(questions))
    refused += error == ec::overloaded ? 1 : 0;
  CHECK(refused == 7);
  CHECK_FALSE(on.ask({}).second); // and it goes on
}

TEST_CASE(
    "costly views that take turns say what each says alone; those without a place are refused") {
  query_config small;
  small.max_costly_pending = 20;
  asked_board on{small};
  std::vector<view_query> questions(40);
  for (std::uint32_t i = 0; i < questions.size(); ++i) {
    questions[i].ranges = {{*find_sort_field("bid"), 0, 1e12}};
    questions[i].per_page = i + 1;
  }
  on.ask(questions[0]); // its index is right from now on
  const auto rows_in = [](const answer& page) {
    return page.body->substr(0, page.body->find("],\"page\"")).size();
  };
  std::multiset<std::size_t> alone, together;                 // refusals come first
  for (std::size_t i = 0; i <= small.max_costly_pending; ++i) // one runs
    alone.insert(rows_in(on.ask(questions[i]).first));
  on.redis.run({"CLIENT", "PAUSE", "300", "ALL"}); // so that all of them arrive meanwhile
  std::size_t refused = 0;
  for (const auto& [page, error] : on.ask_together(questions))
    if (error == ec::overloaded)
      ++refused;
    else
      together.insert(page.body ? rows_in(page) : 0);
  CHECK(refused == 19);
  CHECK(together == alone);
}

TEST_CASE("a costly view without a place is answered as it last was, if that is allowed") {
  query_config lasting;
  lasting.max_costly_pending = 1;
  lasting.max_stale = std::chrono::minutes{10};
  asked_board on{lasting};
  std::vector<view_query> questions(4);
  for (std::uint32_t i = 0; i < questions.size(); ++i) {
    questions[i].exchanges.values = {"alpha", "beta"};
    questions[i].per_page = i + 1;
  }
  const auto before = on.ask(questions[2]).first;
  on.redis.run({"CLIENT", "PAUSE", "300", "ALL"});
  std::size_t fresh = 0, stale = 0, refused = 0;
  for (const auto& [page, error] : on.ask_together(questions))
    if (error == ec::overloaded) {
      ++refused; // never asked before
    } else if (page.stale_since_ms > 0) {
      ++stale;
      CHECK(page.body == before.body);
    } else {
      fresh += page.body ? 1 : 0;
    }
  CHECK(fresh == 2);
  CHECK(stale == 1);
  CHECK(refused == 1);
}

TEST_CASE("a Redis that is gone is an error that says so, at once") {
  asked_board on{{}};
  on.redis.server->kill(SIGKILL);
  const auto outcome = on.ask({});
  CHECK(outcome.second == ec::store_unavailable);
  CHECK_FALSE(describe(outcome.second).empty());
}

TEST_CASE(
    "while Redis is gone a view that was asked before is answered as it last was, and says so") {
  query_config lasting;
  lasting.max_stale = std::chrono::minutes{10};
  asked_board on{lasting};
  const auto fresh = on.ask({}).first;
  CHECK(fresh.stale_since_ms == 0);
  view_query other;
  other.page = 2;
  on.redis.server->kill(SIGKILL);
  const auto [page, error] = on.ask({});
  REQUIRE_FALSE(error);
  CHECK(page.body == fresh.body); // the very same bytes
  CHECK(page.total == fresh.total);
  CHECK(page.stale_since_ms > 0);
  CHECK(page.tag == stale_tag(fresh.tag, page.stale_since_ms));
  CHECK(on.ask({}).first.tag == page.tag);
  CHECK(on.ask(other).second == ec::store_unavailable); // never asked before
}

TEST_CASE(
    "a last good answer is given while it is not older than max_stale, and not at all by default") {
  query_config brief;
  brief.max_stale = std::chrono::milliseconds{1};
  brief.max_age = std::chrono::milliseconds{0};
  asked_board on{brief};
  on.redis.server->kill(SIGKILL);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!on.ask({}).second && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(on.ask({}).second == ec::store_unavailable);

  asked_board by_default{{}};
  by_default.redis.server->kill(SIGKILL);
  CHECK(by_default.ask({}).second == ec::store_unavailable);
}

TEST_CASE("while Redis is frozen nobody waits for it who can have a last good answer") {
  query_config lasting;
  lasting.max_stale = std::chrono::minutes{10};
  lasting.patience = std::chrono::milliseconds{50};
  asked_board on{lasting};
  const auto fresh = on.ask({}).first;
  on.redis.server->kill(SIGSTOP);
  // Redis never answers these: they come because the evaluation is overdue, the later ones at once.
  for (const auto& [page, error] : on.ask_together(std::vector<view_query>(20))) {
    REQUIRE_FALSE(error);
    CHECK(page.body == fresh.body);
    CHECK(page.stale_since_ms > 0);
  }
  CHECK(on.ask({}).first.stale_since_ms > 0);
  on.redis.server->kill(SIGCONT);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (on.ask({}).first.stale_since_ms != 0 && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(on.ask({}).first.stale_since_ms == 0);
  CHECK(on.ask({}).first.tag == fresh.tag); // nothing has changed: who has it is told so
}

TEST_CASE("a view of an index that nobody has read lately waits for the writers") {
  asked_board on{{}};
  const auto by_last = *find_sort_field("last");
  const auto& index = on.board->layout[redis::layout::board].by[by_last];
  const auto lowest = on.redis.run({"ZRANGE", index, "0", "0"}).elements.at(0).text;
  on.keep_indexes = [&] {
    on.redis.run({"ZADD", index, "1e9", lowest});
    return caf::error{};
  };
  view_query view;
  view.sort = by_last;
  view.per_page = 1;
  for (int times = 0; times < 3; ++times) {
    const auto [page, error] = on.ask(view);
    REQUIRE_FALSE(error);
    CHECK(page.body->find("\"id\":\"" + lowest + "\"") != std::string::npos);
  }
  auto asked = on.asked_for();
  REQUIRE(asked.size() == 1); // after the first it is kept
  constexpr auto board = redis::layout::board;
  const auto own = on.board->layout.find("USDT");
  CHECK(asked[0][board][by_last]);
  CHECK_FALSE(asked[0][board].all());
  CHECK_FALSE(asked[0][own][by_last]);

  view.ranges = {{*find_sort_field("bid"), 0, 1e12}};
  view.max_age_ms = 1000;
  CHECK_FALSE(on.ask(view).second);
  asked = on.asked_for();
  REQUIRE(asked.size() == 2);
  for (const auto* field : {"last", "bid", "received_ms"})
    CHECK(asked[1][board][*find_sort_field(field)]);

  view_query of_one;
  of_one.sort = *find_sort_field("change_24h_pct");
  of_one.quotes.values = {"USDT"};
  on.ask(of_one); // of a partition that is not there yet, but that is the writers' affair
  asked = on.asked_for();
  REQUIRE(asked.size() == 3);
  CHECK(asked[2][own][of_one.sort]);
  CHECK_FALSE(asked[2][board][of_one.sort]);
  CHECK(asked[2][board][by_last]);      // as before
  CHECK(asked[0][board][usual_sort()]); // the page that Redis shows whatever happens
  CHECK_FALSE(asked[0][own][usual_sort()]);
}

TEST_CASE("a view of an index that a writer cannot keep is refused") {
  asked_board on{{}};
  view_query by_last, by_bid;
  by_last.sort = *find_sort_field("last");
  by_bid.sort = *find_sort_field("bid");
  CHECK_FALSE(on.ask(by_last).second);
  const auto cannot = [](ec what) {
    return [what] { return caf::make_error(what, std::string{"full"}); };
  };
  on.keep_indexes = cannot(ec::store_unavailable);
  const auto refused = on.ask(by_bid).second;
  CHECK(refused == ec::store_unavailable);
  CHECK(describe(refused).find("full") != std::string::npos);
  CHECK_FALSE(on.ask(by_last).second); // that one is kept
  on.keep_indexes = cannot(ec::rebuilding);
  CHECK(on.ask(by_bid).second == ec::rebuilding); // asked for once more
  on.keep_indexes = [] { return caf::error{}; };
  CHECK_FALSE(on.ask(by_bid).second);

  on.writer_at->set(nullptr); // it is being restarted
  by_bid.ranges = {{*find_sort_field("ask"), 0, 1e12}};
  CHECK(on.ask(by_bid).second == ec::rebuilding);
}

TEST_CASE("no index is taken for right before this daemon has brought all markets") {
  asked_board on{{}};
  query_config config;
  config.board = on.board;
  config.writers = {on.writer_at};
  config.keeper = make_address();
  config.open = [&](std::vector<board::script_ptr> scripts, redis::client_events) {
    return on.redis.connect(std::move(scripts));
  };
  caf::anon_send_exit(on.query_actor, caf::exit_reason::user_shutdown);
  on.query_actor = on.system.spawn(query, config);
  CHECK(on.ask({}).second == ec::rebuilding); // the keeper is not there yet
  std::atomic<bool> was_whole = false;
  config.keeper->set(on.system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const readiness_asked&) { return readiness{false, "waiting", was_whole.load()}; }};
  }));
  CHECK(describe(on.ask({}).second).find("waiting") != std::string::npos);
  CHECK(on.asked_for().empty());
  was_whole = true;
  CHECK_FALSE(on.ask({}).second);
  CHECK_FALSE(on.asked_for().empty());
  was_whole = false; // that it says once
  view_query other;
  other.sort = *find_sort_field("last");
  CHECK_FALSE(on.ask(other).second);
  caf::anon_send_exit(config.keeper->get(), caf::exit_reason::user_shutdown);
}

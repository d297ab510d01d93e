#include "actors/evaluation.hpp"
#include "actors/page_links.hpp"
#include "actors/snapshot_evaluation.hpp"
#include "actors/view_plan.hpp"
#include "market/answer_text.hpp"
#include "market/json_text.hpp"
#include "market/view_token.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace tickboard {

namespace {

/// {score, id} of a script's reply; nothing for {}.
std::optional<view_place> read_place(const redis::reply& from) {
  if (from.size() != 2)
    return std::nullopt;
  view_place out{0, std::string{from[1].text()}};
  const auto score = from[0].text();
  if (score == "-inf")
    out.score = -std::numeric_limits<double>::infinity();
  else
    std::from_chars(score.data(), score.data() + score.size(), out.score);
  return out;
}

/// An older Redis has no SORT_RO, not every user may run it, and without memory none queues
/// commands. Scripts that only read are run all the same.
bool is_refused_here(const redis::reply& answer) {
  const auto why = answer.error();
  return why.starts_with("ERR unknown command") || why.starts_with("NOPERM") ||
         why.starts_with("OOM");
}

/// One page on its way; lives until `done` was called.
class page_evaluation : public std::enable_shared_from_this<page_evaluation> {
public:
  page_evaluation(board_ptr board, std::shared_ptr<redis::client> store, const view_query& query,
                  const evaluation_bounds& bounds, const view_moment& at, evaluation_callback done)
      : board_(std::move(board)), store_(std::move(store)), query_(query),
        assets_(assets_of(query, at)), bounds_(bounds), now_ms_(at.now_ms), done_(std::move(done)),
        plan_(plan_view(board_->layout, query_, assets_, now_ms_)), wanted_(query.around),
        number_(query.page), after_(query.after) {
    if (query_.around.empty() && !query_.by_cursor)
      skip_ = query_.offset();
  }

  void start() {
    if (assets_.bases.bases.values.size() > view_limits::max_category_assets) {
      refuse({400,
              "Too large a category",
              fmt::format("these categories have {} assets; a view can have at most {}",
                          assets_.bases.bases.values.size(), view_limits::max_category_assets),
              {}});
      return;
    }
    if (const auto why = too_many_names(assets_.words); why.status != 0) {
      refuse(why);
      return;
    }
    if (query_.snapshot == snapshot_use::make) {
      freeze_view(board_, store_, query_, assets_, bounds_, now_ms_,
                  [self = shared_from_this()](frozen_view made) { self->take_snapshot(made); });
      return;
    }
    if (query_.snapshot == snapshot_use::read)
      open_snapshot();
    begin();
  }

private:
  static asset_filter assets_of(const view_query& query, const view_moment& at) {
    static const asset_catalogue nothing_known;
    const auto& known = at.assets ? *at.assets : nothing_known;
    return {choose_bases(query.bases, query.categories, known), find_named(query.words, known)};
  }

  void take_snapshot(frozen_view& made) {
    calls_ = made.calls;
    missing_ = std::move(made.missing);
    scanned_ = made.scanned;
    if (!made.snapshot) {
      done_(std::move(made.failure));
      return;
    }
    query_.frozen = std::move(made.snapshot);
    open_snapshot();
    begin();
  }

  /// The snapshot's ranking is an index without filters.
  void open_snapshot() {
    frozen_ = board_->layout.snapshot(query_.frozen->name);
    plan_ = {};
    plan_.by = view_plan::access::walk;
    plan_.counting = "interval";
  }

  void begin() {
    body_.emplace(as_of_ms(), query_.shape);
    run();
  }

  void run() {
    ++calls_;
    auto one = call();
    one.done = [self = shared_from_this()](const redis::reply& answer) { self->take(answer); };
    std::vector<redis::call> calls;
    if (frozen_) {
      redis::call exists;
      exists.arguments = redis::command{"EXISTS", frozen_->alive};
      exists.done = [self = shared_from_this()](const redis::reply& answer) {
        self->gone_ = answer.integer(1) == 0;
      };
      calls.push_back(std::move(exists));
    }
    calls.push_back(std::move(one));
    store_->submit(std::move(calls));
  }

  // -- asking -------------------------------------------------------------------------------------

  redis::call call() const {
    switch (plan_.by) {
    case view_plan::access::walk:
      return walk_call();
    case view_plan::access::gather:
      return gather_call();
    case view_plan::access::page:
      break;
    }
    return page_call();
  }

  const redis::partition_keys& keys() const { return board_->layout[plan_.partition]; }

  std::string_view order() const {
    return (query_.frozen ? query_.frozen->descending : query_.descending) ? "desc" : "asc";
  }

  bool has_frozen_rows() const { return frozen_ && query_.frozen_rows; }

  /// The time of the rows, and of their ages.
  std::int64_t as_of_ms() const { return has_frozen_rows() ? query_.frozen->created_ms : now_ms_; }

  /// Where no script has to choose, none is run: strings that go through Lua cost Redis four times
  /// as much (docs/decisions/pages.md). Ascending, nulls, which are at the low end, are in the way;
  /// so they are counted. SORT itself is refused wherever writes are, SORT_RO is not.
  redis::call page_call() const {
    const std::string_view index = keys().by[plan_.index];
    redis::command sort{"SORT_RO", index, "BY", "nosort", query_.descending ? "DESC" : "ASC",
                        "LIMIT"};
    sort.add(static_cast<std::int64_t>(skip_));
    sort.add(static_cast<std::int64_t>(query_.per_page));
    sort.add("GET");
    sort.add(keys().rows, "*");
    redis::call one;
    one.transaction.reserve(4);
    one.transaction.push_back(redis::command{"EXISTS", keys().epoch});
    one.transaction.push_back(redis::command{"ZCARD", index});
    if (!query_.descending)
      one.transaction.push_back(redis::command{"ZCOUNT", index, "-inf", "-inf"});
    one.transaction.push_back(std::move(sort));
    return one;
  }

  redis::call walk_call() const {
    redis::call one;
    one.by_sha = board_->walk;
    auto& to = one.arguments;
    to.add(keys().epoch);
    to.add(frozen_ ? frozen_->ranking : keys().by[plan_.index]);
    to.add(has_frozen_rows() ? frozen_->rows : keys().rows);
    to.add(keys().counts);
    add_range_keys(one, 4, plan_, keys());
    to.add(order());
    to.add(plan_.counting);
    to.add(static_cast<std::int64_t>(query_.per_page));
    to.add(static_cast<std::int64_t>(skip_));
    to.add(static_cast<std::int64_t>(rows_));
    to.add(wanted_);
    add_place(to);
    to.add(scan_of(bounds_.scan_limit, plan_, 1));
    add_interval(to);
    add_filters(to, 4, plan_);
    return one;
  }

  redis::call gather_call() const {
    redis::call one;
    one.by_sha = board_->gather;
    auto& to = one.arguments;
    to.add(keys().epoch);
    to.add(keys().by[plan_.index]);
    to.add(keys().rows);
    to.add(keys().bases);
    to.add(keys().by[id_field]);
    add_range_keys(one, 5, plan_, keys());
    to.add(query_.given_order ? "given" : order());
    to.add(static_cast<std::int64_t>(query_.per_page));
    to.add(static_cast<std::int64_t>(skip_));
    to.add(wanted_);
    add_place(to);
    to.add(scan_of(bounds_.scan_limit, plan_, 1));
    add_interval(to);
    to.add(plan_.candidates);
    to.add(plan_.candidates == "bases" ? assets_.bases.bases.values : query_.ids);
    add_filters(to, 5, plan_);
    return one;
  }

  void add_place(redis::command& to) const {
    if (after_) {
      to.add(after_->score);
      to.add(after_->id);
    } else {
      to.add("");
      to.add("");
    }
  }

  void add_interval(redis::command& to) const {
    if (plan_.interval) {
      to.add(plan_.interval->lowest);
      to.add(plan_.interval->highest);
    } else {
      to.add("");
      to.add("");
    }
  }

  // -- answering ----------------------------------------------------------------------------------

  void take(const redis::reply& answer) {
    if (plan_.by == view_plan::access::page) {
      take_page(answer);
    } else if (answer.is_array() && answer.size() == 0 && plan_.by == view_plan::access::gather) {
      plan_ = plan_walk(board_->layout, query_, assets_, now_ms_);
      run();
    } else if (answer.size() != 4) {
      done_(evaluation_failure(answer));
    } else if (gone_) {
      refuse({410,
              "Snapshot expired",
              "this snapshot is gone; ask for a new one with snapshot=new",
              {}});
    } else if (plan_.by == view_plan::access::gather) {
      take_gathered(answer);
    } else {
      take_walked(answer);
    }
  }

  void take_page(const redis::reply& answer) {
    const std::size_t last = query_.descending ? 2 : 3;
    const bool done = answer.size() == last + 1;
    // Of a cluster the sort alone is refused.
    const bool needs_script =
        is_refused_here(answer) ||
        (done && answer[0].integer() == 1 &&
         (!answer[last].is_array() || (!query_.descending && answer[2].integer() > 0)));
    if (needs_script) {
      plan_.by = view_plan::access::walk;
      run();
    } else if (!done || answer[0].failed()) {
      done_(evaluation_failure(done ? answer[0] : answer));
    } else if (answer[0].integer() == 0) {
      done_(board_is_rebuilt());
    } else {
      total_ = static_cast<std::uint64_t>(answer[1].integer());
      add_rows(answer[last]);
      scanned_ = answer[last].size();
      finish();
    }
  }

  void take_walked(const redis::reply& answer) {
    const auto told = answer[1];
    if (told[5].integer() == 1) { // the rows of earlier calls are of a page before the wanted one
      body_->drop_rows();
      rows_ = 0;
    }
    add_rows(answer[0]);
    if (told[1].integer() >= 0)
      total_ = static_cast<std::uint64_t>(told[1].integer());
    if (told[6].integer() > 0) {
      rank_ = passed_ + static_cast<std::uint64_t>(told[6].integer());
      wanted_.clear();
    }
    passed_ += static_cast<std::uint64_t>(told[2].integer());
    scanned_ += static_cast<std::uint64_t>(told[3].integer());
    skip_ = static_cast<std::uint64_t>(told[4].integer());
    more_ = told[7].integer() == 1;
    if (auto place = read_place(answer[3]))
      last_row_ = std::move(place);
    if (told[0].integer() == 1) {
      after_ = read_place(answer[2]);
      run();
      return;
    }
    if (plan_.counting == "walk")
      total_ = passed_;
    finish();
  }

  void take_gathered(const redis::reply& answer) {
    add_rows(answer[0]);
    const auto told = answer[1];
    total_ = static_cast<std::uint64_t>(told[0].integer());
    scanned_ += static_cast<std::uint64_t>(told[1].integer());
    rank_ = static_cast<std::uint64_t>(told[2].integer());
    more_ = told[3].integer() == 1;
    narrowest_ = static_cast<std::size_t>(told[4].integer());
    last_row_ = read_place(answer[2]);
    for (std::size_t i = 0; i < answer[3].size(); ++i)
      missing_.emplace_back(answer[3][i].text());
    finish();
  }

  void add_rows(const redis::reply& rows) {
    rows_ += rows.size();
    if (rows.size() > 0 && !body_->has_rows() && query_.shape.members.empty())
      body_->expect(query_.per_page, rows[0].text().size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].is_text())
        continue; // a rank without a row: `verify` finds those
      body_->add_row(rows[i].text());
    }
  }

  void finish() {
    if (!query_.around.empty() && rank_ == 0) {
      refuse({404,
              "No such market in this view",
              fmt::format("{} is not followed, or these filters leave it out", query_.around),
              {}});
      return;
    }
    evaluation_outcome out;
    if (rank_ > 0)
      number_ = static_cast<std::uint32_t>((rank_ - 1) / query_.per_page + 1);
    out.total = total_;
    out.place.number = number_;
    if (query_.frozen)
      out.place.snapshot = query_.frozen->token;
    if (query_.by_cursor && more_ && last_row_)
      out.place.next = cursor_token(query_, *last_row_);
    const bool json = query_.shape.format == view_format::json;
    if (json)
      append_page(out.place);
    out.mark = body_->mark();
    if (json)
      append_end();
    out.body = body_->take();
    out.link = std::make_shared<const std::string>(link_header(query_, total_, out.place));
    done_(std::move(out));
  }

  void refuse(view_refusal why) {
    evaluation_outcome out;
    out.refusal = std::move(why);
    done_(std::move(out));
  }

  void append_page(const page_place& place) {
    auto to = std::back_inserter(body_->text());
    if (query_.by_cursor) {
      fmt::format_to(to, R"(],"page":{{"size":{},"next":)", query_.per_page);
      body_->append(place.next.empty() ? "null" : fmt::format("\"{}\"", place.next));
    } else {
      fmt::format_to(to, R"(],"page":{{"number":{},"size":{},"total":{},"pages":{})", number_,
                     query_.per_page, total_, (total_ + query_.per_page - 1) / query_.per_page);
    }
    if (rank_ > 0)
      fmt::format_to(to, ",\"rank\":{}", rank_);
    if (query_.frozen)
      fmt::format_to(to, R"(,"snapshot":"{}","ranked_ms":{})", place.snapshot,
                     query_.frozen->created_ms);
    body_->append("}");
    if (!query_.ids.empty() && query_.snapshot != snapshot_use::read) {
      body_->append(",\"missing\":[");
      for (std::size_t i = 0; i < missing_.size(); ++i) {
        if (i > 0)
          body_->append(",");
        append_json_string(body_->text(), missing_[i]);
      }
      body_->append("]");
    }
  }

  /// The view's own time, and what it cost: neither makes another page of it.
  void append_end() {
    fmt::format_to(std::back_inserter(body_->text()), ",\"as_of_ms\":{}", as_of_ms());
    if (query_.explain) {
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::steady_clock::now() - started_);
      auto index = index_name(plan_.index);
      if (narrowest_ > 0)
        index = index_name(plan_.ranges[narrowest_ - 1].index);
      else if (plan_.by == view_plan::access::gather)
        index = plan_.candidates;
      else if (frozen_)
        index = "snapshot";
      fmt::format_to(std::back_inserter(body_->text()),
                     R"(,"explain":{{"index":"{}","partitions":[{}],"pruned":{},"scanned":{},)"
                     R"("calls":{},"us":{}}})",
                     index, json_string(board_->layout.name(plan_.partition)),
                     board_->layout.size() - 1, scanned_, calls_, took.count());
    }
    body_->append("}");
  }

  const board_ptr board_;
  const std::shared_ptr<redis::client> store_;
  view_query query_;
  const asset_filter assets_;
  const evaluation_bounds bounds_;
  const std::int64_t now_ms_;
  evaluation_callback done_;
  view_plan plan_; ///< refers to `query_` and `assets_`

  std::optional<redis::snapshot_keys> frozen_; ///< where pages of a snapshot are
  bool gone_ = false;                          ///< it is not there any more

  // How far it has come.
  std::string wanted_; ///< the market that `around` names, until it is met
  std::uint32_t number_;
  std::optional<view_place> after_; ///< where to go on
  std::uint64_t skip_ = 0;
  std::size_t rows_ = 0;
  std::uint64_t passed_ = 0; ///< markets that walks have met
  std::uint64_t total_ = 0, rank_ = 0;
  bool more_ = false;
  std::optional<view_place> last_row_;
  std::vector<std::string> missing_;
  std::optional<answer_text> body_; ///< begun when it is known of which time it is

  // What it cost.
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::size_t calls_ = 0;
  std::uint64_t scanned_ = 0;
  std::size_t narrowest_ = 0; ///< of the plan's ranges, from 1: what the candidates came from
};

} // namespace

void evaluate_page(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                   const view_query& query, const evaluation_bounds& bounds, const view_moment& at,
                   evaluation_callback done) {
  std::make_shared<page_evaluation>(board, store, query, bounds, at, std::move(done))->start();
}

} // namespace tickboard

#include "actors/snapshot_evaluation.hpp"

#include "actors/view_plan.hpp"
#include "market/view_token.hpp"

#include <fmt/format.h>

#include <random>

namespace tickboard {

namespace {

std::uint64_t random_bits() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

/// One snapshot in the making; lives until `done` was called.
class freezing : public std::enable_shared_from_this<freezing> {
public:
  freezing(board_ptr board, std::shared_ptr<redis::client> store, const view_query& query,
           const asset_filter& assets, const evaluation_bounds& bounds, std::int64_t now_ms,
           std::function<void(frozen_view)> done)
      : board_(std::move(board)), store_(std::move(store)), query_(query), assets_(assets),
        bounds_(bounds), done_(std::move(done)), plan_(plan_snapshot(query_, assets_, now_ms)) {
    made_.name = fmt::format("{:016x}", random_bits());
    made_.created_ms = now_ms;
    made_.descending = !query_.given_order && query_.descending;
    made_.has_rows = query_.frozen_rows;
  }

  void run() {
    ++out_.calls;
    const auto& keys = board_->layout[plan_.partition];
    const auto own = board_->layout.snapshot(made_.name);
    redis::call one;
    one.by_sha = board_->freeze;
    auto& to = one.arguments;
    for (const auto* key : {&keys.epoch, &keys.by[plan_.index], &keys.rows, &keys.by[id_field],
                            &keys.snapshots, &own.ranking, &own.rows, &own.alive})
      to.add(*key);
    add_range_keys(one, 8, plan_, keys);
    to.add(made_.name);
    to.add(std::int64_t{bounds_.snapshot_ttl.count()});
    to.add(static_cast<std::int64_t>(bounds_.max_snapshots));
    to.add(made_.has_rows ? static_cast<std::int64_t>(bounds_.max_frozen_rows) : 0);
    to.add(newest_);
    to.add(scan_of(bounds_.scan_limit, plan_, made_.has_rows ? 4 : 2)); // copying costs
    to.add(query_.given_order ? query_.ids : std::vector<std::string>{});
    add_filters(to, 8, plan_);
    one.done = [self = shared_from_this()](const redis::reply& answer) { self->take(answer); };
    std::vector<redis::call> calls;
    if (out_.calls == 1 && !query_.ids.empty())
      calls.push_back(missing_call(keys.by[id_field]));
    calls.push_back(std::move(one));
    store_->submit(std::move(calls));
  }

private:
  /// Which of the named markets are there? Answered before the first piece.
  redis::call missing_call(const std::string& by_id) {
    redis::call out;
    out.arguments = redis::command{"ZMSCORE", by_id};
    for (const auto& id : query_.ids)
      out.arguments.add(id);
    out.done = [self = shared_from_this()](const redis::reply& answer) {
      for (std::size_t i = 0; i < answer.size(); ++i)
        if (answer[i].is_nil())
          self->out_.missing.push_back(self->query_.ids[i]);
    };
    return out;
  }

  void take(const redis::reply& answer) {
    const auto what = answer.size() >= 2 ? answer[0].text() : "";
    if (what == "more" || what == "done")
      out_.scanned += static_cast<std::uint64_t>(answer[2].integer());
    if (what == "more") {
      newest_ = answer[1].text();
      run();
      return;
    }
    if (what == "done") {
      made_.token = snapshot_token(query_, made_);
      out_.snapshot = std::move(made_);
    } else if (what == "full") {
      const auto wait = std::chrono::milliseconds{answer[1].integer()};
      out_.failure.refusal = {503, "Too many snapshots",
                              fmt::format("{} snapshots are held, as many as view.max_snapshots "
                                          "allows; one expires soon",
                                          bounds_.max_snapshots),
                              std::chrono::ceil<std::chrono::seconds>(wait)};
    } else if (what == "many") {
      out_.failure.refusal = {400,
                              "Too many rows to freeze",
                              fmt::format("rows=frozen copies at most {} rows "
                                          "(view.max_frozen_rows), this view has more; filter it, "
                                          "or ask with rows=live",
                                          bounds_.max_frozen_rows),
                              {}};
    } else {
      out_.failure = evaluation_failure(answer);
    }
    done_(std::move(out_));
  }

  const board_ptr board_;
  const std::shared_ptr<redis::client> store_;
  const view_query query_;
  const asset_filter assets_;
  const evaluation_bounds bounds_;
  std::function<void(frozen_view)> done_;
  const view_plan plan_; ///< refers to `query_` and `assets_`
  snapshot_ref made_;
  std::string newest_; ///< id to go on behind
  frozen_view out_;
};

} // namespace

void freeze_view(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                 const view_query& query, const asset_filter& assets,
                 const evaluation_bounds& bounds, std::int64_t now_ms,
                 std::function<void(frozen_view)> done) {
  std::make_shared<freezing>(board, store, query, assets, bounds, now_ms, std::move(done))->run();
}

} // namespace tickboard

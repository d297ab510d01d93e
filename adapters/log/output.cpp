#include "adapters/log/output.hpp"

#include "adapters/log/log.hpp"
#include "adapters/log/repeats.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tickboard::log {

namespace {

constexpr std::size_t queue_lines = 8'192;

/// What all threads that log share.
struct shared_state {
  std::mutex mutex; ///< of `said`
  repeats said;
  line_options options; ///< set before the first line
  std::array<metrics::counter, 4> written;
  metrics::counter left_out;
};

shared_state& shared() {
  static auto* const state = new shared_state; // the logging thread may outlive statics
  return *state;
}

spdlog::level::level_enum native(level of) {
  constexpr std::array all{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                           spdlog::level::err};
  return all[static_cast<std::size_t>(of)];
}

level ours(spdlog::level::level_enum of) {
  return of <= spdlog::level::debug  ? level::debug
         : of == spdlog::level::info ? level::info
         : of == spdlog::level::warn ? level::warn
                                     : level::error;
}

/// Waits if stderr does not take it: this is the log's own thread.
void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd ready{STDERR_FILENO, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return; // nobody is there any more
    }
  }
}

void tell(const std::vector<repeats::suppressed>& all) {
  std::string out;
  for (const auto& one : all) {
    std::vector<field> fields;
    if (!one.subject_key.empty())
      fields.push_back({one.subject_key, one.subject});
    fields.push_back({"suppressed", one.times});
    const auto& options = shared().options;
    append_line(out, options, one.of, std::chrono::system_clock::now(),
                encode_body(options.how, one.component,
                            fmt::format("{} ... suppressed {} times", one.message, one.times),
                            fields));
  }
  write_all(out);
}

/// On the log's own thread.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    text_.clear();
    append_line(text_, shared().options, ours(line.level), line.time,
                {line.payload.data(), line.payload.size()});
    write_all(text_);
  }

  /// Once a second.
  void flush_() override {
    std::vector<repeats::suppressed> due;
    {
      const std::lock_guard lock{shared().mutex};
      due = shared().said.take_due(repeats::clock::now());
    }
    tell(due);
  }

private:
  std::string text_;
};

bool stderr_is_journal() {
  const auto* const told = std::getenv("JOURNAL_STREAM"); // NOLINT: before there are threads
  struct stat of {};
  return told != nullptr && ::fstat(STDERR_FILENO, &of) == 0 &&
         told == fmt::format("{}:{}", of.st_dev, of.st_ino);
}

} // namespace

void write(level of, std::string_view component, const located& what, field_list fields) {
  auto* const logger = spdlog::default_logger_raw();
  if (logger == nullptr || !logger->should_log(native(of)))
    return;
  auto& all = shared();
  line_source from{what.at.file_name(), what.at.line(), of, component, what.message};
  if (fields.size() > 0) {
    from.subject_key = fields.begin()->key;
    from.subject = fields.begin()->is.text();
  }
  {
    const std::lock_guard lock{all.mutex};
    if (!all.said.admit(from, repeats::clock::now())) {
      all.left_out.add();
      return;
    }
  }
  all.written[static_cast<std::size_t>(of)].add();
  const auto body =
      encode_body(all.options.how, component, what.message, {fields.begin(), fields.size()});
  logger->log(native(of), spdlog::string_view_t{body});
}

void set_up(const output_options& options) {
  auto& all = shared();
  all.options.how = options.format == "json" ? style::json : style::logfmt;
  all.options.to_journal = stderr_is_journal();
  spdlog::init_thread_pool(queue_lines, 1);
  auto logger = spdlog::create_async_nb<stderr_sink>("tickboard");
  spdlog::set_default_logger(std::move(logger));
  set_level(options.level);
  spdlog::flush_every(std::chrono::seconds{1});
}

void set_level(const std::string& level) {
  spdlog::set_level(spdlog::level::from_str(level));
}

void shut_down() {
  std::vector<repeats::suppressed> rest;
  {
    const std::lock_guard lock{shared().mutex};
    rest = shared().said.take_all();
  }
  spdlog::shutdown();
  tell(rest);
}

void show_in(metrics::registry& to) {
  constexpr std::array names{"debug", "info", "warn", "error"};
  for (std::size_t i = 0; i < names.size(); ++i)
    to.watch({"tickboard_log_lines_total", "Lines of the log"}, metrics::kind::counter,
             {{"level", names[i]}},
             [&count = shared().written[i]] { return static_cast<double>(count.value()); });
  to.watch({"tickboard_log_lines_suppressed_total", "Repeats that were left out of the log"},
           metrics::kind::counter, {},
           [] { return static_cast<double>(shared().left_out.value()); });
  to.watch({"tickboard_log_lines_lost_total",
            "Lines that were lost because whoever reads the log did not keep up"},
           metrics::kind::counter, {}, [] {
             const auto pool = spdlog::thread_pool();
             return pool ? static_cast<double>(pool->overrun_counter()) : 0;
           });
}

} // namespace tickboard::log

#include "actors/commands/asking.hpp"
#include "actors/commands/commands.hpp"
#include "actors/commands/signals.hpp"
#include "actors/commands/status_text.hpp"
#include "actors/commands/waiting_get.hpp"
#include "adapters/terminal/terminal.hpp"
#include "adapters/terminal/text_width.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace tickboard::commands {

namespace {

constexpr auto refresh_interval = std::chrono::seconds{1};

/// One look at a daemon.
struct sight {
  std::string text;    ///< to be shown; empty if there is none
  std::string problem; ///< a sentence instead
  int status = exit_status::done;
};

sight seen_by(net::io_thread& io, const asked_daemon& daemon) {
  sight out;
  const auto get = [&](const char* path) {
    auto options = daemon.options;
    options.url = daemon.base + path;
    return waiting_get(io, options);
  };
  const auto get_body = [&](const char* path, std::string& into) {
    const auto reply = get(path);
    if (reply && reply->status == 200) {
      into = reply->body;
      return true;
    }
    out.problem = reply ? refusal_text(*reply) : reply.error();
    out.status = reply ? exit_status_of(*reply) : exit_status::failed;
    return false;
  };
  daemon_state told;
  told.base = daemon.base;
  if (!get_body("/v1/exchanges", told.exchanges) || !get_body("/healthz", told.health))
    return out;
  const auto ready = get("/readyz");
  if (!ready || ready->status != 200) {
    told.not_ready = ready ? refusal_text(*ready) : ready.error();
    out.status = ready ? exit_status_of(*ready) : exit_status::failed;
  }
  const auto surface = terminal::look_at_stdout();
  if (auto text = status_text(told, {surface.width, surface.colour})) {
    out.text = *std::move(text);
  } else {
    out.problem = text.error();
    out.status = exit_status::failed;
  }
  return out;
}

int fail(const std::string& problem, int status = exit_status::failed) {
  return fail_with("status", problem, status);
}

int show_once(const asked_daemon& daemon) {
  net::io_thread io;
  const auto now = seen_by(io, daemon);
  io.stop();
  if (now.text.empty())
    return fail(now.problem, now.status);
  const auto written = terminal::write(now.text);
  return written ? now.status : fail(written.error());
}

/// The first lines of `text`, as many as the terminal has.
std::string top_of(const std::string& text, std::size_t lines) {
  std::size_t end = 0;
  for (; lines > 1 && end < text.size(); --lines)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

/// What the terminal shows: what is seen now, or, while nothing is, why, and what was seen last.
class view {
public:
  explicit view(std::string base) : base_(std::move(base)) {}

  std::string take(const sight& now) {
    const auto time = std::chrono::steady_clock::now();
    if (!now.text.empty()) {
      last_ = now.text;
      seen_ = time;
      return last_;
    }
    const auto width = terminal::look_at_stdout().width;
    const auto why = terminal::shown_text(now.problem);
    const auto out = (width == 0 ? why : terminal::fitted(why, width)) + '\n';
    if (last_.empty())
      return out;
    // But for its first line, which says whether pages are served: they were.
    const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(time - seen_);
    return fmt::format("{}{} as it was {} ago:\n{}", out, base_, brief_time(ago.count()),
                       last_.substr(last_.find('\n') + 1));
  }

private:
  std::string base_;
  std::string last_;
  std::chrono::steady_clock::time_point seen_;
};

/// Shows it anew every second, in a screen of its own, until a signal; leaves the last on the
/// terminal.
int show_on(const asked_daemon& daemon) {
  constexpr auto enter = "\x1b[?1049h\x1b[?25l";
  constexpr auto leave = "\x1b[?25h\x1b[?1049l";
  const signals signals;
  net::io_thread io;
  view shown{daemon.base};
  sight now;
  auto written = terminal::write(enter);
  while (written) {
    now = seen_by(io, daemon);
    auto frame = shown.take(now);
    const auto height = terminal::look_at_stdout().height;
    if (height != 0)
      frame = top_of(frame, height);
    std::string screen = "\x1b[H";
    for (const char c : frame)
      screen += c == '\n' ? std::string{"\x1b[K\n"} : std::string{c};
    written = terminal::write(screen + "\x1b[J");
    if (!written || signals.wait(refresh_interval) != signals::told::nothing)
      break;
  }
  io.stop();
  (void)terminal::write(leave + now.text);
  if (!written)
    return fail(written.error());
  return now.text.empty() ? fail(now.problem, now.status) : now.status;
}

} // namespace

void add_status(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand(
      "status", "Show how a running daemon's feeds and connections do, again every second");
  struct options {
    asking_options asking;
    bool once = false;
  };
  auto given = std::make_shared<options>();
  command->add_flag("--once", given->once, "show it once, as when the output is no terminal");
  add_asking_options(*command, given->asking);
  command->callback([&chosen, given] {
    chosen = [given] {
      const auto daemon = find_daemon(given->asking, true);
      if (!daemon)
        return fail(daemon.error());
      return given->once || !terminal::look_at_stdout().is_tty ? show_once(*daemon)
                                                               : show_on(*daemon);
    };
  });
}

} // namespace tickboard::commands

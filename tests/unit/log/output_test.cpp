#include "adapters/log/log.hpp"
#include "adapters/log/output.hpp"
#include "tests/support/exposition.hpp"

#include <doctest/doctest.h>

#include <array>
#include <future>
#include <string>
#include <unistd.h>

using namespace tickboard;

namespace {

/// Stands for stderr while it lives; nobody reads it until `read_all`.
class stuck_stderr {
public:
  stuck_stderr() : real_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe(ends_.data()) == 0);
    ::dup2(ends_[1], STDERR_FILENO);
    ::close(ends_[1]);
  }
  ~stuck_stderr() { restore(); }

  /// In a thread of its own; ends once stderr is the real one again.
  std::future<std::string> read_all() {
    return std::async(std::launch::async, [from = ends_[0]] {
      std::string out;
      std::array<char, 65'536> bytes{};
      for (ssize_t n = 0; (n = ::read(from, bytes.data(), bytes.size())) > 0;)
        out.append(bytes.data(), static_cast<std::size_t>(n));
      ::close(from);
      return out;
    });
  }
  void restore() {
    if (real_ < 0)
      return;
    ::dup2(real_, STDERR_FILENO);
    ::close(real_);
    real_ = -1;
  }

private:
  int real_;
  std::array<int, 2> ends_{};
};

} // namespace

TEST_CASE("whoever does not read the log holds nobody up, and gets all of it in the end") {
  constexpr std::size_t lines = 90;        // of one place a hundred a minute are written
  const std::string long_text(8'000, 'x'); // more than a pipe takes
  std::string seen;
  {
    stuck_stderr reader;
    log::set_up({"info", "logfmt"});
    metrics::registry counted;
    log::show_in(counted);
    for (std::size_t i = 0; i < lines; ++i) // each call returns: else this never ends
      log::warn("test", "long", {{"number", i}, {"text", long_text}});
    log::debug("test", "not this one", {{"text", "y"}});
    for (int i = 0; i < 15; ++i)
      log::error("test", "again", {{"subject", "same"}, {"number", i}});
    const test::exposition_text told{metrics::exposition(counted.read())};
    CHECK(told.value(R"(tickboard_log_lines_total{level="warn"})") == lines);
    CHECK(told.value(R"(tickboard_log_lines_total{level="error"})") == 10);
    CHECK(told.value(R"(tickboard_log_lines_total{level="debug"})") == 0);
    CHECK(told.value("tickboard_log_lines_suppressed_total") == 5);
    CHECK(told.value("tickboard_log_lines_lost_total") == 0);
    auto all = reader.read_all();
    log::shut_down();
    reader.restore();
    seen = all.get();
  }
  std::size_t found = 0;
  for (auto at = seen.find("level=warn component=test msg=long number="); at != std::string::npos;
       at = seen.find("level=warn component=test msg=long number=", at + 1))
    ++found;
  CHECK(found == lines);
  CHECK(seen.find("not this one") == std::string::npos);
  CHECK(seen.find("level=error component=test msg=again subject=same number=9\n") !=
        std::string::npos);
  CHECK(seen.find("subject=same number=10\n") == std::string::npos);
  CHECK(seen.ends_with("level=error component=test msg=\"again ... suppressed 5 times\" "
                       "subject=same suppressed=5\n"));
  log::warn("test", "after the end", {}); // is lost, and does no harm
}

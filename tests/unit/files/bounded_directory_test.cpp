#include "adapters/files/bounded_directory.hpp"
#include "adapters/files/whole_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <csignal>
#include <sys/resource.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

std::string text_at(const std::string& path) {
  return files::read_whole(path, 1 << 20)->text;
}

} // namespace

TEST_CASE("texts are appended until the directory is full, over all files") {
  const temporary_directory place;
  const auto directory = place / "made";
  REQUIRE(files::append_within(directory, "a", "12345", 12));
  REQUIRE(files::append_within(directory, "b", "12345", 12));
  const auto full = files::append_within(directory, "a", "678", 12);
  REQUIRE_FALSE(full);
  CHECK(full.error() == directory + ": is full: it holds 10 of 12 bytes, and 3 more are wanted; "
                                    "move its files elsewhere");
  REQUIRE(files::append_within(directory, "a", "67", 12));
  CHECK(text_at(directory + "/a") == "1234567");
  std::filesystem::remove(directory + "/b");
  CHECK(files::append_within(directory, "c", "12345", 12));
  CHECK_FALSE(files::append_within(directory, "c", std::string(13, 'x'), 12));
}

TEST_CASE("what cannot be written leaves nothing behind, and the error says where") {
  const temporary_directory place;
  CHECK(files::append_within(place / "no/where", "a", "1", 12).error() ==
        place / "no/where" + ": cannot be made: No such file or directory");
  write_file(place / "file", "");
  CHECK(files::append_within(place / "file", "a", "1", 12).error() ==
        place / "file" + ": cannot be read: Not a directory");
  std::filesystem::create_directory(place / "taken");
  CHECK(files::append_within(place.path(), "taken", "1", 12).error() ==
        place / "taken" + ": cannot be written: Is a directory");
}

TEST_CASE("a disk that takes only a part of a text gets that part taken back") {
  const temporary_directory place;
  REQUIRE(files::append_within(place.path(), "a", "12345", 1'000'000));
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 8; // bytes of any file: the second write comes to an end within the text
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto written = files::append_within(place.path(), "a", "67890", 1'000'000);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(written.error() == place / "a" + ": cannot be written: File too large");
  CHECK(text_at(place / "a") == "12345");
}

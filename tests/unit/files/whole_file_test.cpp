#include "adapters/files/whole_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <sys/stat.h>

using namespace tickboard;
using namespace tickboard::test;
namespace fs = std::filesystem;

TEST_CASE("a file is read whole, within its limit") {
  const temporary_directory dir;
  const auto file = dir / "f";
  for (const std::size_t size : {0U, 1U, 100'000U}) {
    write_file(file, std::string(size, 'x'));
    const auto got = files::read_whole(file, 100'000);
    REQUIRE(got);
    CHECK(got->text == std::string(size, 'x'));
  }
  const auto beyond = files::read_whole(file, 99'999);
  REQUIRE(!beyond);
  CHECK(beyond.error() == file + ": is too large; allowed: at most 99999 bytes");
}

TEST_CASE("what is no regular file is refused, and not waited for") {
  const temporary_directory dir;
  const auto missing = files::read_whole(dir / "none", 10);
  REQUIRE(!missing);
  CHECK(missing.error() == (dir / "none") + ": cannot be read: No such file or directory");
  REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
  for (const auto& path : {dir / "pipe", dir / "", std::string{"/dev/zero"}})
    CHECK(!files::read_whole(path, 10));
}

TEST_CASE("a file is replaced as a whole, or not at all") {
  const temporary_directory dir;
  const auto file = dir / "f";
  REQUIRE(files::replace_whole(file, "old"));
  REQUIRE(files::replace_whole(file, std::string(1'000'000, 'n')));
  CHECK(files::read_whole(file, 1'000'000)->text == std::string(1'000'000, 'n'));
  CHECK(!fs::exists(file + ".new"));
  fs::create_directory(file + ".new"); // in the way, also of root
  const auto failed = files::replace_whole(file, "lost");
  REQUIRE(!failed);
  CHECK(failed.error().starts_with(file + ".new: cannot be written: "));
  CHECK(files::read_whole(file, 1'000'000)->text.size() == 1'000'000);
  CHECK(!files::replace_whole(dir / "no/such/place", "x"));
  fs::create_directory(dir / "taken");
  CHECK(files::replace_whole(dir / "taken", "x")
            .error()
            .starts_with(dir / "taken" + ": cannot be replaced: "));
  CHECK(!fs::exists(dir / "taken.new")); // what was begun is gone
}

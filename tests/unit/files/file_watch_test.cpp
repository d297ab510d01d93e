#include "adapters/files/file_watch.hpp"
#include "adapters/net/io_thread.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace tickboard;
using namespace tickboard::test;
namespace fs = std::filesystem;

namespace {

struct watched {
  explicit watched(const std::string& path)
      : watch(files::watch_file(io.context(), path, [this] { ++calls; })) {
    wait_for(1); // of the beginning
  }
  ~watched() {
    watch->stop();
    io.stop();
  }

  void wait_for(int wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (calls < wanted) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  }

  /// `change` is told of. The next one is not taken for it: what belongs to `change` has come.
  template <class Change>
  void told(Change change) {
    const int before = calls;
    change();
    wait_for(before + 1);
  }

  std::atomic<int> calls = 0;
  net::io_thread io;
  std::shared_ptr<files::file_watch> watch;
};

} // namespace

TEST_CASE("a file that is written, replaced, removed or made is told of") {
  const temporary_directory dir;
  const auto file = dir / "a.csv";
  write_file(file, "1");
  watched one{file};
  one.told([&] { write_file(file, "2"); });
  one.told([&] { replace_file(file, "3"); });
  one.told([&] { replace_file(file, "4"); });
  one.told([&] { fs::remove(file); });
  one.told([&] { write_file(file, "5"); });
}

TEST_CASE("other files of the directory do not count") {
  const temporary_directory dir;
  const auto file = dir / "a.csv";
  write_file(file, "1");
  watched one{file};
  for (int i = 0; i < 50; ++i)
    replace_file(dir / "b.csv", "x");
  one.told([&] { write_file(file, "2"); });
  CHECK(one.calls == 2);
}

TEST_CASE("a link that leads elsewhere is told of, as in a mounted ConfigMap") {
  const temporary_directory dir;
  fs::create_directory(dir / "v1");
  fs::create_directory(dir / "v2");
  write_file(dir / "v1/a.csv", "1");
  write_file(dir / "v2/a.csv", "2");
  fs::create_symlink("v1", dir / "..data");
  fs::create_symlink("..data/a.csv", dir / "a.csv");
  watched one{dir / "a.csv"};
  one.told([&] {
    fs::create_symlink("v2", dir / "..tmp");
    fs::rename(dir / "..tmp", dir / "..data");
  });
}

TEST_CASE("a directory that comes later, goes and comes back is watched") {
  const temporary_directory dir;
  const auto file = dir / "later/a.csv";
  watched one{file};
  one.told([&] {
    fs::create_directory(dir / "later");
    write_file(file, "1");
  });
  one.told([&] { write_file(file, "2"); });
  one.told([&] { fs::rename(dir / "later", dir / "gone"); });
  one.told([&] {
    fs::create_directory(dir / "later");
    write_file(file, "3");
  });
  one.told([&] { write_file(file, "4"); });
}

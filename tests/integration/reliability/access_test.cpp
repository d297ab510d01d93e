// Who may ask, and by which certificate he is answered, changes while the daemon runs.

#include "adapters/net/http_client.hpp"
#include "tests/integration/spine/world.hpp"
#include "tests/support/api_key.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/net/certificates.hpp"
#include "tests/unit/net/sockets.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <future>

using namespace tickboard;
using namespace tickboard::test;
using net::test::raw_socket;

namespace {

std::vector<simulated> one_exchange() {
  return {{"kraken", "kraken", {"--markets", "50", "--rate", "500"}, {}}};
}

std::string key_section(const std::string& key) {
  return fmt::format("[[key]]\nname = \"{}\"\nsha256 = \"{}\"\n", key, sha256_hex(key));
}

raw_socket asked(world& on, const std::string& target, const std::string& key) {
  auto out = raw_socket::connect(on.daemon->port());
  out.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\nX-API-Key: {}\r\n\r\n", target, key));
  return out;
}

unsigned status_of(world& on, const std::string& key) {
  return asked(on, "/v1/markets?per_page=1", key).read_reply().status;
}

void reload(world& on, const std::string& options) {
  on.write_config(options);
  on.daemon->kill(SIGHUP);
}

} // namespace

TEST_CASE("SIGHUP: keys come and go, and who follows with one that is gone has to leave") {
  const auto only = [](const std::string& key) {
    return "[clients]\nkey_required = true\n" + key_section(key);
  };
  world on{one_exchange(), only("first")};
  on.wait_until("pages are served", [&] { return status_of(on, "first") == 200; });
  CHECK(status_of(on, "second") == 401);
  auto follower = asked(on, "/v1/stream", "first");
  REQUIRE(follower.read_until("\nevent: page\n").find(" 200 ") != std::string::npos);

  reload(on, only("first") + key_section("second"));
  on.wait_until("another key is known", [&] { return status_of(on, "second") == 200; });
  CHECK(status_of(on, "first") == 200);
  CHECK(follower.read_until("\nevent: change\n").ends_with("\nevent: change\n"));

  reload(on, only("second"));
  on.wait_until("the first is unknown", [&] { return status_of(on, "first") == 401; });
  CHECK(status_of(on, "second") == 200);
  const auto last = follower.read_to_end();
  CHECK(last.find("\nevent: error\n") != std::string::npos);
  CHECK(last.find("Key unknown") != std::string::npos);

  reload(on, "");
  on.wait_until("everybody may ask", [&] { return on.get("/v1/markets").status == 200; });
  CHECK(on.log_text().find("at the next start only") == std::string::npos);
}

TEST_CASE("SIGHUP: who connects from then on meets the new certificate, if there is one") {
  const net::test::authority before, after;
  const temporary_directory files;
  const auto write = [&](const net::test::identity& shown) {
    write_file(files / "certificate.pem", shown.certificate);
    write_file(files / "key.pem", shown.key);
  };
  write(before.issue("DNS:localhost"));
  const auto encrypted = fmt::format("[http]\ntls_certificate = \"{0}/certificate.pem\"\n"
                                     "tls_key = \"{0}/key.pem\"\n",
                                     files.path());
  world on{one_exchange(), encrypted};
  net::io_thread io;
  const auto is_trusted_by = [&](const net::test::authority& by) {
    net::http_get_options options;
    options.url = fmt::format("https://localhost:{}/healthz", on.daemon->port());
    options.tls.ca_file = by.file();
    std::promise<bool> answered;
    net::http_get(io.context(), options, [&](const result<net::http_reply>& reply) {
      answered.set_value(reply && reply->status == 200);
    });
    return answered.get_future().get();
  };
  on.wait_until("the first certificate is shown", [&] { return is_trusted_by(before); });
  CHECK_FALSE(is_trusted_by(after));

  write_file(files / "key.pem", after.issue("DNS:localhost").key); // half of it is there
  reload(on, encrypted);
  on.wait_until("it is refused",
                [&] { return on.log_text().find("refused, everything") != std::string::npos; });
  CHECK(on.log_text().find("http.tls_key") != std::string::npos);
  CHECK(is_trusted_by(before));

  write(after.issue("DNS:localhost"));
  reload(on, encrypted);
  on.wait_until("the second is shown", [&] { return is_trusted_by(after); });
  CHECK_FALSE(is_trusted_by(before));

  reload(on, "");
  on.wait_until("that is told to wait", [&] {
    return on.log_text().find("\"changes at the next start only\" key=http.tls_certificate") !=
           std::string::npos;
  });
  CHECK(is_trusted_by(after));
  io.stop();
}

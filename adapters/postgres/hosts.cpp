#include "adapters/postgres/hosts.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <memory>
#include <vector>

namespace tickboard::postgres {

namespace {

using boost::asio::ip::tcp;
constexpr std::size_t max_addresses = 16;

/// "a,b," has three parts, as libpq counts.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out(1);
  for (const char c : list)
    if (c == ',')
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

void append(std::string& list, bool first, const std::string& one) {
  if (!first)
    list += ',';
  list += one;
}

struct lookup : std::enable_shared_from_this<lookup> {
  lookup(boost::asio::io_context& io, const dsn& of, std::function<void(result<dsn>)> then)
      : resolver(io), to(of), hosts(split(of["host"])), ports(split(of["port"])),
        done(std::move(then)) {}

  void next() {
    if (at == hosts.size() || found == max_addresses) {
      finish();
      return;
    }
    const auto& host = hosts[at];
    if (host.empty() || host.front() == '/' || host.front() == '@') { // a Unix socket
      add(host, "");
      ++at;
      next();
      return;
    }
    resolver.async_resolve(host, "",
                           [self = shared_from_this()](boost::system::error_code error,
                                                       const tcp::resolver::results_type& all) {
                             const auto& name = self->hosts[self->at];
                             if (error)
                               self->problem =
                                   fmt::format("cannot resolve {}: {}", name, error.message());
                             for (const auto& one : all)
                               if (!error && self->found < max_addresses)
                                 self->add(name, one.endpoint().address().to_string());
                             ++self->at;
                             self->next();
                           });
  }

  void add(const std::string& host, const std::string& address) {
    append(new_hosts, found == 0, host);
    append(new_addresses, found == 0, address);
    append(new_ports, found == 0,
           ports.size() == 1   ? ports[0]
           : at < ports.size() ? ports[at]
                               : "");
    ++found;
  }

  void finish() {
    if (found == 0) {
      done(unexpected(problem));
      return;
    }
    to.parameters["host"] = new_hosts;
    to.parameters["hostaddr"] = new_addresses;
    to.parameters["port"] = new_ports;
    done(std::move(to));
  }

  tcp::resolver resolver;
  dsn to;
  std::vector<std::string> hosts, ports;
  std::function<void(result<dsn>)> done;
  std::size_t at = 0, found = 0;
  std::string new_hosts, new_addresses, new_ports, problem;
};

} // namespace

void resolve_hosts(boost::asio::io_context& io, const dsn& of,
                   std::function<void(result<dsn>)> done) {
  if (of["host"].empty() || !of["hostaddr"].empty()) {
    done(of);
    return;
  }
  std::make_shared<lookup>(io, of, std::move(done))->next();
}

std::optional<dsn> without_first_host(dsn of) {
  if (of["host"].find(',') == std::string::npos && of["hostaddr"].find(',') == std::string::npos)
    return std::nullopt;
  for (const auto* keyword : {"host", "hostaddr", "port"}) {
    const auto it = of.parameters.find(keyword);
    if (it == of.parameters.end())
      continue;
    const auto end = it->second.find(',');
    if (end != std::string::npos) // else one port for all
      it->second.erase(0, end + 1);
  }
  return of;
}

} // namespace tickboard::postgres

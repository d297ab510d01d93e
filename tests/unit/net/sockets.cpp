#include "tests/unit/net/sockets.hpp"

#include <arpa/inet.h>
#include <array>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tickboard::net::test {

namespace {

bool ready(int fd, short event) {
  pollfd entry{fd, event, 0};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  return ::poll(&entry, 1, static_cast<int>(limit)) == 1;
}

} // namespace

raw_socket::raw_socket(raw_socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {
}

raw_socket::~raw_socket() {
  close();
}

void raw_socket::close() {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

void raw_socket::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

raw_socket raw_socket::connect(std::uint16_t port, const std::string& address) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    throw std::runtime_error("bad address " + address);
  const auto fd = ::socket(found->ai_family, SOCK_STREAM, 0);
  const auto connected = ::connect(fd, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  raw_socket out(fd);
  if (connected != 0)
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  const int at_once = 1; // else each small packet waits for the one before to be acknowledged
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  return out;
}

bool raw_socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string raw_socket::read_some() {
  if (!buffer_.empty())
    return std::exchange(buffer_, {});
  std::array<char, 65536> piece;
  if (!ready(fd_, POLLIN))
    throw std::runtime_error("nothing to read");
  const auto size = ::recv(fd_, piece.data(), piece.size(), 0);
  return size <= 0 ? std::string() : std::string(piece.data(), static_cast<std::size_t>(size));
}

std::string raw_socket::read_to_end() {
  std::string out;
  for (auto piece = read_some(); !piece.empty(); piece = read_some())
    out += piece;
  return out;
}

std::string raw_socket::read_until(std::string_view end) {
  std::string out;
  auto found = std::string::npos;
  while ((found = out.find(end)) == std::string::npos) {
    const auto piece = read_some();
    if (piece.empty())
      return out;
    out += piece;
  }
  buffer_ = out.substr(found + end.size());
  out.resize(found + end.size());
  return out;
}

raw_reply raw_socket::read_reply(bool head_only) {
  raw_reply out;
  out.head = read_until("\r\n\r\n");
  if (out.head.size() < 12)
    return out;
  out.status = static_cast<unsigned>(std::stoul(out.head.substr(9, 3)));
  const auto length = out.head.find("Content-Length: ");
  if (head_only || length == std::string::npos)
    return out;
  const auto size = std::stoul(out.head.substr(length + 16));
  while (out.body.size() < size) {
    const auto piece = read_some();
    if (piece.empty())
      return out;
    out.body += piece;
  }
  buffer_ = out.body.substr(size);
  out.body.resize(size);
  return out;
}

bool raw_socket::ended() {
  return read_some().empty();
}

bool raw_socket::hung_up() const {
  pollfd entry{fd_, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 1;
}

void raw_socket::end() {
  ::shutdown(fd_, SHUT_RDWR);
}

raw_listener::raw_listener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd_, generic, size) != 0 || ::listen(fd_, 16) != 0 ||
      ::getsockname(fd_, generic, &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
}

raw_listener::~raw_listener() {
  ::close(fd_);
}

int raw_listener::accept_fd() {
  if (!ready(fd_, POLLIN))
    throw std::runtime_error("nobody connects");
  return ::accept(fd_, nullptr, nullptr);
}

} // namespace tickboard::net::test

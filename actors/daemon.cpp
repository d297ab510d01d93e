#include "actors/daemon.hpp"

#include "actors/assets.hpp"
#include "actors/connect_file.hpp"
#include "actors/connect_gate.hpp"
#include "actors/error.hpp"
#include "actors/feed_set.hpp"
#include "actors/io_scheduler.hpp"
#include "actors/keeper.hpp"
#include "actors/live_hub.hpp"
#include "actors/metadata.hpp"
#include "actors/metadata_worker.hpp"
#include "actors/normalizer.hpp"
#include "actors/quarantine.hpp"
#include "actors/query.hpp"
#include "actors/rates.hpp"
#include "actors/scrape.hpp"
#include "actors/search.hpp"
#include "actors/session.hpp"
#include "actors/status.hpp"
#include "actors/store_access.hpp"
#include "actors/supervisor.hpp"
#include "actors/vital_signs.hpp"
#include "actors/writer.hpp"
#include "adapters/log/log.hpp"
#include "adapters/log/output.hpp"
#include "adapters/net/io_thread.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/postgres/schema.hpp"
#include "config/built_in.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <map>
#include <optional>
#include <random>
#include <thread>

namespace tickboard {

namespace {

/// Connections to admin.listen.
constexpr std::size_t max_operators = 64;

struct system_config : caf::actor_system_config {
  system_config(const config::actor_settings& settings, boost::asio::io_context& io) : io_(io) {
    set("scheduler.max-throughput", std::size_t{50}); // messages before an actor yields
    if (settings.threads == 0) {
      // A plain function, as CAF wants it: it finds the io_context through the system.
      module_factories.push_back([](caf::actor_system& system) -> caf::actor_system::module* {
        return new io_scheduler{system, static_cast<const system_config&>(system.config()).io_};
      });
      return;
    }
    // Workers sleep on one queue: no polling while feeds are quiet, no delay when one wakes.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", static_cast<std::size_t>(settings.threads));
  }

private:
  boost::asio::io_context& io_;
};

std::vector<std::unique_ptr<net::io_thread>> make_io_threads(std::uint32_t count) {
  std::vector<std::unique_ptr<net::io_thread>> out;
  for (unsigned i = 0; i < count; ++i)
    out.push_back(std::make_unique<net::io_thread>(i));
  return out;
}

/// Ends with the daemon, and the sessions, which watch it, with it.
caf::behavior lifeline(caf::event_based_actor*) {
  return {[](caf::unit_t) {}};
}

class daemon_impl final : public daemon {
public:
  explicit daemon_impl(const config::settings& settings)
      : settings_(settings), io_(make_io_threads(settings.io.threads)),
        system_config_(settings.actors, io_.front()->context()), system_(system_config_) {}

  ~daemon_impl() override { stop(); }

  result<void> start() {
    auto store = store_access::make(settings_.redis, registry_);
    if (!store)
      return unexpected(store.error());
    store_ = std::move(*store);
    if (const auto& dsn = settings_.metadata.dsn; !dsn.empty()) {
      auto database = postgres::parse_dsn(dsn);
      if (!database)
        return unexpected("metadata.dsn: " + database.error());
      database_ = std::move(*database);
      database_.set_password(settings_.metadata.password);
    }
    board_ = std::make_shared<const board>(settings_.redis.prefix, settings_.redis.partitions);
    daemon_id_ = fmt::format("{:016x}", std::mt19937_64{std::random_device{}()}());

    const restart_policy services{std::chrono::milliseconds{50}, std::chrono::milliseconds{2'000},
                                  settings_.supervision.budget, settings_.supervision.budget_window,
                                  settings_.supervision.slow_retry};
    root_ = system_.spawn(supervisor, services, caf::actor_addr{},
                          std::uint64_t{std::random_device{}()});
    root_address_->set(root_);
    lifeline_ = system_.spawn(lifeline);
    add_services();
    add_metadata();
    add_connect_gate();
    add_metrics();
    add_feeds();
    watch_over();
    return listen();
  }

  std::uint16_t port() const noexcept override { return server_ ? server_->port() : 0; }
  std::uint16_t admin_port() const noexcept override {
    return admin_server_ ? admin_server_->port() : 0;
  }

  void change_feeds(const std::vector<config::feed_settings>& wanted) override {
    feeds_->change(wanted, std::chrono::steady_clock::now() + settings_.stop_timeout);
    exchanges_->set(feeds_->names());
  }
  result<void> change_access(const config::settings& wanted) override {
    admission_->change(wanted.clients, wanted.keys);
    if (!is_encrypted(settings_.http) || !is_encrypted(wanted.http))
      return {};
    auto tls = read_certificate(wanted.http);
    if (!tls)
      return unexpected(tls.error());
    server_->renew_tls(std::move(*tls));
    return {};
  }
  config_state& file() override { return *file_; }
  bool shows_life() override { return signs_.check(); }

  caf::actor service(const std::string& name) const override {
    constexpr std::string_view feed = "feed ";
    if (name.starts_with(feed))
      return feeds_->feed_of(name.substr(feed.size()));
    const auto it = services_.find(name);
    return it == services_.end() ? caf::actor{} : it->second->get();
  }

  void stop() override {
    if (stopped_)
      return;
    stopped_ = true;
    const deadline until = std::chrono::steady_clock::now() + settings_.stop_timeout;
    finish_requests(until);
    if (root_) {
      finish_updates(until);
      const caf::scoped_actor waiter{system_};
      for (const auto& one : {lifeline_, root_}) {
        waiter->monitor(one);
        caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
        waiter->receive([](const caf::down_msg&) {});
      }
    }
    for (const auto& [name, at] : services_)
      at->set(nullptr);
    root_address_->set(nullptr);
    system_.await_all_actors_done();
    for (auto& one : io_)
      one->stop();
  }

private:
  using deadline = std::chrono::steady_clock::time_point;

  /// Idle connections are closed, others after the answer they wait for.
  void finish_requests(deadline until) {
    if (admin_server_)
      admin_server_->stop(); // nobody waits for what it tells
    if (!server_)
      return;
    server_->stop();
    while (server_->connections() > 0) {
      if (std::chrono::steady_clock::now() >= until) {
        log::warn("daemon", "requests were not finished within daemon.stop_timeout",
                  {{"count", server_->connections()}});
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{5}); // of the thread that stops us
    }
  }

  /// What exchanges have sent by now goes to Redis; nothing more is read.
  void finish_updates(deadline until) {
    const caf::scoped_actor self{system_};
    feeds_->stop();
    drain(self, gate_->get(), until, "connects may not be kept for the next start");
    bool all = true;
    for (const auto* pool : {&normalizers_, &writers_})
      for (const auto& one : *pool)
        all = drain(self, one->get(), until) && all;
    // Last: whose heartbeat is gone has left nothing to be written (docs/decisions/verify.md).
    if (all)
      drain(self, keeper_->get(), until,
            "the next start looks for some seconds whether this one lives");
  }

  boost::asio::io_context& io(std::size_t use) { return io_[use % io_.size()]->context(); }

  template <class Start>
  void add(std::string name, const address_ptr& at, Start start) {
    services_[name] = at;
    child_spec spec;
    spec.name = std::move(name);
    spec.start = [at, start] {
      const caf::actor handle = start();
      at->set(handle);
      return handle;
    };
    // Started before anything else is added: who comes later finds the addresses filled.
    caf::anon_send(root_, add_child{std::move(spec)});
  }

  void add_services() {
    for (std::uint32_t i = 0; i < settings_.actors.writers; ++i)
      writers_.push_back(make_address());
    for (std::uint32_t i = 0; i < settings_.actors.normalizers; ++i)
      normalizers_.push_back(make_address());
    add("status", status_, [this] { return system_.spawn(status); });
    keeper_config keeping;
    keeping.daemon_id = daemon_id_;
    keeping.board = board_;
    keeping.open = store_->opener(io(0), "keeper");
    keeping.writers = writers_;
    keeping.feeds = settings_.feeds.size();
    keeping.lacks = [rights = store_->rights()] {
      return rights->report(std::chrono::steady_clock::now());
    };
    keeping.warmup = settings_.warmup;
    add("keeper", keeper_, [this, keeping] { return system_.spawn(keeper, keeping); });
    rates_config valuing{writers_, settings_.rates.max_age};
    valuing.assets = assets_;
    add("rates", rates_, [this, valuing] { return system_.spawn(rates, valuing); });
    assets_config showing{board_,  store_->opener(io(1), "assets"), keeper_, metadata_, search_,
                          writers_};
    add("assets", assets_, [this, showing] { return system_.spawn(assets, showing); });
    for (std::size_t i = 0; i < writers_.size(); ++i) {
      const auto part = fmt::format("writer {}", i);
      writer_config writing{i,       daemon_id_, board_, store_->opener(io(0), part),
                            keeper_, rates_,     assets_};
      writing.figures = std::make_shared<writer_figures>(registry_, i);
      writing.candles = kept_candles();
      writing.writers = writers_.size();
      add(part, writers_[i], [this, writing] { return system_.spawn(writer, writing); });
    }
    quarantine_config keeping_frames{settings_.quarantine.directory,
                                     settings_.quarantine.max_bytes};
    add("quarantine", quarantine_, [this, keeping_frames] {
      return system_.spawn<caf::detached>(quarantine, keeping_frames);
    });
    for (std::size_t i = 0; i < normalizers_.size(); ++i)
      add(fmt::format("normalizer {}", i), normalizers_[i],
          [this] { return system_.spawn(normalizer, writers_, quarantine_); });
    query_config asking{
        board_,
        store_->checked_opener(io(1), "query", board_->epochs(), settings_.view.connections),
        settings_.view.max_age,
        {settings_.view.scan_limit, settings_.view.snapshot_ttl, settings_.view.max_snapshots,
         settings_.view.max_frozen_rows},
        metadata_,
        settings_.view.max_pending,
        settings_.view.cache_bytes,
        writers_,
        settings_.view.max_stale,
        settings_.view.timeout * 3 / 4, // the rest: to answer in time
        settings_.view.plain_at_once,
        settings_.view.costly_at_once,
        settings_.view.max_costly_pending};
    asking.figures = std::make_shared<query_figures>(registry_);
    asking.candles = kept_candles();
    asking.keeper = keeper_;
    add("query", query_, [this, asking] { return system_.spawn(query, asking); });
    live_hub_config following{query_,
                              settings_.live.heartbeat,
                              settings_.view.timeout,
                              settings_.live.max_views,
                              settings_.live.max_subscribers,
                              settings_.live.max_bytes,
                              settings_.live.client_share,
                              std::make_shared<live_figures>(registry_)};
    add("live", live_, [this, following] { return system_.spawn(live_hub, following); });
    add("search", search_,
        [this] { return system_.spawn<caf::detached>(search, query_, metadata_); });
  }

  std::optional<candle_counts> kept_candles() const {
    const auto& kept = settings_.candles;
    return kept.enabled ? std::optional{candle_counts{kept.minutes, kept.hours, kept.days}}
                        : std::nullopt;
  }

  void add_metadata() {
    const auto& told = settings_.metadata;
    metadata_config knowing;
    if (!told.dsn.empty()) {
      knowing.open = [this](postgres::client_events events) {
        postgres::client_options options;
        options.to = database_;
        options.listen = {std::string{postgres::changes_channel}};
        options.connect_timeout = settings_.metadata.connect_timeout;
        options.reply_timeout = settings_.metadata.reply_timeout;
        options.probe_interval = settings_.metadata.probe_interval;
        options.backoff_max = settings_.metadata.backoff_max;
        return postgres::connect(io(1), std::move(options), std::move(events));
      };
      knowing.cache_file = told.cache_file;
    } else if (!told.csv.empty()) {
      knowing.file = told.csv;
      knowing.watch = [this](std::function<void()> on_change) {
        return files::watch_file(io(1), settings_.metadata.csv, std::move(on_change));
      };
    }
    knowing.built_in = built_in::assets;
    knowing.subscribers = {search_, assets_, query_};
    knowing.spawn_worker = [this] { return system_.spawn<caf::detached>(metadata_worker); };
    add("metadata", metadata_, [this, knowing] { return system_.spawn(metadata, knowing); });
  }

  void add_connect_gate() {
    connect_gate_config guarding;
    guarding.file = settings_.connects.file;
    guarding.spawn_worker = [this] { return system_.spawn<caf::detached>(connect_file); };
    guarding.seed = std::random_device{}();
    add("connect gate", gate_, [this, guarding] { return system_.spawn(connect_gate, guarding); });
  }

  /// Of the services that there are by now.
  void add_metrics() {
    scrape_config telling{registry_, status_, root_address_, keeper_, metadata_};
    for (const auto& [name, at] : services_)
      telling.actors.emplace_back(name, at);
    telling.version = TICKBOARD_VERSION;
    log::show_in(*registry_);
    registry_->watch({"tickboard_config_reload_ok",
                      "0 if the config file was refused at the last reload, else 1"},
                     metrics::kind::gauge, {},
                     [file = file_] { return file->look().state == "refused" ? 0.0 : 1.0; });
    add("metrics", metrics_,
        [this, telling] { return system_.spawn<caf::detached>(scrape, telling); });
  }

  void add_feeds() {
    const auto& supervision = settings_.supervision;
    feed_config common;
    common.restarts = {supervision.backoff_min, supervision.backoff_max, supervision.budget,
                       supervision.budget_window, supervision.slow_retry};
    auto& feed_io = io(0);
    common.get = [&feed_io](const net::http_get_options& options, auto done) {
      net::http_get(feed_io, options, std::move(done));
    };
    common.open = [&feed_io](const net::stream_options& options, auto listener) {
      return net::open_stream(feed_io, options, std::move(listener));
    };
    common.gate = gate_;
    common.normalizers = normalizers_;
    common.writers = writers_;
    common.status = status_;
    common.keeper = keeper_;
    common.search = search_;
    feeds_.emplace(system_, root_, std::move(common));
    feeds_->change(settings_.feeds, std::chrono::steady_clock::now());
    exchanges_->set(feeds_->names());
  }

  void watch_over() {
    for (const auto& one : io_)
      signs_.watch(one->context());
    for (const auto& one :
         {query_, live_, status_, keeper_, search_, metadata_, rates_, assets_, gate_})
      signs_.watch(system_, one);
    for (const auto* pool : {&writers_, &normalizers_})
      for (const auto& one : *pool)
        signs_.watch(system_, one);
  }

  std::shared_ptr<session_config> serving() const {
    auto config = std::make_shared<session_config>();
    config->query = query_;
    config->status = status_;
    config->keeper = keeper_;
    config->search = search_;
    config->metadata = metadata_;
    config->assets = assets_;
    config->live = live_;
    config->live_patience = 3 * settings_.live.heartbeat + settings_.view.timeout;
    config->idle_timeout = settings_.http.idle_timeout;
    config->root = root_address_;
    config->metrics = metrics_;
    config->file = file_;
    config->exchanges = exchanges_;
    config->figures = figures_;
    config->lifeline = lifeline_;
    config->timeout = settings_.view.timeout;
    config->max_age = settings_.view.max_age;
    config->gzip = settings_.http.gzip;
    return config;
  }

  net::http_server_options limits() const {
    net::http_server_options options;
    options.max_connections = settings_.http.max_connections;
    options.max_header_bytes = settings_.http.max_header_bytes;
    options.max_body_bytes = settings_.http.max_body_bytes;
    options.header_timeout = settings_.http.header_timeout;
    options.idle_timeout = settings_.http.idle_timeout;
    options.write_timeout = settings_.http.write_timeout;
    options.on_refused = [in = registry_](unsigned status) { refused_with(*in, status).add(); };
    for (const auto status : {400u, 408u, 413u, 431u, 503u}) // they show before they happen
      refused_with(*registry_, status);
    return options;
  }

  static metrics::counter& refused_with(metrics::registry& in, unsigned status) {
    return in.count({"tickboard_http_refused_total",
                     "Requests and connections that were answered, or cut, before they got to a "
                     "route"},
                    {{"status", fmt::format("{}", status)}});
  }

  result<void> listen() {
    auto config = serving();
    config->tells_metrics = settings_.http.metrics;
    config->cors_origin = settings_.http.cors_origin;
    config->admits = admission_;
    auto options = limits();
    options.listen = settings_.http.listen;
    if (is_encrypted(settings_.http)) {
      auto tls = read_certificate(settings_.http);
      if (!tls)
        return unexpected(tls.error());
      options.tls = std::move(*tls);
    }
    auto server = net::listen_http(io(1), options, session_listener(system_, std::move(config)));
    if (!server)
      return unexpected("http.listen: " + server.error());
    server_ = std::move(*server);
    watch_clients("api", server_);
    return settings_.admin.listen.empty() ? result<void>{} : listen_for_operators();
  }

  static bool is_encrypted(const config::http_settings& http) {
    return !http.tls_certificate.empty();
  }

  static result<std::shared_ptr<boost::asio::ssl::context>>
  read_certificate(const config::http_settings& http) {
    auto tls = net::server_tls_context(http.tls_certificate, http.tls_key);
    if (!tls)
      return unexpected(fmt::format(
          "http.{}: {}", tls.error().is_of_key ? "tls_key" : "tls_certificate", tls.error().what));
    return std::move(*tls);
  }

  result<void> listen_for_operators() {
    auto config = serving();
    config->for_operators = true;
    auto options = limits();
    options.listen = settings_.admin.listen;
    options.max_connections = max_operators;
    auto server = net::listen_http(io(1), options, session_listener(system_, std::move(config)));
    if (!server)
      return unexpected("admin.listen: " + server.error());
    admin_server_ = std::move(*server);
    watch_clients("admin", admin_server_);
    return {};
  }

  void watch_clients(const char* listener, const std::shared_ptr<net::http_server>& server) {
    registry_->watch({"tickboard_http_connections", "Clients that are connected"},
                     metrics::kind::gauge, {{"listener", listener}},
                     [server = std::weak_ptr{server}] {
                       const auto there = server.lock();
                       return there ? static_cast<double>(there->connections()) : 0;
                     });
  }

  config::settings settings_;
  std::optional<store_access> store_;
  postgres::dsn database_;
  board_ptr board_;
  std::string daemon_id_;
  const metrics::registry_ptr registry_ = std::make_shared<metrics::registry>();
  const std::shared_ptr<route_figures> figures_ = std::make_shared<route_figures>(registry_);
  // Declared before the actor system: actors hold what lives on the io threads.
  std::vector<std::unique_ptr<net::io_thread>> io_;
  system_config system_config_;
  caf::actor_system system_;
  caf::actor root_, lifeline_;
  address_ptr query_ = make_address(), live_ = make_address(), status_ = make_address(),
              keeper_ = make_address(), search_ = make_address(), metadata_ = make_address(),
              rates_ = make_address(), assets_ = make_address(), quarantine_ = make_address(),
              gate_ = make_address(), metrics_ = make_address(), root_address_ = make_address();
  std::vector<address_ptr> writers_, normalizers_;
  std::map<std::string, address_ptr> services_; ///< by name
  std::optional<feed_set> feeds_;
  const std::shared_ptr<config_state> file_ = std::make_shared<config_state>();
  const std::shared_ptr<followed_exchanges> exchanges_ = std::make_shared<followed_exchanges>();
  vital_signs signs_;
  const std::shared_ptr<admission> admission_ =
      std::make_shared<admission>(settings_.clients, settings_.keys);
  std::shared_ptr<net::http_server> server_, admin_server_;
  bool stopped_ = false;
};

} // namespace

result<std::unique_ptr<daemon>> start_daemon(const config::settings& settings) {
  auto out = std::make_unique<daemon_impl>(settings);
  if (auto started = out->start(); !started)
    return unexpected(started.error());
  return out;
}

} // namespace tickboard

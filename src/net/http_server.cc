#include "net/http_server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <ctime>
#include <optional>
#include <set>
#include <thread>

#include "base/text.h"

namespace kalends::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

const std::string* ServerRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return &value;
  return nullptr;
}

namespace {

constexpr std::string_view kBrokenOff =
    "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n";
constexpr std::size_t kReadBytes = 16u << 10;

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string written(const ports::HttpResponse& response, bool head, bool keep_alive, unsigned version) {
  std::string out = fmt::format(
      "HTTP/1.1 {} {}\r\ndate: {}\r\n", response.status,
      std::string_view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)))),
      http_date());
  for (const auto& [name, value] : response.headers) {
    const bool ours = equal_ignoring_case(name, "content-length") ||
                      equal_ignoring_case(name, "connection") ||
                      equal_ignoring_case(name, "transfer-encoding") || equal_ignoring_case(name, "date");
    if (!ours && is_clean(name) && is_clean(value)) out += fmt::format("{}: {}\r\n", name, value);
  }
  if (has_body(response.status)) out += fmt::format("content-length: {}\r\n", response.body.size());
  if (!keep_alive)
    out += "connection: close\r\n";
  else if (version < 11)
    out += "connection: keep-alive\r\n";
  out += "\r\n";
  if (has_body(response.status) && !head) out += response.body;
  return out;
}

ports::HttpResponse plain(int status, std::string_view sentence) {
  ports::HttpResponse out;
  out.status = status;
  out.headers.emplace_back("content-type", "text/plain; charset=utf-8");
  out.body = fmt::format("{}\n", sentence);
  return out;
}

ports::HttpResponse refusal(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return plain(431, "The header of the request is too large.");
  if (error == http::error::body_limit) return plain(413, "The body of the request is too large.");
  return plain(400, "This is no HTTP request: " + error.message() + ".");
}

ServerRequest request_of(http::request<http::string_body>&& message) {
  ServerRequest out;
  out.method = std::string(message.method_string());
  out.target = std::string(message.target());
  for (const auto& field : message)
    out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  out.body = std::move(message.body());
  return out;
}

}  // namespace

// The event loop with its connections. Everything but the handler runs on the loop's one thread.
class HttpServer::Inner {
 public:
  Inner(ServerOptions options, ServerHandler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        workers_(std::max<std::size_t>(1, options_.workers)) {}
  ~Inner() { stop(); }

  Result<void> listen();
  void stop();
  const std::string& address() const { return address_; }

 private:
  class Connection;
  using Held = std::shared_ptr<Connection>;

  void accept();
  void forget(const Held& connection);

  ServerOptions options_;
  ServerHandler handler_;
  std::string address_;
  asio::io_context loop_{1};
  // The loop lives on when every connection waits for a worker and no more may be accepted.
  asio::executor_work_guard<asio::io_context::executor_type> alive_ = asio::make_work_guard(loop_);
  asio::thread_pool workers_;
  Tcp::acceptor acceptor_{loop_};
  asio::steady_timer grace_{loop_};
  std::set<Held> connections_;
  bool accepting_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

// One client. Reads until a request is whole, has it answered, writes the answer, and goes on with what it read further.
class HttpServer::Inner::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Inner& server, Tcp::socket socket)
      : server_(server), socket_(std::move(socket)), deadline_(server.loop_) {}

  void begin() {
    error_code ignored;
    socket_.set_option(Tcp::no_delay(true), ignored);
    next_request();
  }

  // Idle: closed now. Busy: closed when the answer is written.
  void finish() {
    if (!answering_) close();
    closing_ = true;
  }

  void close() {
    error_code ignored;
    deadline_.cancel();
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    server_.forget(shared_from_this());
  }

 private:
  void close_after(std::int64_t ms) {
    deadline_.expires_after(std::chrono::milliseconds(ms));
    deadline_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->close();
    });
  }

  void next_request() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(server_.options_.max_header_bytes);
    parser_->body_limit(server_.options_.max_body_bytes);
    answering_ = false;
    promised_ = false;
    close_after(buffer_.empty() ? server_.options_.idle_ms : server_.options_.request_ms);
    parse();
  }

  void read() {
    if (server_.stopping_ && !parser_->got_some()) return close();
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                              if (!self->socket_.is_open()) return;
                              if (error) return self->close();
                              const bool first = self->buffer_.empty() && !self->parser_->got_some();
                              self->buffer_.append(self->chunk_.data(), n);
                              if (first) self->close_after(self->server_.options_.request_ms);
                              self->parse();
                            });
  }

  void parse() {
    error_code error;
    while (!buffer_.empty() && !parser_->is_done()) {
      const std::size_t used = parser_->put(asio::buffer(buffer_), error);
      buffer_.erase(0, used);
      if (error == http::error::need_more || (!error && used == 0)) break;
      if (error) return answer(refusal(error), false, false);
    }
    if (parser_->is_done()) return hand_over();
    if (parser_->is_header_done() && !promised_ &&
        equal_ignoring_case(std::string_view(parser_->get()[http::field::expect]), "100-continue"))
      return promise();
    read();
  }

  // RFC 9110 section 10.1.1: the client waits for this before it sends the body.
  void promise() {
    promised_ = true;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(kContinue),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (!self->socket_.is_open()) return;
                        if (error) return self->close();
                        self->read();
                      });
  }

  void hand_over() {
    deadline_.cancel();
    answering_ = true;
    const bool keep_alive = parser_->keep_alive();
    version_ = parser_->get().version();
    auto request = std::make_shared<ServerRequest>(request_of(parser_->release()));
    const bool head = request->method == "HEAD";
    asio::post(server_.workers_, [self = shared_from_this(), request, head, keep_alive] {
      ports::HttpResponse response;
      try {
        response = self->server_.handler_(*request);
      } catch (const std::exception&) {
        response = plain(500, "Something broke while answering.");
      }
      asio::post(self->server_.loop_, [self, head, keep_alive, response = std::move(response)] {
        self->answer(response, head, keep_alive);
      });
    });
  }

  void answer(const ports::HttpResponse& response, bool head, bool keep_alive) {
    if (!socket_.is_open()) return;
    answering_ = true;
    const bool whole = response.status >= 100 && response.status <= 999;
    const bool stays = whole && keep_alive && !closing_ && !server_.stopping_;
    out_ = whole ? written(response, head, stays, version_) : std::string(kBrokenOff);
    close_after(server_.options_.write_ms);
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this(), stays](const error_code& error, std::size_t) {
                        if (!self->socket_.is_open()) return;
                        if (error || !stays) return self->linger(!error);
                        self->out_.clear();
                        self->next_request();
                      });
  }

  // The end of what we say, then what the client still sends is thrown away for a moment: closing at once would make the
  // kernel reset the connection, and the client might never see the answer.
  void linger(bool told) {
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    if (!told || server_.stopping_) return close();
    close_after(kLingerMs);
    drain();
  }

  void drain() {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                              if (!self->socket_.is_open()) return;
                              self->drained_ += n;
                              if (error || self->drained_ > kDrainBytes) return self->close();
                              self->drain();
                            });
  }

  static constexpr std::int64_t kLingerMs = 1'000;
  static constexpr std::size_t kDrainBytes = 1u << 20;

  Inner& server_;
  Tcp::socket socket_;
  asio::steady_timer deadline_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::array<char, kReadBytes> chunk_{};
  std::string buffer_;  // read and not yet parsed
  std::string out_;
  std::size_t drained_ = 0;
  unsigned version_ = 11;
  bool answering_ = false;
  bool promised_ = false;
  bool closing_ = false;
};

Result<void> HttpServer::Inner::listen() {
  const std::string& text = options_.listen;
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_integer(text.substr(colon + 1));
  std::string host = text.substr(0, colon == std::string::npos ? 0 : colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || !port || *port < 0 || *port > 65'535)
    return fail(
        ErrorKind::invalid,
        fmt::format("\"{}\" is no address to listen on; 127.0.0.1:0 takes a free port of this machine.",
                    text));
  const Tcp::endpoint wanted(address, static_cast<unsigned short>(*port));
  acceptor_.open(wanted.protocol(), error);
  if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(wanted, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail(ErrorKind::transient, fmt::format("Nothing can listen on {}: {}.", text, error.message()));
  const Tcp::endpoint taken = acceptor_.local_endpoint(error);
  address_ = fmt::format("{}:{}", address.is_v6() ? "[" + host + "]" : host, taken.port());
  accept();
  thread_ = std::thread([this] { loop_.run(); });
  return {};
}

void HttpServer::Inner::accept() {
  if (accepting_ || stopping_ || connections_.size() >= options_.max_connections) return;
  accepting_ = true;
  acceptor_.async_accept([this](const error_code& error, Tcp::socket socket) {
    accepting_ = false;
    if (stopping_) return;
    if (!error) {
      auto connection = std::make_shared<Connection>(*this, std::move(socket));
      connections_.insert(connection);
      connection->begin();
      return accept();
    }
    // Out of descriptors, most likely: a moment later some may be free.
    grace_.expires_after(std::chrono::milliseconds(100));
    grace_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void HttpServer::Inner::forget(const Held& connection) {
  connections_.erase(connection);
  if (stopping_ && connections_.empty()) loop_.stop();
  accept();
}

void HttpServer::Inner::stop() {
  if (stopped_) return;
  stopped_ = true;
  if (thread_.joinable()) {
    asio::post(loop_, [this] {
      stopping_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      const std::set<Held> all = connections_;
      for (const Held& connection : all) connection->finish();
      grace_.expires_after(std::chrono::milliseconds(options_.stop_ms));
      grace_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) loop_.stop();
      });
      if (connections_.empty()) loop_.stop();
    });
    thread_.join();
  }
  workers_.join();
  connections_.clear();
}

HttpServer::HttpServer(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options, ServerHandler handler) {
  auto inner = std::make_unique<Inner>(options, std::move(handler));
  TRY_VOID(inner->listen());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(inner)));
}

const std::string& HttpServer::address() const { return inner_->address(); }

void HttpServer::stop() { inner_->stop(); }

}  // namespace kalends::net

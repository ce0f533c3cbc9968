#include "lab/serve/lab_server.h"

#include <fmt/format.h>

#include <mutex>

#include "base/text.h"
#include "lab/serve/control.h"
#include "net/gzip.h"

namespace kalends::lab {
namespace {

constexpr const char* kPerson = "ann@example.org";
constexpr const char* kInside = "lab://google";
constexpr std::size_t kCompressedFrom = 1024;
constexpr std::size_t kWorkers = 8;

ports::HttpRequest inner_request(const net::ServerRequest& request) {
  ports::HttpRequest out;
  out.method = request.method;
  out.url = kInside + request.target;
  out.headers = request.headers;
  out.body = request.body;
  return out;
}

void compress(const net::ServerRequest& request, ports::HttpResponse& response) {
  const std::string* accepted = request.header("accept-encoding");
  if (accepted == nullptr || accepted->find("gzip") == std::string::npos) return;
  if (response.body.size() < kCompressedFrom) return;
  response.body = net::gzip(response.body);
  response.headers.emplace_back("content-encoding", "gzip");
}

// A page of somebody else's in a browser must not steer the lab, whatever name it gives this address.
bool is_from_here(const net::ServerRequest& request) {
  if (request.header("origin") != nullptr) return false;
  const std::string* host = request.header("host");
  return host != nullptr &&
         (host->starts_with("127.") || host->starts_with("localhost") || host->starts_with("[::1]"));
}

ports::HttpResponse json_answer(const ControlAnswer& answer) {
  ports::HttpResponse out;
  out.status = answer.status;
  out.headers.emplace_back("content-type", "application/json");
  out.body = answer.body.dump() + "\n";
  return out;
}

}  // namespace

class LabServer::Inner {
 public:
  Inner(ports::Clock& clock, ports::Random& random, const calendar::ZoneSource& zones, ports::Http& http)
      : google_(clock, random, zones), network_(clock, &mutex_), http_(http) {
    google_.habits().plain_web_hooks = true;
    google_.add_account(kPerson, "Ann Example", "Europe/Berlin");
    token_ = google_.issue_token(kPerson, "client");
    network_.route(kInside, google_);
  }

  Result<void> start(const std::string& listen) {
    net::ServerOptions options;
    options.listen = listen;
    options.workers = kWorkers;
    google_server_ =
        TRY(net::HttpServer::start(options, [this](const auto& request) { return ask(request); }));
    options.workers = 1;
    if (!listen.ends_with(":0")) {
      const std::size_t colon = listen.rfind(':');
      const auto port = parse_integer(std::string_view(listen).substr(colon + 1));
      options.listen = fmt::format("{}:{}", listen.substr(0, colon), port.value_or(0) + 1);
    }
    control_server_ =
        TRY(net::HttpServer::start(options, [this](const auto& request) { return steer(request); }));
    return {};
  }

  Json addresses() const {
    Json google = Json::object();
    google.set("url", "http://" + google_server_->address() + "/").set("token", token_).set("email", kPerson);
    Json control = Json::object().set("url", "http://" + control_server_->address() + "/");
    return Json::object().set("google", std::move(google)).set("control", std::move(control));
  }

  void deliver() {
    std::vector<Notice> due;
    {
      const std::scoped_lock lock(mutex_);
      due = google_.take_notices();
    }
    for (const Notice& notice : due) {
      ports::HttpRequest request;
      request.method = "POST";
      request.url = notice.url;
      request.headers = notice.headers;
      request.body = notice.body;
      request.timeout_ms = 5'000;
      request.max_response_bytes = 64u << 10;
      (void)http_.send(request);  // a notification that nobody takes is lost, as it would be
    }
  }

  void stop() {
    if (google_server_) google_server_->stop();
    if (control_server_) control_server_->stop();
  }

 private:
  ports::HttpResponse ask(const net::ServerRequest& request) {
    auto answer = network_.send(inner_request(request));
    if (!answer) return {};  // an accident: the answer never comes
    compress(request, *answer);
    return std::move(*answer);
  }

  ports::HttpResponse steer(const net::ServerRequest& request) {
    if (!is_from_here(request))
      return json_answer(
          {403, Json::object().set("error", "Only programs of this machine may steer the lab.")});
    auto body = request.body.empty() ? Result<Json>(Json::object()) : parse_json(request.body);
    if (!body) return json_answer({400, Json::object().set("error", body.error().message)});
    const std::scoped_lock lock(mutex_);
    return json_answer(control(google_, network_, request.method, request.target, *body));
  }

  std::mutex mutex_;  // the simulator and the network: one at a time
  Google google_;
  LabHttp network_;
  ports::Http& http_;
  std::string token_;
  std::unique_ptr<net::HttpServer> google_server_;
  std::unique_ptr<net::HttpServer> control_server_;
};

LabServer::LabServer(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
LabServer::~LabServer() { inner_->stop(); }

Result<std::unique_ptr<LabServer>> LabServer::start(const LabOptions& options, ports::Clock& clock,
                                                    ports::Random& random, const calendar::ZoneSource& zones,
                                                    ports::Http& http) {
  auto inner = std::make_unique<Inner>(clock, random, zones, http);
  TRY_VOID(inner->start(options.listen));
  return std::unique_ptr<LabServer>(new LabServer(std::move(inner)));
}

Json LabServer::addresses() const { return inner_->addresses(); }
void LabServer::deliver() { inner_->deliver(); }
void LabServer::stop() { inner_->stop(); }

}  // namespace kalends::lab

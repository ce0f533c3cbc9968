// The network of a simulated world, without sockets: each request goes to the simulator whose address it begins with, and
// accidents happen to it that a test has planned.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "lab/cloud/faults.h"
#include "lab/cloud/simulator.h"
#include "ports/world.h"

namespace kalends::lab {

// One request as it went over the network, and what came back: 0 when no answer came.
struct Traffic {
  std::string method;
  std::string url;
  int status = 0;
};

inline constexpr std::size_t kMaxTraffic = 100'000;

class LabHttp : public ports::Http {
 public:
  // With `lock`, several threads may send: it is held while a simulator answers, not while a delay passes.
  explicit LabHttp(ports::Clock& clock, std::mutex* lock = nullptr) : clock_(clock), lock_(lock) {}

  // Requests whose URL begins with `prefix` ("https://www.googleapis.com") go to this simulator, which gets the URL
  // behind the prefix. The longest prefix wins. What it is given outlives it.
  void route(std::string prefix, Simulator& simulator) { routes_[std::move(prefix)] = &simulator; }

  // transient for an address that nobody has, and for a planned accident that keeps the answer back.
  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override;

  FaultPlan& faults() { return faults_; }
  // The last kMaxTraffic requests.
  const std::deque<Traffic>& traffic() const { return traffic_; }
  void clear_traffic() { traffic_.clear(); }

 private:
  struct Found {
    Simulator* simulator = nullptr;
    std::string url;
  };
  Found find(const std::string& url) const;
  static Result<ports::HttpResponse> exchange(const ports::HttpRequest& request, const Found& found,
                                              const std::optional<Fault>& fault);

  ports::Clock& clock_;
  std::mutex* lock_;
  std::map<std::string, Simulator*> routes_;
  FaultPlan faults_;
  std::deque<Traffic> traffic_;
};

}  // namespace kalends::lab

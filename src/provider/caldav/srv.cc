// res_nquery and ns_parserr of the system's libresolv, on a resolver state of this call's own.
#include "provider/caldav/srv.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr int kTimeoutSeconds = 2;  // for the first try; the second waits twice as long
constexpr int kTries = 2;

struct Resolver {
  struct __res_state state{};
  bool ready = false;
  explicit Resolver(const DnsServer& server) {
    ready = res_ninit(&state) == 0;
    if (!server.address.empty()) {
      state.nscount = 1;
      sockaddr_in& at = state.nsaddr_list[0];
      at = {};
      at.sin_family = AF_INET;
      at.sin_port = htons(static_cast<std::uint16_t>(server.port));
      ready = ready && inet_pton(AF_INET, server.address.c_str(), &at.sin_addr) == 1;
    }
    state.retrans = kTimeoutSeconds;
    state.retry = kTries;
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() {
    if (ready) res_nclose(&state);
  }
};

// The answer's bytes, empty without one.
std::vector<unsigned char> ask(Resolver& resolver, const std::string& name, int type) {
  std::vector<unsigned char> buffer(NS_MAXMSG);
  const int size = resolver.ready ? res_nquery(&resolver.state, name.c_str(), ns_c_in, type, buffer.data(),
                                               static_cast<int>(buffer.size()))
                                  : -1;
  buffer.resize(size < 0 ? 0 : std::min(static_cast<std::size_t>(size), buffer.size()));
  return buffer;
}

struct Record {
  int priority = 0;
  int weight = 0;
  ServiceTarget target;
};

std::optional<Record> srv_record(const ns_msg& message, const ns_rr& rr) {
  const unsigned char* data = ns_rr_rdata(rr);
  if (ns_rr_type(rr) != ns_t_srv || ns_rr_rdlen(rr) < 7) return std::nullopt;
  Record record;
  record.priority = static_cast<int>(ns_get16(data));
  record.weight = static_cast<int>(ns_get16(data + 2));
  record.target.port = static_cast<int>(ns_get16(data + 4));
  char host[NS_MAXDNAME];
  if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data + 6, host, sizeof host) < 0)
    return std::nullopt;
  record.target.host = to_lower(host);
  return record;
}

std::string txt_path(const ns_rr& rr) {
  const unsigned char* data = ns_rr_rdata(rr);
  const std::size_t size = ns_rr_rdlen(rr);
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = data[at];
    if (at + 1 + length > size) break;
    const std::string_view text(reinterpret_cast<const char*>(data) + at + 1, length);
    if (text.starts_with("path=/")) return std::string(text.substr(5));
    at += 1 + length;
  }
  return "";
}

// Whether a record's target is the root, with which a domain says that it has no such service (RFC 2782).
bool is_root(const Record& record) { return record.target.host.empty() || record.target.host == "."; }

// Calls visit(message, record) for each record of the answer that can be read.
template <class Visit>
void each_answer(const std::vector<unsigned char>& bytes, Visit visit) {
  ns_msg message;
  if (bytes.empty() || ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) != 0) return;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr rr;
    if (ns_parserr(&message, ns_s_an, i, &rr) != 0) break;
    visit(message, rr);
  }
}

}  // namespace

Services DnsServiceLookup::caldavs(const std::string& domain) {
  Resolver resolver(server_);
  const std::string name = "_caldavs._tcp." + domain;
  std::vector<Record> records;
  each_answer(ask(resolver, name, ns_t_srv), [&](const ns_msg& message, const ns_rr& rr) {
    if (auto record = srv_record(message, rr)) records.push_back(*record);
  });
  Services out;
  out.refused = records.size() == 1 && is_root(records.front());
  std::erase_if(records, is_root);
  if (records.empty()) return out;
  // Lower priority first; among equals the heavier one, which needs no chance and suits one client.
  std::ranges::sort(records, [](const Record& a, const Record& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return a.weight != b.weight ? a.weight > b.weight : a.target.host < b.target.host;
  });
  std::string path;
  each_answer(ask(resolver, name, ns_t_txt), [&](const ns_msg&, const ns_rr& rr) {
    if (path.empty() && ns_rr_type(rr) == ns_t_txt) path = txt_path(rr);
  });
  for (Record& record : records) {
    record.target.path = path;
    out.targets.push_back(std::move(record.target));
  }
  return out;
}

}  // namespace kalends::provider

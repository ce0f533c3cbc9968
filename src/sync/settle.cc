// What a base becomes when the outcome of a write is known: what the write itself produced, and nothing else.
#include <algorithm>
#include <set>

#include "base/mutation.h"
#include "sync/plan.h"

namespace kalends::sync {

namespace {

std::optional<std::string> look(const calendar::Facts& facts, std::string_view path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? std::optional<std::string>(*value) : std::nullopt;
}

}  // namespace

using calendar::Facts;

Base settle(Base base, const Push& push, const merge::EventState& hub, const std::optional<Facts>& actual,
            const RemoteItem& item, std::int64_t updated_ms) {
  const std::int64_t written_ms = base.intent ? base.intent->at_ms : 0;
  base.intent.reset();
  base.standing = Standing::present;
  base.items = {item};
  if (updated_ms != 0) base.updated_ms = updated_ms;  // unknown: the former one still bounds it from below
  const Facts& holds = actual && !is_on(Mutant::settle_believes_itself) ? *actual : push.target;
  if (push.kind == Intent::Kind::create) base.fields.clear();
  std::set<std::string> written(push.paths.begin(), push.paths.end());
  for (const calendar::Change& change : calendar::difference(push.before, push.target))
    written.insert(change.path);
  // A written path takes what we meant and what is there; any other takes what is there and keeps what we meant.
  for (const std::string& path : written) {
    Agreed agreed{look(holds, path), look(push.target, path), hub.dot(path), false, false};
    if (agreed.remote || agreed.shown) {
      base.fields[path] = std::move(agreed);
    } else {
      base.fields.erase(path);
    }
  }
  for (const auto& [path, value] : holds)
    if (!written.contains(path)) base.fields[path].remote = value;
  for (auto it = base.fields.begin(); it != base.fields.end();) {
    if (!written.contains(it->first) && holds.find(it->first) == nullptr) it->second.remote.reset();
    it = !it->second.remote && !it->second.shown ? base.fields.erase(it) : std::next(it);
  }
  remember(base.earlier, digest_of(holds));
  record(base.pushed, {digest_of(push.target), written_ms});
  return base;
}

Base settle_unversioned(Base base, const Push& push, const merge::EventState& hub, const Facts& read,
                        const RemoteItem& item) {
  Base before = base;
  base = settle(std::move(base), push, hub, read, item, 0);
  if (is_on(Mutant::settle_takes_all_it_reads)) return base;
  std::set<std::string> written(push.paths.begin(), push.paths.end());
  for (auto& [path, agreed] : base.fields) {
    if (written.contains(path)) continue;
    const Agreed* old = before.agreed(path);
    agreed.remote = old != nullptr ? old->remote : std::nullopt;
  }
  for (const auto& [path, agreed] : before.fields)
    if (!written.contains(path)) base.fields[path] = agreed;
  std::erase_if(base.fields, [](const auto& entry) { return !entry.second.remote && !entry.second.shown; });
  return base;
}

Base settle_removed(Base base, bool event_dead) {
  base.intent.reset();
  base.items.clear();
  base.fields.clear();
  if (event_dead) {
    base.standing = Standing::gone;
  } else if (base.withdrawn && !is_on(Mutant::settle_makes_withdrawn_again)) {
    base.standing = Standing::not_here;
    base.withdrawn = false;
  } else if (base.standing != Standing::not_here) {
    base.standing = Standing::none;
  }
  return base;
}

}  // namespace kalends::sync

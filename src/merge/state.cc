#include "merge/state.h"

#include <algorithm>
#include <tuple>

#include "base/bytes.h"
#include "base/mutation.h"

namespace kalends::merge {

bool VersionVector::covers(const Dot& dot) const { return dot.counter <= at(dot.replica); }

void VersionVector::add(const Dot& dot) {
  std::uint64_t& counter = entries_[dot.replica];
  counter = std::max(counter, dot.counter);
}

void VersionVector::merge(const VersionVector& other) {
  for (const auto& [replica, counter] : other.entries_) add({replica, counter});
}

std::uint64_t VersionVector::at(std::string_view replica) const {
  auto it = entries_.find(replica);
  return it == entries_.end() ? 0 : it->second;
}

bool EventState::alive() const {
  const Cell* life = cell(kLife);
  return life != nullptr && life->value.has_value();
}

calendar::Facts EventState::facts() const {
  calendar::Facts out;
  for (const auto& [path, cell] : cells)
    if (cell.value && path != kLife) out.set(path, *cell.value);
  return out;
}

const Cell* EventState::cell(std::string_view path) const {
  auto it = cells.find(path);
  return it == cells.end() ? nullptr : &it->second;
}

std::optional<std::string> EventState::value(std::string_view path) const {
  const Cell* found = cell(path);
  return found != nullptr ? found->value : std::nullopt;
}

Dot EventState::dot(std::string_view path) const {
  const Cell* found = cell(path);
  return found != nullptr ? found->dot : Dot{};
}

Dot EventState::write(std::string_view path, std::optional<std::string> value, const std::string& replica,
                      std::int64_t at_ms) {
  Dot dot{replica, seen.at(replica) + 1};
  Stamp stamp{at_ms, 0};
  const Cell* old = is_on(Mutant::write_keeps_its_clock) ? nullptr : cell(path);
  if (old != nullptr && stamp <= old->stamp) stamp = {old->stamp.ms, old->stamp.logic + 1};
  seen.add(dot);
  cells.insert_or_assign(std::string(path), Cell{std::move(value), dot, stamp});
  return dot;
}

EventState join(const EventState& a, const EventState& b) {
  EventState out = a;
  for (const auto& [path, theirs] : b.cells) {
    auto [it, inserted] = out.cells.try_emplace(path, theirs);
    bool later = std::tie(it->second.stamp, it->second.dot) < std::tie(theirs.stamp, theirs.dot);
    if (is_on(Mutant::join_ignores_dots)) later = it->second.stamp < theirs.stamp;
    if (!inserted && later) it->second = theirs;
  }
  if (!is_on(Mutant::join_forgets_what_was_seen)) out.seen.merge(b.seen);
  return out;
}

namespace {
constexpr std::uint64_t kVersion = 1;
}

std::string encode(const EventState& state) {
  ByteWriter out;
  out.number(kVersion);
  out.number(state.seen.entries().size());
  std::map<std::string_view, std::uint64_t> index;
  for (const auto& [replica, counter] : state.seen.entries()) {
    index.emplace(replica, index.size());
    out.text(replica);
    out.number(counter);
  }
  out.number(state.cells.size());
  for (const auto& [path, cell] : state.cells) {
    out.text(path);
    out.optional_text(cell.value);
    out.number(index.at(cell.dot.replica));
    out.number(cell.dot.counter);
    out.signed_number(cell.stamp.ms);
    out.number(cell.stamp.logic);
  }
  return out.take();
}

Result<EventState> decode_state(std::string_view bytes) {
  auto damaged = [] { return fail(ErrorKind::corrupt, "a stored event is damaged"); };
  ByteReader in(bytes);
  if (in.number() != kVersion) return damaged();
  EventState state;
  std::vector<std::string> replicas;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    replicas.push_back(in.text());
    state.seen.add({replicas.back(), in.number()});
  }
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string path = in.text();
    Cell cell;
    cell.value = in.optional_text();
    std::uint64_t replica = in.number();
    if (replica >= replicas.size()) return damaged();
    cell.dot = {replicas[replica], in.number()};
    cell.stamp.ms = in.signed_number();
    cell.stamp.logic = static_cast<std::uint32_t>(in.number());
    state.cells.emplace(std::move(path), std::move(cell));
  }
  if (!in.done()) return damaged();
  return state;
}

}  // namespace kalends::merge

// The law: no message is sent that nobody approved. A calendar sends mail only because of a write that a person approved, to
// whom the person was told, about what the person was shown, and once for each approval.
#include <algorithm>

#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {
namespace {

bool is_kind(engine::Move::Kind move, ports::WriteKind write) {
  switch (write) {
    case ports::WriteKind::create: return move == engine::Move::Kind::create;
    case ports::WriteKind::update: return move == engine::Move::Kind::update;
    case ports::WriteKind::remove: return move == engine::Move::Kind::remove;
  }
  return false;
}

bool covers(const ApprovedMail& approved, const CalendarId& calendar, const provider::ServerWrite& write,
            const std::vector<std::string>& recipients) {
  const auto day = day_of(write.kind == ports::WriteKind::remove ? write.before : write.after);
  if (approved.calendar != calendar || approved.day != day || approved.at > write.at) return false;
  if (!is_kind(approved.kind, write.kind)) return false;
  const bool told = std::ranges::all_of(recipients, [&](const std::string& recipient) {
    return approved.reason.find(recipient) != std::string::npos;
  });
  if (!told || write.kind != ports::WriteKind::update) return told;
  const auto changes = calendar::difference(write.before, write.after);
  return std::ranges::all_of(changes, [&](const calendar::Change& change) {
    return approved.fields.contains(std::string(calendar::field_of(change.path)));
  });
}

}  // namespace

Failures no_message_sent(const Rest& rest) {
  Failures out;
  auto approved = rest.world.ledger.mail;
  for (const auto& place : rest.world.places) {
    std::map<std::size_t, std::vector<std::string>> mailed;  // whom each write told
    for (const auto& message : place->server->outbox()) mailed[message.write].push_back(message.recipient);
    for (const auto& [number, recipients] : mailed) {
      const auto& write = place->server->writes().at(number);
      const auto found = std::ranges::find_if(
          approved, [&](const ApprovedMail& each) { return covers(each, place->id, write, recipients); });
      if (found != approved.end()) {
        approved.erase(found);
        continue;
      }
      out.push_back(fmt::format("{} mailed {} and {} more about {}, which nobody approved", place->id.value,
                                recipients.front(), recipients.size() - 1, write.id.value));
    }
  }
  return out;
}

}  // namespace kalends::lab

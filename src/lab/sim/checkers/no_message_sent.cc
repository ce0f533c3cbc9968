// The law: no message is sent that nobody approved.
#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {

// The person of this simulation approves no mail.
Failures no_message_sent(const Rest& rest) {
  Failures out;
  for (const auto& place : rest.world.places)
    for (const auto& message : place->server->outbox())
      out.push_back(fmt::format("{} mailed {} about {}, which nobody approved", place->id.value,
                                message.recipient, message.id.value));
  return out;
}

}  // namespace kalends::lab

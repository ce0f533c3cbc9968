// The control API of the lab: a path and a JSON document, answered by a JSON document.
//
//   GET    /faults                 how many are still to strike
//   POST   /faults                 {"kind", "method", "part", "status", "reason", "retry_after_s", "delay_ms", "skip", "times"}
//   DELETE /faults
//   GET    /outbox                 mail that would have been sent; DELETE empties it
//   GET    /traffic                requests and their status; DELETE empties it
//   POST   /google/accounts        {"email", "name", "zone"}
//   POST   /google/tokens          {"email", "client", "scopes", "lifetime_ms"} -> {"token"}; DELETE {"token"}
//   POST   /google/calendars       {"email", "summary", "zone"} -> {"id"}
//   POST   /google/shares          {"calendar", "email", "role"}
//   POST   /google/resets          {"calendar"}: its sync tokens are void
//   POST   /google/forgets         {"calendar"}: its tombstones are forgotten
//   POST   /google/drops           {"calendar"}: it is gone
//   POST   /google/locks           {"calendar", "event"}
//   POST   /google/habits          {"NAME": value ...}
//   POST   /google/person          {"email", "method", "path", "body", "if_match"}: a call of a person's own
#pragma once

#include <expected>
#include <string>

#include "base/json.h"
#include "lab/cloud/lab_http.h"
#include "lab/google/google.h"

namespace kalends::lab {

struct ControlAnswer {
  int status = 200;
  Json body = Json::object();
};

// Not to be called while the simulator answers somebody else.
ControlAnswer control(Google& google, LabHttp& network, const std::string& method, const std::string& path,
                      const Json& body);

}  // namespace kalends::lab

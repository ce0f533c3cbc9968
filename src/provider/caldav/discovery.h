// From what a person configured to the one calendar that is meant. RFC 6764 section 6, RFC 5397, RFC 4791 section 6.2.
//
// The configured address may be the calendar itself, a principal, a home or a server's front page; then a display
// name (or the last part of a calendar's path) says which of the person's calendars it is.
#pragma once

#include <string>
#include <vector>

#include "provider/caldav/dav_client.h"
#include "provider/caldav/srv.h"

namespace kalends::provider {

struct CalendarPlace {
  DavUrl url;  // ends with "/"
  std::string name;
  bool writable = true;
  bool sync_report = false;    // offers sync-collection (RFC 6578)
  bool auto_schedule = false;  // mails and delivers invitations itself (RFC 6638)
  // The owner's calendar user addresses ("mailto:ann@example.org", lower case); not known when the server hid them.
  std::vector<std::string> owner_addresses;
  bool owner_known = false;
};

// not_found when the configured collection or the named calendar is not there; unauthorized when the account is
// refused; invalid when several calendars fit or none was named, listing the names there are.
Result<CalendarPlace> discover(DavClient& client, ServiceLookup& services, const std::string& name);

}  // namespace kalends::provider

// A calendar resource's text as an item, and what may not be one.
#pragma once

#include <string>
#include <variant>

#include "calendar/zone.h"
#include "ports/provider.h"

namespace kalends::provider {

struct NotAnEvent {};  // a task, a journal entry, free-busy: no business of ours

using Resource = std::variant<ports::Item, ports::Unreadable, NotAnEvent>;

// Reads one resource. Line ends are made CRLF again where XML took the CR away (RFC 5545 section 3.1). A resource with
// events of several UIDs, or with one that can't be read, is Unreadable: known to be there, never written.
Resource read_resource(const RemoteId& id, const std::string& version, std::string_view body, bool read_only,
                       const calendar::ZoneSource& zones);

// The facts without what iCalendar takes for granted: an event that says it is public is as public as one that says
// nothing (CLASS, RFC 5545 section 3.8.1.3), and there are servers that add the word.
calendar::Facts without_defaults(calendar::Facts facts);

// What `raw` itself says and what a patch shall make of it, so that its text shows `target` afterwards: the words that
// without_defaults() hides are among both, unless the change is about them.
struct PatchFacts {
  calendar::Facts before, after;
};
Result<PatchFacts> patch_facts(std::string_view raw, const calendar::Facts& target,
                               const calendar::ZoneSource& zones);

std::string with_crlf(std::string_view text);

// A version for contents that came without an etag.
std::string version_of_contents(std::string_view raw);
bool is_content_version(std::string_view version);

}  // namespace kalends::provider

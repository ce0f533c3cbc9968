// One event of theirs as an item: what is around its fields. Which are exceptions, copies of ours, and not to be written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "ports/provider.h"
#include "provider/google/codec.h"

namespace kalends::provider::google {

// The version of an occurrence that its series itself excludes (EXDATE): there is no item of theirs behind it.
inline constexpr std::string_view kExclusion = "exdate";
inline constexpr char kMark[] = "kalends";  // private property: the mark
inline constexpr char kFollows[] =
    "kalendsFollows";  // private property: the digest of what follows its series again

bool is_cancelled(const Json& event);

// The series that an exception belongs to, by its word or by the form of its id: "MASTER_20260309T080000Z".
struct Occurrence {
  std::string master;
  std::string name;  // "20260309" or "20260309T080000Z"; "" when its id has another form
};
std::optional<Occurrence> occurrence_of(const Json& event);

// How a calendar may be used.
enum class Role : std::uint8_t { none, reader, writer_without_private, writer };
Role role_of(std::string_view access_role);

// What a series' occurrences are read with.
struct Series {
  Json json;              // of its master
  calendar::Event event;  // the same, where it could be read
  const calendar::Zone* zone = nullptr;
};
// Whether the series has an occurrence there, exceptions and exclusions aside.
bool has_slot(const Series& series, calendar::LocalTime slot);

using Reading = std::variant<ports::Item, ports::Unreadable>;
// An event that is no exception, or an exception of nobody's series.
Reading read_event(const Json& event, const Context& context, Role role);
// An exception of `series`; nothing for one that was taken back and shows what the series shows, and for a cancelled one
// that the series does not have.
std::optional<Reading> read_exception(const Json& event, const Series& series, const Context& context,
                                      Role role);
// The occurrences that the series itself excludes.
std::vector<ports::Item> exclusions_of(const Json& master, const Context& context, Role role);

Series series_of(const Json& master, const Context& context);
// The id of the series' occurrence in that slot. RFC 5545's recurrence id in UTC, or its date.
std::string occurrence_id(const std::string& master, const std::string& slot, const Series& series);
// What an occurrence shows as long as it has no exception.
calendar::Facts inherited(const calendar::Event& series, calendar::LocalTime slot);

}  // namespace kalends::provider::google

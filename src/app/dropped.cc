#include "app/dropped.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "app/words.h"
#include "base/text.h"
#include "calendar/event.h"
#include "calendar/parameters.h"
#include "calendar/when_text.h"

namespace kalends::app {
namespace {

struct FieldWords {
  std::string_view field, one, many;  // `many` is empty for a register
};
// In the order in which a person is told.
constexpr std::array<FieldWords, 23> kFields = {{
    {"when", "its exact time", ""},
    {"recurrence", "the recurrence", ""},
    {"overrides", "changed occurrence", "changed occurrences"},
    {"title", "the end of the title", ""},
    {"attendees", "attendee", "attendees"},
    {"organizer", "the organizer", ""},
    {"reminders", "reminder", "reminders"},
    {"description", "the description", ""},
    {"location", "the location", ""},
    {"locations", "further location", "further locations"},
    {"conferences", "conference", "conferences"},
    {"url", "the URL", ""},
    {"attachments", "attachment", "attachments"},
    {"categories", "category", "categories"},
    {"status", "the status", ""},
    {"show_as", "the mark as free", ""},
    {"visibility", "the visibility", ""},
    {"priority", "the priority", ""},
    {"colour", "the colour", ""},
    {"geo", "the place on the map", ""},
    {"zones", "definition of a time zone", "definitions of time zones"},
    {"unknown", "further property", "further properties"},
    {"parameters", "parameter of a property", "parameters of properties"},
}};

// What a recurrence says that a single rule does not.
std::string dates_of(const std::string& recurrence) {
  std::size_t rules = 0, exclusions = 0, dates = 0;
  for (std::string_view line : split(recurrence, '\n')) {
    rules += line.starts_with("RRULE:");
    exclusions += line.starts_with("EXRULE:");
    dates += line.starts_with("RDATE:");
  }
  std::vector<std::string> parts;
  if (dates > 0) parts.push_back(counted(dates, "further date") + " (RDATE)");
  if (exclusions > 0) parts.push_back("a rule for days left out (EXRULE)");
  if (rules > 1) parts.push_back(fmt::format("{} rules at once", rules));
  return parts.empty() ? "its recurrence rule" : join(parts, ", ");
}

class Comparison {
 public:
  Comparison(const calendar::Facts& facts, const calendar::Facts& shown) : facts_(facts), shown_(shown) {}

  Loss run() {
    for (const auto& [path, value] : facts_) {
      const std::string* kept = shown_.find(path);
      if ((kept == nullptr || *kept != value) && !says_nothing(path, value)) note(path, value, kept);
    }
    Loss loss;
    for (const FieldWords& words : kFields) {
      const auto found = lost_.find(words.field);
      if (found == lost_.end()) continue;
      std::string what =
          words.many.empty() ? std::string(words.one) : counted(found->second.size(), words.one, words.many);
      if (words.field == "unknown") what += fmt::format(" ({})", names_of(found->second));
      loss.dropped.push_back({std::string(words.field), std::move(what)});
    }
    loss.wrong_dates = wrong_dates();
    return loss;
  }

 private:
  // What RFC 5545 takes for granted is said without saying it.
  static bool says_nothing(const std::string& path, const std::string& value) {
    return (path == "status" && value == "confirmed") || (path == "show_as" && value == "busy") ||
           (path == "visibility" && value == "public") || (path == "priority" && value == "0");
  }

  void note(const std::string& path, const std::string& value, const std::string* kept) {
    const std::string_view slot = calendar::slot_of(path);
    if (!slot.empty()) {
      note_occurrence(path, slot, value);
    } else if (calendar::is_parameters(path) || (kept != nullptr && value.starts_with(';'))) {
      lost_["parameters"].insert(path);
    } else {
      const std::string_view field = calendar::field_of(path);
      lost_[std::string(field)].insert(path.size() > field.size() ? path.substr(field.size() + 1) : path);
      if (field == "recurrence") wrong_.push_back(dates_of(value));
      if (field == "status" && value == "cancelled") wrong_.emplace_back("that it is cancelled");
      if (field == "when" && (kept == nullptr || !same_minute(value, *kept))) wrong_.emplace_back("its time");
    }
  }

  // An occurrence that is moved or cancelled, or a day left out, is a date; any other change of one is not.
  void note_occurrence(const std::string& path, std::string_view slot, const std::string& value) {
    const std::string_view rest =
        std::string_view(path).substr(std::string_view("overrides/").size() + slot.size());
    lost_["overrides"].insert(std::string(slot));
    if (rest == "/when") ++moved_;
    if (rest == "/status" && value == "cancelled") ++cancelled_;
    if (rest.empty() && value == "excluded") ++left_out_;
  }

  static bool same_minute(const std::string& a, const std::string& b) {
    const auto one = calendar::parse_when(a), other = calendar::parse_when(b);
    if (!one || !other) return false;
    const auto minute = [](const calendar::When& when) {
      return when.start.seconds - calendar::second_of_day(when.start) % 60;
    };
    using calendar::TimeKind;
    // Where every event has a zone, one without gets that of the place, and begins at the same hour there.
    return (one->kind == TimeKind::all_day) == (other->kind == TimeKind::all_day) &&
           minute(*one) == minute(*other);
  }

  std::string wrong_dates() const {
    std::vector<std::string> parts = wrong_;
    const auto occurrences = [&](std::size_t n, std::string_view which) {
      if (n > 0)
        parts.push_back(fmt::format("{} {}", n, fmt::format("{} occurrence{}", which, n == 1 ? "" : "s")));
    };
    occurrences(moved_, "moved");
    occurrences(cancelled_, "cancelled");
    // Without the rule there are no days to leave out.
    if (!lost_.contains("recurrence")) occurrences(left_out_, "left out");
    return join(parts, ", ");
  }

  static std::string names_of(const std::set<std::string>& names) {
    constexpr std::size_t kMost = 8;
    std::vector<std::string> shown;
    for (const std::string& name : names)
      if (shown.size() < kMost) shown.push_back(calendar::decode_key(name));
    if (names.size() > kMost) shown.emplace_back("...");
    return join(shown, ", ");
  }

  const calendar::Facts& facts_;
  const calendar::Facts& shown_;
  std::map<std::string, std::set<std::string>, std::less<>> lost_;  // field -> keys
  std::vector<std::string> wrong_;
  std::size_t moved_ = 0, cancelled_ = 0, left_out_ = 0;
};

}  // namespace

Loss loss_of(const calendar::Facts& facts, const calendar::Facts& shown) {
  return Comparison(facts, shown).run();
}

std::string in_words(const std::vector<Dropped>& dropped) {
  std::string out;
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    if (i > 0) out += i + 1 == dropped.size() ? " and " : ", ";
    out += dropped[i].what;
  }
  return out;
}

}  // namespace kalends::app

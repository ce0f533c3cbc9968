// From an event to the keys of the frontmatter, and from one note to the next. Reading is in note_reader.cc.
#include "provider/obsidian/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "provider/obsidian/note_reader.h"

namespace kalends::provider::obsidian {

namespace {

using calendar::Date;

// literal: a boolean, null or a list, which quotes would make a text.
enum class Spelling : std::uint8_t { text, time, word, literal };

// One key as it is to stand in a note.
struct Key {
  std::string name;
  std::string text;
  Spelling spelling = Spelling::word;
};

std::string spell(const Key& key, std::string_view old) {
  switch (key.spelling) {
    case Spelling::text: return spell_text(key.text, old);
    case Spelling::time: return spell_time(key.text, old);
    case Spelling::literal: return key.text;
    case Spelling::word: return spell_word(key.text, old);
  }
  return spell_text(key.text, old);
}

std::string clock_text(calendar::LocalTime time) {
  const int minutes = second_of_day(time) / 60;
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string list_text(const std::vector<std::string>& items) { return "[" + join(items, ", ") + "]"; }

std::string skipped_text(const NoteEvent& event) {
  std::vector<std::string> items;
  for (Date day : event.skipped) items.push_back(to_string(day));
  return list_text(items);
}

// "" when the reader finds the end without it.
std::string end_date_text(const NoteEvent& event, Shape shape, const NoteSettings& settings) {
  const Date first = date_of(event.start);
  if (event.all_day) {
    const Date behind = date_of(event.end);
    if (behind.days == first.days + 1) return "";
    return to_string(settings.dialect == Dialect::remastered ? Date{behind.days - 1} : behind);
  }
  const Date last = date_of(event.end);
  if (last == first) return "";
  // The plugin knows no endDate for a series; it is written only where the night after the start would be too early.
  const bool next_night =
      last.days == first.days + 1 && second_of_day(event.end) < second_of_day(event.start);
  return shape != Shape::single && next_night ? "" : to_string(last);
}

void put_zone(const NoteEvent& event, const NoteSettings& settings, std::vector<Key>& keys) {
  if (event.all_day || same_zone(event.zone, settings.system_zone)) return;
  std::string name = event.zone;
  if (name.empty()) {
    name = "floating";
  } else if (settings.zones.find(name) == nullptr || trim(name) != name) {
    name = "tzid:" + name;
  }
  keys.push_back({"zone", name, Spelling::text});
}

void put_shape(const NoteEvent& event, Shape shape, const NoteSettings& settings, std::vector<Key>& keys) {
  const std::string first = to_string(date_of(event.start));
  const std::string end_date = end_date_text(event, shape, settings);
  if (shape == Shape::single) {
    keys.push_back({"type", "single"});
    keys.push_back({"date", first});
  } else if (shape == Shape::recurring) {
    keys.push_back({"type", "recurring"});
    std::vector<std::string> letters;
    for (const calendar::ByDay& day : event.rule->by_day)
      letters.emplace_back(1, "MTWRFSU"[static_cast<std::size_t>(day.day)]);
    keys.push_back({"daysOfWeek", list_text(letters), Spelling::literal});
    keys.push_back({"startRecur", first});
    if (auto last = last_day_of(event, settings)) {
      if (settings.dialect == Dialect::original) ++last->days;
      keys.push_back({"endRecur", to_string(*last)});
    }
    if (settings.dialect == Dialect::remastered)
      keys.push_back({"skipDates", skipped_text(event), Spelling::literal});
  } else {
    keys.push_back({"type", "rrule"});
    keys.push_back({"startDate", first});
    keys.push_back({"rrule", to_string(*event.rule)});
    keys.push_back({"skipDates", skipped_text(event), Spelling::literal});
  }
  if (!end_date.empty()) keys.push_back({"endDate", end_date});
}

std::vector<Key> timing_keys(const NoteEvent& event, Shape shape, const NoteSettings& settings) {
  std::vector<Key> keys;
  keys.push_back({"allDay", event.all_day ? "true" : "false", Spelling::literal});
  if (!event.all_day) {
    keys.push_back({"startTime", clock_text(event.start), Spelling::time});
    if (event.end == event.start) {
      keys.push_back({"endTime", "null", Spelling::literal});
    } else {
      keys.push_back({"endTime", clock_text(event.end), Spelling::time});
    }
  }
  put_shape(event, shape, settings, keys);
  put_zone(event, settings, keys);
  return keys;
}

Shape shape_for(const NoteEvent& event, std::optional<Shape> present, const NoteSettings& settings) {
  if (!event.rule) return Shape::single;
  if (present == Shape::rrule || !fits_recurring(event, settings)) return Shape::rrule;
  return Shape::recurring;
}

// A title is never missing, since the plugin asks for the key; one space says that there is none.
Key title_key(const NoteEvent& event) {
  return {"title", event.title.empty() ? " " : event.title, Spelling::text};
}

std::vector<Key> text_keys(const NoteEvent& event) {
  return {{"category", event.category, Spelling::text},
          {"description", event.description, Spelling::text},
          {"url", event.url, Spelling::text}};
}

// The keys by which a note of that shape tells its time; those of other shapes may be there and mean nothing.
std::vector<std::string_view> keys_of(Shape shape) {
  std::vector<std::string_view> keys = {"type",    "allDay", "startTime", "endTime",
                                        "endDate", "zone",   "timezone"};
  static constexpr std::array<std::string_view, 8> kRecurring = {"daysOfWeek",     "startRecur", "endRecur",
                                                                 "skipDates",      "month",      "dayOfMonth",
                                                                 "repeatInterval", "repeatOn"};
  if (shape == Shape::single) keys.push_back("date");
  if (shape == Shape::recurring) keys.insert(keys.end(), kRecurring.begin(), kRecurring.end());
  if (shape == Shape::rrule) keys.insert(keys.end(), {"startDate", "rrule", "skipDates"});
  return keys;
}

// Collects the edits of one note.
class Editor {
 public:
  Editor(std::string_view text, const Values& values) : text_(text), values_(values) {
    entries_ = entries_of(text, find_block(text));
  }

  bool has(std::string_view key) const {
    auto it = values_.find(key);
    return it != values_.end() && it->second.kind != Value::Kind::null;
  }
  bool stands(std::string_view key) const { return values_.find(key) != values_.end(); }

  void set(const Key& key) {
    auto entry = std::ranges::find(entries_, key.name, &Entry::key);
    std::string_view old;
    if (entry != entries_.end() && !entry->multi_line)
      old = text_.substr(entry->value_begin, entry->value_end - entry->value_begin);
    edits_.push_back({key.name, spell(key, old)});
  }
  void remove(std::string_view key) {
    if (has(key)) edits_.push_back({std::string(key), std::nullopt});
  }

  const std::vector<Edit>& edits() const { return edits_; }

 private:
  std::string_view text_;
  const Values& values_;
  std::vector<Entry> entries_;
  std::vector<Edit> edits_;
};

const Key* find_key(const std::vector<Key>& keys, std::string_view name) {
  auto it = std::ranges::find(keys, name, &Key::name);
  return it == keys.end() ? nullptr : &*it;
}

// Edits the keys that tell the time. A key whose meaning stays is left as the person spelled it.
void edit_time(const Note& note, const NoteEvent& target, const NoteSettings& settings, Editor& editor) {
  const Shape shape = shape_for(target, note.shape, settings);
  const std::vector<Key> before = timing_keys(note.event, note.shape, settings);
  std::vector<Key> after = timing_keys(target, shape, settings);
  if (editor.has("timezone")) {
    const Key* zone = find_key(after, "zone");
    if (zone != nullptr) after.push_back({"timezone", zone->text, Spelling::text});
    if (!editor.has("zone")) std::erase_if(after, [](const Key& key) { return key.name == "zone"; });
  }
  for (const Key& key : after) {
    const Key* old = find_key(before, key.name == "timezone" ? "zone" : std::string_view(key.name));
    const bool stays = old != nullptr && old->text == key.text;
    // The plugin's schema wants skipDates to stand there; every other key that stays may be left to its default.
    if (stays && (editor.stands(key.name) || key.name != "skipDates")) continue;
    editor.set(key);
  }
  for (std::string_view name : keys_of(note.shape)) {
    if (find_key(after, name) == nullptr) editor.remove(name);
  }
}

}  // namespace

Reading read_note(std::string_view text, std::string_view basename, const NoteSettings& settings) {
  const Block block = find_block(text);
  if (block.presence == Block::Presence::none) return {};
  // Only a key of ours, found line by line, makes a damaged block look like an event.
  static constexpr std::array<std::string_view, 9> kSigns = {"date",       "startDate", "startRecur",
                                                             "daysOfWeek", "rrule",     "startTime",
                                                             "allDay",     "kalends",   "dayOfMonth"};
  const auto entries = entries_of(text, block);
  const bool looks_like_one = std::ranges::any_of(entries, [](const Entry& entry) {
    return std::ranges::find(kSigns, std::string_view(entry.key)) != kSigns.end();
  });
  Reading broken{Reading::Kind::broken, {}, {}};
  if (block.presence == Block::Presence::open) {
    if (!looks_like_one) return {};
    broken.problem = "line 1: the frontmatter has no closing \"---\" line; add it";
    return broken;
  }
  auto values = read_values(text, block);
  if (!values && !looks_like_one) return {};
  if (!values) {
    broken.problem = std::move(values.error().message);
    return broken;
  }
  auto note = note_of(*values, basename, settings);
  if (!note) {
    broken.problem = std::move(note.error().message);
    return broken;
  }
  if (!*note) return {};
  return {Reading::Kind::event, **std::move(note), {}};
}

std::string new_note(const NoteEvent& event, const std::string& uid, const ports::Mark& mark,
                     const NoteSettings& settings) {
  std::vector<Edit> edits;
  auto put = [&](const Key& key) { edits.push_back({key.name, spell(key, {})}); };
  put(title_key(event));
  for (const Key& key : timing_keys(event, shape_for(event, std::nullopt, settings), settings)) put(key);
  for (const Key& key : text_keys(event))
    if (!key.text.empty()) put(key);
  if (!uid.empty()) put({"uid", uid, Spelling::text});
  // An imported event is a person's own and carries no mark of ours.
  if (!mark.event.empty()) put({"kalends", ports::to_string(mark), Spelling::text});
  return apply_edits("", edits);
}

Result<std::string> edited_note(std::string_view text, std::string_view basename, const NoteEvent& target,
                                const std::string& uid, const std::optional<ports::Mark>& mark,
                                const NoteSettings& settings) {
  const Reading now = read_note(text, basename, settings);
  if (now.kind != Reading::Kind::event) return fail(ErrorKind::stale, "the note holds no event any more");
  const Values values = TRY(read_values(text, find_block(text)));
  Editor editor(text, values);
  if (now.note.event.title != target.title) editor.set(title_key(target));
  if (!now.note.event.same_time(target)) edit_time(now.note, target, settings, editor);
  const auto texts = text_keys(now.note.event);
  for (const Key& key : text_keys(target)) {
    if (find_key(texts, key.name)->text == key.text) continue;
    if (key.text.empty()) {
      editor.remove(key.name);
    } else {
      editor.set(key);
    }
  }
  if (now.note.uid.empty() && !uid.empty()) editor.set({"uid", uid, Spelling::text});
  if (!now.note.mark && mark) editor.set({"kalends", ports::to_string(*mark), Spelling::text});
  std::string edited = apply_edits(text, editor.edits());
  const Reading after = read_note(edited, basename, settings);
  if (after.kind != Reading::Kind::event ||
      facts_of(after.note.event, settings) != facts_of(target, settings))
    return fail(ErrorKind::unsupported,
                "the frontmatter is written in a way that cannot be edited line by line; "
                "write each key on a line of its own");
  return edited;
}

}  // namespace kalends::provider::obsidian

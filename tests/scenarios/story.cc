#include "story.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sync/bench.h"

namespace kalends::sync {

namespace {

using calendar::Facts;
using Words = std::vector<std::string>;

// Words at spaces; double quotes keep spaces together.
Words words_of(std::string_view line) {
  Words out;
  std::string word;
  bool quoted = false;
  bool any = false;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (c == ' ' && !quoted) {
      if (any) out.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (any) out.push_back(std::move(word));
  return out;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view part : split(text, ',')) out.emplace_back(part);
  return out;
}

std::string quoted(const std::optional<std::string>& value) {
  if (!value) return "nothing";
  std::string out = "\"";
  for (char c : *value) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out + "\"";
}

std::string unescaped(std::string text) {
  for (std::size_t at = 0; (at = text.find("\\n", at)) != std::string::npos; ++at) text.replace(at, 2, "\n");
  return text;
}

const char* name_of(Standing standing) {
  switch (standing) {
    case Standing::none: return "none";
    case Standing::present: return "present";
    case Standing::not_here: return "not here";
    case Standing::gone: return "gone";
    case Standing::retired: return "retired";
  }
  return "none";
}

const char* name_of(Intent::Kind kind) {
  switch (kind) {
    case Intent::Kind::create: return "create";
    case Intent::Kind::update: return "update";
    case Intent::Kind::remove: return "remove";
  }
  return "update";
}

std::string winner_of(const Conflict& conflict) {
  switch (conflict.winner) {
    case Conflict::Winner::open: return "a person decides";
    case Conflict::Winner::remote: return conflict.calendar.value + " wins";
    case Conflict::Winner::hub: return "hub wins";
  }
  return {};
}

bool starts_option(const std::string& word, std::string_view name, std::string& value) {
  if (!word.starts_with(name) || word.size() <= name.size() || word[name.size()] != '=') return false;
  value = word.substr(name.size() + 1);
  return true;
}

Policy policy_named(const std::string& text) {
  if (text == "hub") return {Policy::Kind::hub, {}};
  if (text == "ask") return {Policy::Kind::ask, {}};
  if (text == "both") return {Policy::Kind::both, {}};
  if (text.starts_with("prefer:")) return {Policy::Kind::prefer, CalendarId(text.substr(7))};
  return {Policy::Kind::newest, {}};
}

class Story {
 public:
  Result<void> command(const std::string& line);
  std::string take_output() { return std::exchange(output_, {}); }

 private:
  std::unexpected<Error> refuse(const std::string& why) const { return fail(ErrorKind::invalid, why); }
  void say(const std::string& text) { output_ += "| " + text + "\n"; }

  Result<void> link(const Words& words);
  Result<void> calendar(const Words& words);
  Result<void> at_calendar(const std::string& line, const Words& words);
  void tell_plan(const EventPlan& plan);
  void tell_base(const PlacePlan& place, const std::optional<Base>& before);
  void show();

  TestBench bench_;
  std::string output_;
};

Result<void> Story::link(const Words& words) {
  Link link;
  link.id = LinkId(fmt::format("link{}", bench_.links.size() + 1));
  std::string value;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (starts_option(word, "from", value)) {
      link.direction = Direction::one_way;
      link.from = CalendarId(value);
    } else if (starts_option(word, "conflict", value)) {
      link.conflict.rest = policy_named(value);
    } else if (word.starts_with("conflict.") && word.find('=') != std::string::npos) {
      const std::size_t end = word.find('=');
      link.conflict.fields[word.substr(9, end - 9)] = policy_named(word.substr(end + 1));
    } else if (word == "busy") {
      link.privacy.mask = true;
    } else if (starts_option(word, "title", value)) {
      link.privacy.title = value;
    } else if (starts_option(word, "drop", value)) {
      link.privacy.drop = list_of(value);
    } else if (starts_option(word, "filter.title", value)) {
      link.filter.title = value;
    } else if (starts_option(word, "filter.attendee", value)) {
      link.filter.attendee = value;
    } else if (starts_option(word, "filter.category", value)) {
      link.filter.categories = list_of(value);
    } else if (starts_option(word, "filter.category_pattern", value)) {
      link.filter.category = value;
    } else if (starts_option(word, "filter.time", value)) {
      link.filter.time = value;
    } else if (starts_option(word, "filter.all_day", value)) {
      link.filter.all_day = value == "yes";
    } else if (starts_option(word, "filter.busy", value)) {
      link.filter.busy = value == "yes";
    } else if (starts_option(word, "filter.past_days", value)) {
      link.filter.past_days = static_cast<int>(parse_integer(value).value_or(0));
    } else if (starts_option(word, "filter.future_days", value)) {
      link.filter.future_days = static_cast<int>(parse_integer(value).value_or(0));
    } else if (word.find('=') == std::string::npos) {
      link.calendars.emplace_back(word);
      bench_.add(word);
    } else {
      return refuse("\"" + word + "\" is no option of a link");
    }
  }
  bench_.links.push_back(std::move(link));
  return {};
}

Result<void> Story::calendar(const Words& words) {
  if (words.size() < 2) return refuse("a calendar needs a name");
  TestCalendar& one = bench_.add(words[1]);
  std::vector<std::string> lacks, loud;
  std::string value;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "read_only") {
      one.read_only = true;
    } else if (words[i] == "apart") {
      one.apart = true;
    } else if (starts_option(words[i], "lacks", value)) {
      lacks = list_of(value);
    } else if (starts_option(words[i], "upper", value)) {
      loud = list_of(value);
    } else if (starts_option(words[i], "grain", value)) {
      one.grain_ms = parse_integer(value).value_or(1);
    } else {
      return refuse("\"" + words[i] + "\" is no option of a calendar");
    }
  }
  one.project = [lacks, loud, apart = one.apart](const Facts& facts) {
    Facts out;
    for (const auto& [path, fact] : facts) {
      std::string_view last = std::string_view(path).substr(path.rfind('/') + 1);
      auto named = [&](const std::string& field) {
        return calendar::field_of(path) == field || last == field;
      };
      if (std::ranges::any_of(lacks, named)) continue;
      out.set(path, std::ranges::any_of(loud, named) ? to_upper(fact) : fact);
    }
    return apart ? canonical(out) : out;
  };
  return {};
}

Result<void> Story::at_calendar(const std::string& line, const Words& words) {
  auto found = bench_.calendars.find(words[0]);
  if (found == bench_.calendars.end() || words.size() < 2)
    return refuse("\"" + words[0] + "\" is no command");
  TestCalendar& one = found->second;
  const std::string& verb = words[1];
  if (verb == "makes") {
    one.holds = Facts{{"title", "Standup"}, {"when", "zoned 2026-03-02T09:00:00 PT1H Etc/UTC"}};
  } else if (verb == "deletes") {
    one.holds.reset();
  } else if (verb == "unseen" || verb == "seen") {
    one.seen = verb == "seen";
  } else if (verb == "rejects") {
    one.reject = true;
  } else if (verb == "decided") {
    one.parked.clear();
  } else if (verb == "refuses") {
    one.fate = Fate::refuse;
  } else if (verb == "forgets") {
    one.fate = Fate::lose_answer;
  } else if (verb == "breaks_off") {
    one.fate = Fate::break_off;
  } else if (verb == "works") {
    one.fate = Fate::succeed;
  } else if (verb == "edited" && words.size() == 3) {
    one.updated_ms = bench_.now + parse_integer(words[2]).value_or(0) * 1000;
  } else if (words.size() == 3 && words[2] == "-") {
    if (!one.holds) return refuse("it holds nothing");
    bench_.edit(words[0], verb, std::nullopt);
  } else if (words.size() >= 4 && words[2] == "=") {
    if (!one.holds) one.holds.emplace();
    bench_.edit(words[0], verb, unescaped(line.substr(line.find(" = ") + 3)));
  } else {
    return refuse(
        "a calendar makes, deletes, is (un)seen, rejects, refuses, forgets, works, or PATH = VALUE");
  }
  return {};
}

// What moved in a base beside pulls and pushes.
void Story::tell_base(const PlacePlan& place, const std::optional<Base>& before) {
  std::vector<std::string> drift, agreed;
  for (const auto& [path, now] : place.base.fields) {
    const Agreed* old = before ? before->agreed(path) : nullptr;
    if (old != nullptr && old->remote == now.remote && old->shown == now.shown) continue;
    if (std::ranges::find(place.pulled, path) != place.pulled.end()) continue;
    // A value that lost is to be written over: the push tells it.
    if (place.push && std::ranges::find(place.push->paths, path) != place.push->paths.end()) continue;
    if (now.drifted) {
      drift.push_back(path);
    } else if (now.remote == now.shown) {
      agreed.push_back(path);
    }
  }
  if (!drift.empty()) say("drift " + place.calendar.value + ": " + join(drift, ", "));
  if (!agreed.empty()) say("advance " + place.calendar.value + ": " + join(agreed, ", "));
  Standing was = before ? before->standing : Standing::none;
  if (was != place.base.standing && place.base.standing != Standing::present)
    say(fmt::format("{} is {}", place.calendar.value, name_of(place.base.standing)));
}

void Story::tell_plan(const EventPlan& plan) {
  std::map<std::string, std::vector<std::string>> pulls;
  for (const HubChange& change : plan.changes)
    pulls[change.from.value].push_back(change.path + (change.after ? "" : " -"));
  for (const auto& [from, paths] : pulls) say("pull " + from + ": " + join(paths, ", "));
  for (const Conflict& c : plan.conflicts)
    say(fmt::format("conflict {} {}: was {}, {} {}, hub {}; {} ({})", c.calendar.value, c.path,
                    quoted(c.base), c.calendar.value, quoted(c.remote), quoted(c.hub), winner_of(c),
                    c.policy));
  for (const PlacePlan& place : plan.places) {
    tell_base(place, bench_.calendars.at(place.calendar.value).base);
    if (!place.push) continue;
    std::string paths = place.push->kind == Intent::Kind::remove ? "" : ": " + join(place.push->paths, ", ");
    say(fmt::format("{} {}{} ({})", name_of(place.push->kind), place.calendar.value, paths, place.push->why));
  }
  for (const auto& spawned : plan.spawned)
    say(fmt::format("another event at {}: {}", spawned.home.value, quoted(spawned.facts.get("title"))));
}

void Story::show() {
  auto lines = [&](const Facts& facts) {
    for (const auto& [path, value] : facts) say("  " + path + " = " + quoted(value));
  };
  for (const std::string& name : bench_.order) {
    const TestCalendar& one = bench_.calendars.at(name);
    std::string role;
    if (one.base && one.base->standing == Standing::present)
      role = one.base->role == Role::origin ? " (origin)" : " (copy)";
    say(name + role + (one.holds ? ":" : ": nothing"));
    if (one.holds) lines(*one.holds);
  }
}

Result<void> Story::command(const std::string& line) {
  Words words = words_of(line);
  if (words.empty() || words[0] == "#") return {};
  if (words[0] == "link") return link(words);
  if (words[0] == "unlink") {
    bench_.links.clear();
  } else if (words[0] == "calendar") {
    return calendar(words);
  } else if (words[0] == "hub" && words.size() >= 3) {
    std::optional<std::string> value;
    if (words[2] == "=") value = unescaped(line.substr(line.find(" = ") + 3));
    bench_.hub.write(words[1], value, "person#1", bench_.now);
  } else if (words[0] == "days" && words.size() == 2) {
    bench_.now += parse_integer(words[1]).value_or(0) * 86'400'000;
  } else if (words[0] == "sync") {
    EventPlan plan = bench_.plan();
    tell_plan(plan);
    if (output_.empty()) say("nothing");
    bench_.apply(plan);
  } else if (words[0] == "settle") {
    int passes = 0;
    for (bool writes = true; writes && passes < 6; ++passes) {
      EventPlan plan = bench_.plan();
      tell_plan(plan);
      writes = bench_.apply(plan) > 0;
    }
    if (passes == 6) say("never quiet");
    if (output_.empty()) say("nothing");
  } else if (words[0] == "show") {
    show();
  } else {
    return at_calendar(line, words);
  }
  return {};
}

}  // namespace

Result<std::string> tell(const std::string& text) {
  Story story;
  std::string out;
  int number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.starts_with("|")) continue;
    auto done = story.command(std::string(trim(line)));
    if (!done) return std::unexpected(std::move(done).error().within(fmt::format("line {}", number)));
    out += std::string(line) + "\n" + story.take_output();
  }
  out.pop_back();
  return out;
}

}  // namespace kalends::sync

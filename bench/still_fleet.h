// Many calendars that hold still: providers whose events follow from numbers, so that they need no memory and no network
// and a measurement shows the engine and its store alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "ports/world.h"
#include "system/zone_files.h"

namespace kalends::bench {

struct FleetShape {
  std::size_t calendars = 2;  // linked in pairs, two-way
  std::size_t events = 200;   // in all calendars together: both of a pair hold the same ones
  bool delta = true;          // false: each look lists every event anew
};

// One calendar of a pair: event n is "n.ics", of version 1.
class StillCalendar : public ports::Provider {
 public:
  StillCalendar(const FleetShape& shape, std::size_t number);

  // The calendar says nothing of its events (as if a look brought none) until it is shown.
  void show(bool shown) { shown_ = shown; }
  // The first `count` events come with another title and another version.
  void change(std::size_t count) { changed_ = count; }

  const ports::Capabilities& capabilities() const override { return capabilities_; }
  calendar::Facts project(const calendar::Facts& facts) const override { return facts; }
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;
  Result<ports::Written> create(const ports::Draft& draft) override;
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  Result<void> remove(const ports::Item& current) override;
  std::vector<std::string> recipients(ports::WriteKind, const ports::Item*,
                                      const calendar::Facts&) const override {
    return {};
  }
  std::string address() const override { return "still:" + std::to_string(number_); }

 private:
  ports::Item item(std::size_t n) const;

  ports::Capabilities capabilities_;
  std::size_t number_;
  std::size_t count_;
  std::size_t changed_ = 0;
  bool shown_ = true;
};

class StillClock : public ports::Clock {
 public:
  Instant now() override { return {ms_ += 60'000}; }
  void sleep_ms(std::int64_t ms) override { ms_ += ms; }

 private:
  std::int64_t ms_ = 1'767'225'600'000;  // 2026-01-01
};

class StillRandom : public ports::Random {
 public:
  std::uint64_t next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  std::uint64_t state_ = 42;
};

class StillLog : public ports::Log {
 public:
  void write(ports::Level, std::string_view) override {}
};

// The calendars, their links and everything else that an engine stands on, but the store.
class Fleet {
 public:
  explicit Fleet(FleetShape shape);
  engine::Engine engine(ports::Store& store);
  std::vector<std::unique_ptr<StillCalendar>>& calendars() { return calendars_; }

 private:
  std::vector<std::unique_ptr<StillCalendar>> calendars_;
  engine::Settings settings_;
  StillClock clock_;
  StillRandom random_;
  StillLog log_;
  system::ZoneFiles zones_;
};

}  // namespace kalends::bench

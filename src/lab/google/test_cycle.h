// The real engine and the real store between the simulated service and a calendar in memory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "lab/google/test_desk.h"
#include "lab/google/test_ways.h"
#include "provider/google/google_provider.h"
#include "provider/memory/provider.h"
#include "store/sqlite/store.h"
#include "sync/items.h"

namespace kalends::lab {

using calendar::Facts;
using provider::MemoryProvider;
using provider::MemoryServer;
using provider::google::GoogleProvider;

class NoLog : public ports::Log {
 public:
  void write(ports::Level, std::string_view) override {}
};

class CycleTest : public testing::Test {
 protected:
  explicit CycleTest(const google::Habits& habits) {
    desk_.google.habits() = habits;
    settings_.calendars = {CalendarId("google"), CalendarId("home")};
    sync::Link link;
    link.id = LinkId("link");
    link.calendars = settings_.calendars;
    settings_.links = {link};
  }
  enum class Errors : std::uint8_t { none, allowed };
  engine::RunReport sync(Errors errors = Errors::none) {
    desk_.clock.now_ms += 60'000;
    desk_.http.clear_traffic();
    engine::Engine engine({*store_, desk_.clock, desk_.chance, log_, desk_.zones, zone_}, settings_,
                          {{CalendarId("google"), &google_}, {CalendarId("home"), &home_}});
    auto report = engine.sync({.yes = true});
    EXPECT_TRUE(report) << report.error().message;
    desk_.clock.now_ms += 60'000;
    if (report && errors == Errors::none)
      for (const auto& error : report->errors) ADD_FAILURE() << error;
    return report ? *report : engine::RunReport();
  }
  // Two cycles more: the first may see our own writes again, the second has one request to make and nothing to say.
  void expect_quiet() {
    for (int n = 0; n < 2; ++n) {
      const std::size_t writes = server_.writes().size();
      const auto report = sync();
      EXPECT_EQ(server_.writes().size(), writes);
      EXPECT_THAT(report.moves, testing::IsEmpty());
      for (const Traffic& one : desk_.http.traffic()) EXPECT_EQ(one.method, "GET") << one.url;
    }
    if (desk_.google.habits().empty_page_percent == 0) EXPECT_THAT(desk_.http.traffic(), testing::SizeIs(1));
    EXPECT_THAT(desk_.google.outbox(), testing::IsEmpty());
  }
  Facts at_home() {
    const auto list = server_.list();
    EXPECT_THAT(list, testing::SizeIs(1));
    return list.empty() ? Facts() : list.front().facts;
  }
  // Every event of a list, page by page.
  std::vector<Json> all_of(const std::string& path) {
    std::vector<Json> out;
    std::string page;
    do {
      const Json list = desk_.ok("GET", kEvents + path + "?maxResults=2500" + page);
      out.insert(out.end(), list.find("items")->items()->begin(), list.find("items")->items()->end());
      page = list.find("nextPageToken")
                 ? "&pageToken=" + provider::google::percent_encode(text_of(list, "nextPageToken"))
                 : "";
    } while (!page.empty());
    return out;
  }
  // Of the one event or series that we made there.
  std::string id_there() {
    for (const auto& item : google_.changes("", [](const RemoteId&) { return std::string(); })->items)
      if (!item.part_of) return item.id.value;
    return {};
  }
  std::vector<std::string> instances(const std::string& id) {
    std::vector<std::string> out;
    for (const Json& one : all_of("/" + id + "/instances"))
      out.push_back(text_of(*one.find("start"), "dateTime").substr(0, 10) + " " + text_of(one, "summary"));
    std::ranges::sort(out);
    return out;
  }

  Desk desk_;
  NoLog log_;
  calendar::Zone zone_ = calendar::Zone::fixed("Etc/UTC", 0);
  std::unique_ptr<store::SqliteStore> store_ = store::SqliteStore::open(":memory:").value();
  ports::FixedToken token_{desk_.token};
  GoogleProvider google_{{}, desk_.http, token_, desk_.zones};
  MemoryServer server_{"home", {}, [this] { return desk_.clock.now(); }};
  MemoryProvider home_{server_};
  engine::Settings settings_;
};

}  // namespace kalends::lab

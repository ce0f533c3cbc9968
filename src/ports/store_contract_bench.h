// What the store contract suite (ports/store_contract.h) stands on: rows to write, and a store that can be reopened.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/store.h"

namespace kalends::ports {

// A place that outlives the stores opened on it.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  virtual Result<std::unique_ptr<Store>> open() = 0;
  virtual std::string backup_path() = 0;  // a file that is not there yet
  virtual Result<std::unique_ptr<Store>> open_backup(const std::string& path) = 0;
};
using StoreHarnessFactory = std::function<std::unique_ptr<StoreHarness>()>;

namespace contract {

// The value, or a failed test that prints the error.
template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << to_string(result.error().kind) << ": " << result.error().message;
    if constexpr (!std::is_void_v<T>) return T{};
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::string event_id(int n) {
  std::string id = "0123456789abcdef0123456789abcd00";
  id[30] = "0123456789abcdef"[(n / 16) % 16];
  id[31] = "0123456789abcdef"[n % 16];
  return id;
}

inline EventRow event_row(int n, std::string blob = "state") {
  return {.id = EventId(event_id(n)),
          .uid = "uid-" + std::to_string(n),
          .title_key = "t",
          .fingerprint = "f",
          .from_utc = n * 100,
          .to_utc = n * 100 + 50,
          .changed_at = Instant{n},
          .blob = std::move(blob)};
}

inline ItemRow item_row(const char* calendar, const std::string& remote, std::int64_t seen = 1) {
  return {.calendar = CalendarId(calendar),
          .remote = RemoteId(remote),
          .uid = "u" + remote,
          .version = "v1",
          .seen = seen,
          .blob = "facts of " + remote};
}

inline BaseRow base_row(int event, const char* calendar) {
  return {.event = EventId(event_id(event)),
          .calendar = CalendarId(calendar),
          .remote = RemoteId("r"),
          .blob = "b"};
}

// Bytes that break careless stores: zeros, quotes, ill-formed UTF-8, every byte there is.
inline std::string awkward_bytes() {
  std::string bytes = "a\0b'\"\\; DROP TABLE items; --";
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

template <class Row, class Field>
auto column(const std::vector<Row>& rows, Field Row::* field) {
  std::vector<Field> out;
  for (const auto& row : rows) out.push_back(row.*field);
  return out;
}

}  // namespace contract

class StoreContract : public testing::TestWithParam<StoreHarnessFactory> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    reopen();
  }
  void reopen() {
    store_.reset();
    store_ = contract::must(harness_->open());
    ASSERT_NE(store_, nullptr);
  }
  std::unique_ptr<Transaction> begin() { return contract::must(store_->begin()); }
  // One step in a transaction of its own, committed.
  void step(const std::function<void(Transaction&)>& work) {
    auto transaction = begin();
    ASSERT_NE(transaction, nullptr);
    work(*transaction);
    contract::must(transaction->commit());
  }

  std::unique_ptr<StoreHarness> harness_;
  std::unique_ptr<Store> store_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

using contract::base_row;
using contract::column;
using contract::event_id;
using contract::event_row;
using contract::item_row;
using contract::must;
using testing::ElementsAre;
using testing::IsEmpty;

}  // namespace kalends::ports

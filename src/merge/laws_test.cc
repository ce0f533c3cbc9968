// The laws of join, on states that grow as hubs do: from a common past, each replica writing under its own name.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "merge/state.h"

namespace kalends::merge {
namespace {

constexpr const char* kPaths[] = {"title", "when", "categories/a", "life"};

// A few writes of one replica over what it knows. Its clock may stand still, run behind or jump.
void write_some(EventState& state, const std::string& replica) {
  for (int left = *rc::gen::inRange(0, 5); left > 0; --left) {
    std::optional<std::string> value;
    if (*rc::gen::inRange(0, 4) > 0) value = std::string(1, *rc::gen::elementOf(std::string("pqr")));
    state.write(kPaths[*rc::gen::inRange(0, 4)], std::move(value), replica, *rc::gen::inRange(0, 4));
  }
}

struct Three {
  EventState past, a, b, c;
};

// Three that know a common past and, after it, something of one another.
Three any_three() {
  Three out;
  write_some(out.past, "p#1");
  out.a = out.b = out.c = out.past;
  write_some(out.a, "a#1");
  if (*rc::gen::arbitrary<bool>()) out.b = join(out.b, out.a);
  write_some(out.b, "b#1");
  if (*rc::gen::arbitrary<bool>()) out.c = join(out.c, out.b);
  write_some(out.c, "c#1");
  return out;
}

RC_GTEST_PROP(Join, IsCommutative, ()) {
  const Three t = any_three();
  RC_ASSERT(join(t.a, t.b) == join(t.b, t.a));
}

RC_GTEST_PROP(Join, IsAssociative, ()) {
  const Three t = any_three();
  RC_ASSERT(join(join(t.a, t.b), t.c) == join(t.a, join(t.b, t.c)));
}

RC_GTEST_PROP(Join, IsIdempotent, ()) {
  const Three t = any_three();
  RC_ASSERT(join(t.a, t.a) == t.a);
  RC_ASSERT(join(join(t.a, t.b), t.b) == join(t.a, t.b));
}

RC_GTEST_PROP(Join, WithOnesOwnPastChangesNothing, ()) {
  const Three t = any_three();
  RC_ASSERT(join(t.a, t.past) == t.a);
}

RC_GTEST_PROP(Join, InventsNoValue, ()) {
  const Three t = any_three();
  for (const auto& [path, cell] : join(t.a, t.b).cells) {
    const Cell* at_a = t.a.cell(path);
    const Cell* at_b = t.b.cell(path);
    RC_ASSERT((at_a != nullptr && *at_a == cell) || (at_b != nullptr && *at_b == cell));
  }
}

RC_GTEST_PROP(Join, KnowsWhatEitherKnew, ()) {
  const Three t = any_three();
  const EventState both = join(t.a, t.b);
  for (const EventState* one : {&t.a, &t.b})
    for (const auto& [replica, counter] : one->seen.entries())
      RC_ASSERT(both.seen.covers({replica, counter}));
}

// A write that knew another one stands, whoever joins first and whatever the clocks said.
RC_GTEST_PROP(Join, AWriteBeatsWhatItsWriterHadSeen, ()) {
  const Three t = any_three();
  EventState next = t.a;
  const std::string path = kPaths[*rc::gen::inRange(0, 4)];
  next.write(path, "later", "d#1", *rc::gen::inRange(-5, 5));
  RC_ASSERT(join(t.a, next).value(path) == "later");
  RC_ASSERT(join(next, t.a).value(path) == "later");
}

RC_GTEST_PROP(Join, ADotNamesOneWrite, ()) {
  const Three t = any_three();
  std::map<Dot, std::pair<std::string, Cell>> seen;
  for (const EventState* state : {&t.a, &t.b, &t.c})
    for (const auto& [path, cell] : state->cells) {
      const auto [it, inserted] = seen.try_emplace(cell.dot, path, cell);
      RC_ASSERT(inserted || it->second == std::pair(path, cell));
    }
}

}  // namespace
}  // namespace kalends::merge

#include "sync/decide.h"

#include <gtest/gtest.h>

namespace kalends::sync {
namespace {

TEST(Decide, IsTheTable) {
  struct Row {
    bool remote, hub, pullable, equal;
    const char* move;
  };
  for (const Row& row : {
           Row{false, false, true, true, "keep"},
           Row{false, false, false, false, "keep"},
           Row{true, false, true, false, "pull"},
           Row{true, false, false, false, "drift"},
           Row{false, true, true, false, "push"},
           Row{false, true, false, false, "push"},
           Row{true, true, true, true, "advance"},
           Row{true, true, false, true, "advance"},
           Row{true, true, true, false, "clash"},
           Row{true, true, false, false, "overrule"},
       })
    EXPECT_STREQ(to_string(decide({row.remote, row.hub, row.pullable, row.equal})), row.move);
}

}  // namespace
}  // namespace kalends::sync

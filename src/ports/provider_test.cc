#include "ports/provider.h"

#include <gtest/gtest.h>

namespace kalends::ports {
namespace {

TEST(Mark, ReadsWhatItWrites) {
  const Mark mark{EventId("0123456789abcdef0123456789abcdef"), "00ff00ff00ff00ff"};
  EXPECT_EQ(to_string(mark), "0123456789abcdef0123456789abcdef.00ff00ff00ff00ff");
  EXPECT_EQ(parse_mark(to_string(mark)), mark);
}

TEST(Mark, IsNothingElse) {
  for (const char* text : {"", ".", "abc", ".00ff00ff00ff00ff", "abc.", "abc.00ff", "abc.00ff00ff00ff00fg",
                           "ABC.00ff00ff00ff00ff", "abc.00ff00ff00ff00ff.", "abc.00ff00ff00ff00ff0"})
    EXPECT_FALSE(parse_mark(text)) << text;
}

TEST(Mark, GoesJustToItsBounds) {
  const std::string nonce(16, 'a');
  EXPECT_TRUE(parse_mark(std::string(64, 'f') + "." + nonce));
  EXPECT_FALSE(parse_mark(std::string(65, 'f') + "." + nonce));
  EXPECT_FALSE(parse_mark("f." + nonce + "a"));
  EXPECT_FALSE(parse_mark("f." + nonce.substr(1)));
  EXPECT_FALSE(parse_mark("." + nonce));
}

}  // namespace
}  // namespace kalends::ports

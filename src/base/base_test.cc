// What floor 0 promises: text, numbers, digests, patterns, JSON and bytes, good and hostile.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/pattern.h"
#include "base/text.h"

namespace kalends {
namespace {

TEST(Text, TrimsSplitsAndFolds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(to_upper("straße"), "STRAßE") << "only ASCII letters are folded";
  EXPECT_TRUE(equal_ignoring_case("Europe/BERLIN", "europe/berlin"));
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("+7"), 7);
  for (const char* bad : {"", "+", "+-7", "1x", " 1", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(bad)) << bad;
}

TEST(Text, KnowsWellFormedUtf8) {
  for (const char* good : {"", "a", "é", "€", "😀"}) EXPECT_TRUE(is_utf8(good)) << good;
  // Overlong, a surrogate, past the last plane, a lone continuation, a cut-off sequence.
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "a\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_TRUE(is_utf8(repair_utf8(bad)));
  }
  EXPECT_EQ(repair_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Text, SuggestsOnlyLikelySpellings) {
  EXPECT_EQ(nearest("provder", {"path", "provider"}), "provider");
  EXPECT_EQ(nearest("Wrok", {"work", "home"}), "work");
  EXPECT_FALSE(nearest("zebra", {"work", "home"}));
}

TEST(Instants, AreReadAndWrittenAsRfc3339) {
  EXPECT_EQ(to_rfc3339(Instant{0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(Instant{-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_rfc3339("2026-03-01T09:00:00+02:00"), parse_rfc3339("2026-03-01T07:00:00Z"));
  EXPECT_EQ(parse_rfc3339("2026-03-01T09:00:00.5Z")->ms % 1000, 500);
  for (const char* bad :
       {"", "2026-03-01", "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T09:00:00",
        "2026-03-01T09:00:00Zx", "2026-03-01T09:00:00.Z", "2026-03-01T09:00:00+2:00"})
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(Digests, AreThePublishedOnes) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").hex(),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");  // RFC 4231, case 6
  EXPECT_EQ(base64_encode("Ma"), "TWE=");
  EXPECT_EQ(to_hex("\x01\xFE"), "01fe");
}

TEST(Patterns, MatchAnywhereIgnoringCaseAndRefuseNonsense) {
  auto team = Pattern::compile("^team\\b");
  ASSERT_TRUE(team);
  EXPECT_TRUE(team->matches("Team lunch"));
  EXPECT_FALSE(team->matches("The team"));
  auto broken = Pattern::compile("(");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::invalid);
}

TEST(JsonText, IsReadAndWrittenBack) {
  const std::string text = R"({"a":[1,-2,3.5,true,false,null,"\u00e9\n\ud83d\ude00"],"b":{}})";
  auto json = parse_json(text);
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(*json->find("a")->items()->front().integer(), 1);
  EXPECT_EQ(*json->find("a")->items()->back().string(), "é\n😀");
  auto again = parse_json(json->dump(2));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->dump(), json->dump());
  EXPECT_EQ(Json(std::numeric_limits<std::int64_t>::min()).dump(), "-9223372036854775808");
  EXPECT_EQ(json_quote("a\x01\"\xFF"), "\"a\\u0001\\\"\xEF\xBF\xBD\"");
}

TEST(JsonText, RefusalsNameLineAndColumn) {
  for (const char* bad :
       {"", "{", "[1,]", "{\"a\":1,}", "\"", "\"\\q\"", "\"\\u12\"", "01x", "+1", "nul", "[1] 2", "\"\n\""})
    EXPECT_FALSE(parse_json(bad)) << bad;
  auto error = parse_json("{\n  \"a\": tru\n}");
  ASSERT_FALSE(error);
  EXPECT_NE(error.error().message.find("line 2, column 8"), std::string::npos) << error.error().message;
  const auto nested = [](int arrays) {
    return parse_json(std::string(arrays, '[') + "1" + std::string(arrays, ']'));
  };
  EXPECT_TRUE(nested(kMaxJsonDepth));
  ASSERT_FALSE(nested(kMaxJsonDepth + 1));
  EXPECT_EQ(nested(kMaxJsonDepth + 1).error().message,
            "line 1, column 66: the document is nested too deeply");
  EXPECT_FALSE(nested(1'000'000));
  EXPECT_FALSE(parse_json(R"({"a":1,"b":2,"a":3})")) << "two members of one name";
}

TEST(Bytes, ComeBackAndNeverRunPastTheEnd) {
  ByteWriter out;
  out.number(0);
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.signed_number(std::numeric_limits<std::int64_t>::min());
  out.text("text");
  out.optional_text(std::nullopt);
  out.optional_text("");
  const std::string bytes = out.take();
  auto read = [](std::string_view from) {
    ByteReader in(from);
    bool same = in.number() == 0 && in.number() == std::numeric_limits<std::uint64_t>::max() &&
                in.signed_number() == std::numeric_limits<std::int64_t>::min() && in.text() == "text" &&
                !in.optional_text() && in.optional_text() == "";
    return same && in.done();
  };
  EXPECT_TRUE(read(bytes));
  EXPECT_FALSE(read(bytes + "x"));
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(read(bytes.substr(0, cut)));
  ByteReader hostile("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  hostile.number();
  EXPECT_FALSE(hostile.ok());
  ByteReader counts("\x7F");
  EXPECT_EQ(counts.count(), 0u) << "more things than bytes";
  EXPECT_FALSE(counts.ok());
}

TEST(Errors, KeepTheirKindUnderContext) {
  Error error = Error{ErrorKind::stale, "it changed", 5}.within("home");
  EXPECT_EQ(error.message, "home: it changed");
  EXPECT_EQ(error.kind, ErrorKind::stale);
  EXPECT_EQ(error.retry_after_ms, 5);
  EXPECT_DEATH(KALENDS_CHECK(1 == 2), "internal check failed");
}

}  // namespace
}  // namespace kalends

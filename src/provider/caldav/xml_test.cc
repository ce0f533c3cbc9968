// Answers as servers write them, and as they break them.
#include "provider/caldav/xml.h"

#include <gtest/gtest.h>

#include "provider/caldav/scripted_http.h"

namespace kalends::provider {
namespace {

TEST(Xml, ResolvesNamespacesHoweverTheyAreSpelled) {
  for (const char* text : {R"(<D:multistatus xmlns:D="DAV:"><D:sync-token>t</D:sync-token></D:multistatus>)",
                           R"(<multistatus xmlns="DAV:"><sync-token>t</sync-token></multistatus>)",
                           R"(<x:multistatus xmlns:x="DAV:"><y:sync-token xmlns:y="DAV:"> t
</y:sync-token></x:multistatus>)"}) {
    const auto status = parse_multistatus(text);
    ASSERT_TRUE(status) << text;
    EXPECT_EQ(status->sync_token, "t");
  }
  EXPECT_FALSE(parse_multistatus("<multistatus><sync-token>t</sync-token></multistatus>"))
      << "no namespace, no DAV";
  const auto root = parse_xml(R"(<a xmlns="one"><b xmlns="two"/><c/></a>)");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->children[0].name, "{two}b");
  EXPECT_EQ(root->children[1].name, "{one}c");
}

TEST(Xml, ReadsPropstatsAndStatuses) {
  const auto status = parse_multistatus(
      multistatus(response("/a.ics", "<d:getetag>\"1\"</d:getetag>") + bare("/b.ics", "404 Not Found") +
                  "<d:response><d:href>/c.ics</d:href><d:propstat><d:prop><d:getetag/></"
                  "d:prop><d:status>HTTP/1.1 404 Not "
                  "Found</d:status></d:propstat></d:response>"));
  ASSERT_TRUE(status);
  ASSERT_EQ(status->responses.size(), 3u);
  EXPECT_EQ(status->responses[0].property("{DAV:}getetag")->text, "\"1\"");
  EXPECT_EQ(status->responses[1].status, 404);
  EXPECT_EQ(status->responses[2].property("{DAV:}getetag"), nullptr)
      << "a property that is not there has no value";
}

TEST(Xml, KeepsCalendarDataAsItStood) {
  const auto root = parse_xml("<a>BEGIN:X\r\nS:1 &lt; 2 &amp; 3&#13;\n  folded\r\n</a>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->text, "BEGIN:X\r\nS:1 < 2 & 3\r\n  folded\r\n");
  EXPECT_EQ(parse_xml("<a><![CDATA[x & y]]></a>")->text, "x & y");
}

TEST(Xml, HalfAnAnswerIsNoAnswer) {
  const std::string whole = multistatus(response("/a.ics", "<d:getetag>\"1\"</d:getetag>"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_multistatus(whole.substr(0, size))) << size;
  for (const char* text : {"", "   ", "hello", "<html><body>Welcome</body></html>", "{\"a\":1}",
                           R"(<d:multistatus xmlns:d="DAV:"><d:response/></d:multistatus>)"})
    EXPECT_FALSE(parse_multistatus(text)) << text;
}

TEST(Xml, APageIsToldAsOne) {
  EXPECT_EQ(parse_multistatus("<html><body>Welcome</body></html>").error().message,
            "the server answered with <html> where a multistatus was due");
}

TEST(Xml, IsBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  EXPECT_FALSE(parse_xml(deep));
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i <= depth; ++i) text += "<a>";
    for (int i = 0; i <= depth; ++i) text += "</a>";
    return parse_xml(text);
  };
  EXPECT_TRUE(nested(kMaxXmlDepth));
  ASSERT_FALSE(nested(kMaxXmlDepth + 1));
  EXPECT_EQ(nested(kMaxXmlDepth + 1).error().message,
            "the server's XML can't be read at line 1, column 197: it is nested too deeply");
  const auto declaring = [](std::size_t prefixes) {
    std::string text = "<a";
    for (std::size_t i = 0; i < prefixes; ++i) text += " xmlns:p" + std::to_string(i) + "='u'";
    return parse_xml(text + "/>");
  };
  EXPECT_TRUE(declaring(kMaxXmlPrefixes));
  ASSERT_FALSE(declaring(kMaxXmlPrefixes + 1));
  EXPECT_NE(declaring(kMaxXmlPrefixes + 1).error().message.find("line 1"), std::string::npos);
  const auto wide = [](std::size_t elements) {
    std::string text = "<a>";
    for (std::size_t i = 1; i < elements; ++i) text += "<b/>";
    return parse_xml(text + "</a>");
  };
  EXPECT_TRUE(wide(kMaxXmlElements));
  EXPECT_FALSE(wide(kMaxXmlElements + 1));
  const std::string bomb = R"(<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>)";
  if (const auto root = parse_xml(bomb)) EXPECT_EQ(root->text, "&y;") << "entities are never expanded";
}

TEST(Xml, FindsConditions) {
  EXPECT_TRUE(names_condition(R"(<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>)",
                              "{DAV:}valid-sync-token"));
  EXPECT_FALSE(names_condition("valid-sync-token", "{DAV:}valid-sync-token"));
  EXPECT_EQ(escape_xml("a<b&\"c\">"), "a&lt;b&amp;&quot;c&quot;&gt;");
}

}  // namespace
}  // namespace kalends::provider

// Addresses: normal form, resolution, and who may see a password.
#include "provider/caldav/url.h"

#include <gtest/gtest.h>

namespace kalends::provider {
namespace {

DavUrl url(const char* text) {
  auto parsed = parse_dav_url(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : DavUrl{};
}

TEST(DavUrl, ReadsAndPrints) {
  EXPECT_EQ(url("https://Cal.Example.ORG").text(), "https://cal.example.org/");
  EXPECT_EQ(url("http://127.0.0.1:5232/alice/%61%2fb").text(), "http://127.0.0.1:5232/alice/a%2Fb");
  EXPECT_EQ(url("https://h:443/x?y=1#z").text(), "https://h/x?y=1");
  EXPECT_EQ(url("http://[::1]:80/").origin(), "http://[::1]");
}

TEST(DavUrl, RefusesWhatIsNone) {
  for (const char* text : {"", "ftp://h/", "h/path", "http://", "http://h:0/", "http://h:70000/",
                           "http://a:b@h/", "http://h/a b", "http://h/\n", "http://h:x/"})
    EXPECT_FALSE(parse_dav_url(text)) << text;
}

TEST(DavUrl, OneNormalFormPerPath) {
  EXPECT_EQ(normal_path("/a%40b/%7Euser/x%20y.ics"), "/a@b/~user/x%20y.ics");
  EXPECT_EQ(normal_path("/a@b/~user/x y.ics"), "/a@b/~user/x%20y.ics");
  EXPECT_EQ(normal_path("/caf\xC3\xA9"), "/caf%C3%A9");
  EXPECT_EQ(normal_path("/caf%c3%a9"), "/caf%C3%A9");
  EXPECT_EQ(normal_path("/50%"), "/50%25");
  EXPECT_EQ(normal_path("/a%2Fb%25"), "/a%2Fb%25") << "an encoded slash is no separator";
  EXPECT_EQ(normal_path(normal_path("/x%zz%")), normal_path("/x%zz%"));
  EXPECT_TRUE(same_collection("/a/b", "/a/b/"));
}

TEST(DavUrl, ResolvesReferences) {
  const DavUrl base = url("https://h:8443/dav/cal/");
  EXPECT_EQ(resolve(base, "/dav/cal/a.ics")->text(), "https://h:8443/dav/cal/a.ics");
  EXPECT_EQ(resolve(base, " a.ics ")->text(), "https://h:8443/dav/cal/a.ics");
  EXPECT_EQ(resolve(base, "https://p42.h/x/")->text(), "https://p42.h/x/");
  EXPECT_EQ(resolve(base, "//other/x")->text(), "https://other/x");
  EXPECT_EQ(resolve(base, "/x/http://y")->path, "/x/http://y");
  EXPECT_FALSE(resolve(base, ""));
  EXPECT_FALSE(resolve(base, "javascript://x"));
}

TEST(Credentials, StayWithTheirSite) {
  const auto may = [](const char* from, const char* to) { return may_see_credentials(url(from), url(to)); };
  EXPECT_TRUE(may("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/"));
  EXPECT_TRUE(may("https://icloud.com/", "https://p42-caldav.icloud.com/"));
  EXPECT_TRUE(may("http://h/", "https://h/"));
  EXPECT_TRUE(may("http://127.0.0.1:1/", "http://127.0.0.2:2/"));
  EXPECT_FALSE(may("https://h.example.org/", "http://h.example.org/")) << "never without TLS again";
  EXPECT_FALSE(may("https://caldav.icloud.com/", "https://caldav.icloud.com.evil.org/"));
  EXPECT_FALSE(may("https://caldav.icloud.com/", "https://evilicloud.com/"));
  EXPECT_FALSE(may("https://example.org/", "https://example.net/"));
  EXPECT_FALSE(may("https://example.co.uk/", "https://other.co.uk/"));
  EXPECT_FALSE(may("https://[2001:db8::1]/", "https://[2001:db8::2]/"));
  EXPECT_FALSE(may("http://h/", "http://h:8080/"));
  EXPECT_FALSE(may("https://h.org/", "http://127.0.0.1/"));
}

}  // namespace
}  // namespace kalends::provider

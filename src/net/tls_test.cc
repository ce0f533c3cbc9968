// The client against a TLS server that nobody vouches for: it must not hear a byte of the request, least of all a password.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"
#include "net/curl_http.h"

namespace kalends::net {
namespace {

constexpr long kDay = 86'400;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// Signed by itself.
std::unique_ptr<X509, FreeCertificate> certificate_of(EVP_PKEY* key) {
  std::unique_ptr<X509, FreeCertificate> out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), kDay);
  X509_set_pubkey(out.get(), key);
  X509_NAME* name = X509_get_subject_name(out.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("127.0.0.1"),
                             -1, -1, 0);
  X509_set_issuer_name(out.get(), name);
  KALENDS_CHECK(X509_sign(out.get(), key, EVP_sha256()) > 0);
  return out;
}

// Serves one connection.
class Impostor {
 public:
  Impostor() : key_(EVP_EC_gen("P-256")), context_(SSL_CTX_new(TLS_server_method())) {
    const auto certificate = certificate_of(key_.get());
    KALENDS_CHECK(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1);
    KALENDS_CHECK(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    KALENDS_CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    KALENDS_CHECK(::listen(socket_, 1) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Impostor() { end(); }
  void end() {
    ::shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/calendar/"; }
  bool met() const { return met_; }                    // after end()
  const std::string& heard() const { return heard_; }  // after end()

 private:
  void serve() {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection < 0) return;
    met_ = true;
    SSL* tls = SSL_new(context_.get());
    SSL_set_fd(tls, connection);
    // In TLS 1.3 the server's side of the handshake may end well before the client has judged the certificate.
    if (SSL_accept(tls) == 1) {
      char buffer[4096];
      for (int got = 0; (got = SSL_read(tls, buffer, sizeof buffer)) > 0;)
        heard_.append(buffer, static_cast<std::size_t>(got));
    }
    SSL_free(tls);
    ::close(connection);
  }

  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  int socket_ = -1;
  int port_ = 0;
  bool met_ = false;
  std::string heard_;
  std::thread thread_;
};

TEST(CurlHttp, AServerThatNobodyVouchesForHearsNothing) {
  Impostor impostor;
  CurlHttp http;
  ports::HttpRequest request;
  request.method = "PUT";
  request.url = impostor.url();
  request.body = "BEGIN:VCALENDAR";
  request.credentials = {ports::Credentials::Scheme::bearer, "", "token"};
  const auto answer = http.send(request);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, testing::HasSubstr("no trusted TLS connection to 127.0.0.1"));
  impostor.end();
  EXPECT_TRUE(impostor.met());
  EXPECT_EQ(impostor.heard(), "");
}

}  // namespace
}  // namespace kalends::net

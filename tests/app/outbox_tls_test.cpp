#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "app/webhook_sender.hpp"

namespace gongkai::app::testing {

namespace {

template <auto Free>
struct With {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, With<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, With<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, With<SSL_CTX_free>>;

// Says that it is 127.0.0.1, and nobody vouches for it.
Context self_signed() {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate(X509_new());
    X509* x509 = certificate.get();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3'600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_set_pubkey(x509, key.get());
    X509_sign(x509, key.get(), EVP_sha256());
    Context context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), x509);
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    return context;
}

// Takes one connection, and notes whether it was told anything.
class TlsReceiver {
  public:
    TlsReceiver() : context_(self_signed()), listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listening_, plain, size) == 0);
        REQUIRE(::listen(listening_, 1) == 0);
        REQUIRE(::getsockname(listening_, plain, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~TlsReceiver() {
        join();
        ::close(listening_);
    }
    TlsReceiver(const TlsReceiver&) = delete;
    TlsReceiver& operator=(const TlsReceiver&) = delete;

    std::uint16_t port() const { return port_; }
    bool was_told() {
        join();
        return told_;
    }

  private:
    void serve() {
        const int socket = ::accept(listening_, nullptr, nullptr);
        const std::unique_ptr<SSL, With<SSL_free>> ssl(SSL_new(context_.get()));
        SSL_set_fd(ssl.get(), socket);
        char byte = 0;
        if (SSL_accept(ssl.get()) == 1) told_ = SSL_read(ssl.get(), &byte, 1) == 1;
        ::close(socket);
    }
    void join() {
        ::shutdown(listening_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
    }

    Context context_;
    int listening_;
    std::uint16_t port_ = 0;
    bool told_ = false;
    std::thread thread_;
};

}  // namespace

TEST_CASE("outbox: a receiver whose certificate nobody vouches for is told nothing") {
    TlsReceiver receiver;
    WebhookSender sender(TargetRules::parse({"127.0.0.1"}).value(), {10'000, 30'000});
    sender.send({7, "https://127.0.0.1:" + std::to_string(receiver.port()) + "/hook", {}, "{}"});
    std::vector<WebhookSender::Answer> answers;
    while (answers.empty())
        answers = sender.turn(1'000);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].tag == 7);
    CHECK(answers[0].status == 0);
    CHECK_THAT(answers[0].failure, Catch::Contains("certificate"));
    CHECK_FALSE(receiver.was_told());
}

}  // namespace gongkai::app::testing

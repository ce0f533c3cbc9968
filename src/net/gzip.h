// gzip (RFC 1952), for answers to clients that take it.
#pragma once

#include <string>
#include <string_view>

namespace kalends::net {

std::string gzip(std::string_view bytes);

}  // namespace kalends::net

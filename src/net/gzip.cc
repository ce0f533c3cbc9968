#include "net/gzip.h"

#include <zlib.h>

#include "base/error.h"

namespace kalends::net {

std::string gzip(std::string_view bytes) {
  constexpr int kWindow = 15;
  constexpr int kGzip = 16;  // added to the window: a gzip header instead of zlib's
  constexpr int kMemory = 8;
  z_stream stream{};
  KALENDS_CHECK(
      deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kWindow + kGzip, kMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  KALENDS_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace kalends::net

// HTTP requests and answers as parts of a multipart/mixed body (RFC 2046 section 5.1), each of type application/http.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/http.h"

namespace kalends::lab {

struct RequestPart {
  std::string content_id;  // with its angle brackets, as it stood; "" without one
  ports::HttpRequest request;
};

// The requests in `body`; nothing when it has no such boundary, or a part that is no request.
std::optional<std::vector<RequestPart>> read_parts(std::string_view content_type, std::string_view body);

// "<response-ID>" for "<ID>", as answers name the part they belong to.
std::string answer_id(std::string_view content_id);

// One part for each answer, in that order.
std::string write_parts(std::string_view boundary,
                        const std::vector<std::pair<std::string, ports::HttpResponse>>& answers);

}  // namespace kalends::lab

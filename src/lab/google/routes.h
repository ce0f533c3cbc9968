// From an HTTP request to the method that it calls: who calls, what is asked, and whether they may.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

ports::HttpResponse answer(Service& service, const ports::HttpRequest& request);

}  // namespace kalends::lab::google

// The habits that the real service may have, in the combinations under which the connector is tested.
#pragma once

#include <vector>

#include "lab/google/habits.h"

namespace kalends::lab {

struct Way {
  const char* name;
  google::Habits habits;
};

inline std::vector<Way> ways() {
  google::Habits pages;
  pages.page_cap = 2;
  pages.short_page_percent = 30;
  pages.empty_page_percent = 30;
  google::Habits bare;
  bare.bare_cancellations = true;
  google::Habits apart;
  apart.exceptions_follow = false;
  apart.strays_stay = false;
  apart.deleted_id_revives = false;
  return {{"usual", {}}, {"odd_pages", pages}, {"bare_cancellations", bare}, {"apart", apart}};
}

}  // namespace kalends::lab

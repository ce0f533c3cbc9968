#include "sync/decide.h"

namespace kalends::sync {

const char* to_string(Move move) {
  switch (move) {
    case Move::keep: return "keep";
    case Move::pull: return "pull";
    case Move::drift: return "drift";
    case Move::push: return "push";
    case Move::advance: return "advance";
    case Move::overrule: return "overrule";
    case Move::clash: return "clash";
  }
  return "keep";
}

}  // namespace kalends::sync

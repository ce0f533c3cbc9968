// The program's door: everything behind it is in app/run.h.
#include "app/run.h"

// Read by jemalloc where the program is linked with it: memory that was given back goes to the system soon, since a
// first sync's reading and its writing need theirs one after the other.
extern "C" const char* const malloc_conf = "narenas:2,dirty_decay_ms:500,muzzy_decay_ms:0";

int main(int argc, char** argv) { return kalends::app::run(argc, argv); }

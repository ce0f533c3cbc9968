// The program's door: everything behind it is in app/run.h.
#include "app/run.h"

int main(int argc, char** argv) { return kalends::app::run(argc, argv); }

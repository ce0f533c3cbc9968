// The program's door: everything behind it is in app/run.h.
#include <cstdio>

int main() { return 2; }

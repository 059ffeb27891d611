// Interval(1, 100) would be [1, 100] to one reader and 1 at 100 bits to another.
#include <lojacert/enclosure/interval.hpp>

using lojacert::Bits;
using lojacert::Interval;

Interval one() {
#ifdef MISUSE
  return Interval(1, 100);
#else
  return Interval::exact(1L, Bits{100});
#endif
}

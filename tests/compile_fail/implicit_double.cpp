// 0.1 is no decimal tenth: a double becomes an enclosure only where the call says exact.
#include <lojacert/enclosure/interval.hpp>

using lojacert::Bits;
using lojacert::Interval;

Interval enclosure(double value) {
#ifdef MISUSE
  return value;
#else
  return Interval::exact(value, Bits{64});
#endif
}

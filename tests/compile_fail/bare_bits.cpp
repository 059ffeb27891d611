// A number of bits is not a value; the constructor that takes one is private.
#include <lojacert/enclosure/interval.hpp>

using lojacert::Bits;
using lojacert::Interval;

Interval zero() {
#ifdef MISUSE
  return Interval(Bits{64});
#else
  return Interval::zero(Bits{64});
#endif
}

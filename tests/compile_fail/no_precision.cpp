// There is no default precision.
#include <lojacert/enclosure/interval.hpp>

using lojacert::Bits;
using lojacert::Interval;

Interval zero() {
#ifdef MISUSE
  return Interval{};
#else
  return Interval::zero(Bits{64});
#endif
}

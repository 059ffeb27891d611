// a += 0.1 does not say whether 0.1 means the double or the decimal.
#include <lojacert/enclosure/interval.hpp>

using lojacert::Interval;

Interval shifted(Interval a) {
#ifdef MISUSE
  return a += 0.1;
#else
  return a += Interval::exact(0.1, a.precision());
#endif
}

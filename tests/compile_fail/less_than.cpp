// Two enclosures that overlap are in no order: comparison names its certainty.
#include <lojacert/enclosure/interval.hpp>

bool before(const lojacert::Interval& a, const lojacert::Interval& b) {
#ifdef MISUSE
  return a < b;
#else
  return certainly_less(a, b);
#endif
}

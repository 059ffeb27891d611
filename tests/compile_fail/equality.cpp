// Equal end points do not make two enclosed numbers equal.
#include <lojacert/enclosure/interval.hpp>

bool same(const lojacert::Interval& a, const lojacert::Interval& b) {
#ifdef MISUSE
  return a == b;
#else
  return a.is_point() && b.is_point() && a.inf() == b.inf();
#endif
}

// Whether an enclosed number is zero has three answers.
#include <lojacert/enclosure/interval.hpp>

int nonzero(const lojacert::Interval& a) {
#ifdef MISUSE
  return a ? 1 : 0;
#else
  return a.contains_zero() ? 0 : 1;
#endif
}

// An enclosure has a precision, and a rational has none to give it.
#include <lojacert/enclosure/interval.hpp>

using lojacert::Bits;
using lojacert::Interval;

Interval enclosure(const lojacert::Rational& value) {
#ifdef MISUSE
  return value;
#else
  return Interval::from(value, Bits{64});
#endif
}

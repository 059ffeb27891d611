#pragma once
// Multiple-precision floats for the search. They round to nearest and enclose nothing.

#include <lojacert/exact/rational.hpp>

#include <boost/multiprecision/mpfr.hpp>

namespace lojacert::search {

/// A binary float whose precision is that of the WorkingBits in force where it was made.
using Real = boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<0>,
                                           boost::multiprecision::et_off>;

/// While it lives, new Reals carry at least `bits` bits. Boost keeps the precision of new values for the
/// whole process, so one thread at a time may search in Reals.
class WorkingBits {
 public:
  explicit WorkingBits(unsigned bits);
  ~WorkingBits();
  WorkingBits(const WorkingBits&) = delete;
  WorkingBits& operator=(const WorkingBits&) = delete;

 private:
  unsigned digits_before_;
};

/// The S nearest to a rational: double, long double, or a Real at the working precision.
template <class S>
[[nodiscard]] S nearest(const Rational& value);

/// The exact value of a finite S.
[[nodiscard]] Rational exact_value(double value);
[[nodiscard]] Rational exact_value(long double value);
[[nodiscard]] Rational exact_value(const Real& value);

/// The dyadic rational with `bits` significant bits next to `value`.
[[nodiscard]] Rational rounded_to_bits(const Rational& value, unsigned bits);

/// pi as an S.
template <class S>
[[nodiscard]] S pi();

}  // namespace lojacert::search

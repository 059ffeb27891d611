#pragma once
// The definition of the loss and its gradient in the plane, integrated exactly: no kernel formula anywhere.

#include <lojacert/network/instance.hpp>

#include <boost/multiprecision/mpfr.hpp>

#include <vector>

namespace lojacert::test {

/// 400 bits and more, as a reference to compare enclosures with.
using Reference = boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<130>>;

[[nodiscard]] Reference reference(const Rational& value);

struct Definition {
  Reference loss;
  std::vector<Reference> gradient;  ///< m x 2, in row order; zero rows for zero students
};

/// For d = 2: x = r (cos phi, sin phi) with E r^2 = 2 and phi uniform. R is A cos phi + B sin phi on every
/// arc between the kinks, so E R^2, E R sigma'(w.x) x and (for relu+linear) the best linear term E R x are
/// sums of elementary integrals.
[[nodiscard]] Definition integrate_over_circle(const Instance& instance);

}  // namespace lojacert::test

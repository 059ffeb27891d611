#pragma once
// Exact numbers: the ground on which instances stand.

#include <boost/multiprecision/gmp.hpp>

namespace lojacert {

using Integer = boost::multiprecision::number<boost::multiprecision::gmp_int, boost::multiprecision::et_off>;
using Rational =
    boost::multiprecision::number<boost::multiprecision::gmp_rational, boost::multiprecision::et_off>;

/// A closed interval with rational ends, lo <= hi. A point has lo == hi.
struct RationalInterval {
  Rational lo;
  Rational hi;
  [[nodiscard]] bool is_point() const { return lo == hi; }
  friend bool operator==(const RationalInterval&, const RationalInterval&) = default;
};

}  // namespace lojacert

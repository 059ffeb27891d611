#include "enclosures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bench {

double Enclosure::relative_width() const {
  const double least = std::min(std::abs(lower), std::abs(upper));
  const bool contains_zero = !(lower > 0 || upper < 0);
  return contains_zero ? std::numeric_limits<double>::infinity() : (upper - lower) / least;
}

bool Enclosures::are_narrow(double relative_width) const {
  return loss.relative_width() <= relative_width &&
         (partials.empty() || gradient_norm.relative_width() <= relative_width);
}

}  // namespace bench

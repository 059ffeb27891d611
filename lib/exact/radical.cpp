#include <lojacert/exact/radical.hpp>

#include <vector>

namespace lojacert {

bool is_square(const Integer& value, Integer& root) {
  if (value < 0 || mpz_perfect_square_p(value.backend().data()) == 0) return false;
  root = boost::multiprecision::sqrt(value);
  return true;
}

bool sum_is_zero(std::span<const Radical> radicals) {
  std::vector<Radical> classes;  // one representative radicand each, with the class's sum as its coefficient
  for (const Radical& radical : radicals) {
    if (radical.coefficient == 0) continue;
    bool found = false;
    for (Radical& representative : classes) {
      // sqrt(a) = root / b * sqrt(b) where a b = root^2.
      Integer root;
      if (!is_square(radical.radicand * representative.radicand, root)) continue;
      representative.coefficient += radical.coefficient * Rational(root, representative.radicand);
      found = true;
      break;
    }
    if (!found) classes.push_back(radical);
  }
  for (const Radical& representative : classes) {
    if (representative.coefficient != 0) return false;
  }
  return true;
}

}  // namespace lojacert

// Bounds of the smallest eigenvalue: against exact pivots over the rational numbers, and where spectra are
// known.

#include <lojacert/exact/number.hpp>
#include <lojacert/exact/rational.hpp>
#include <lojacert/linalg/eigenvalue_bounds.hpp>
#include <lojacert/linalg/lanczos.hpp>
#include <lojacert/linalg/positive_pivots.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cfenv>
#include <cmath>
#include <limits>
#include <vector>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

using namespace lojacert;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

using Exact = std::vector<std::vector<Rational>>;

enum class Sign { indefinite, semidefinite, definite };

/// Of A - shift I, by exact LDL^T: a zero pivot is allowed where its column is 0.
Sign sign_of(Exact a, const Rational& shift) {
  Sign sign = Sign::definite;
  for (std::size_t j = 0; j < a.size(); ++j) a[j][j] -= shift;
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (a[j][j] < 0) return Sign::indefinite;
    if (a[j][j] == 0) {
      sign = Sign::semidefinite;
      for (std::size_t i = j + 1; i < a.size(); ++i) {
        if (a[i][j] != 0) return Sign::indefinite;
      }
      continue;
    }
    for (std::size_t i = j + 1; i < a.size(); ++i) {
      const Rational factor = a[i][j] / a[j][j];
      for (std::size_t k = j + 1; k <= i; ++k) a[i][k] -= factor * a[k][j];
    }
  }
  return sign;
}

Exact exact_matrix(const SymmetricBalls& balls) {
  Exact a(balls.size, std::vector<Rational>(balls.size));
  for (std::size_t i = 0; i < balls.size; ++i) {
    for (std::size_t k = 0; k < balls.size; ++k) a[i][k] = exact(balls.mid[i * balls.size + k]);
  }
  return a;
}

bool is_lower_bound(double bound, const Exact& a) {
  return bound == -infinity || (std::isfinite(bound) && sign_of(a, exact(bound)) != Sign::indefinite);
}

bool is_upper_bound(double bound, const Exact& a) {
  return bound == infinity || (std::isfinite(bound) && sign_of(a, exact(bound)) != Sign::definite);
}

SymmetricBalls matrix(const std::vector<std::vector<double>>& rows) {
  SymmetricBalls result{rows.size(), {}, {}};
  for (const auto& row : rows) result.mid.insert(result.mid.end(), row.begin(), row.end());
  return result;
}

template <class Entry>
SymmetricBalls symmetric_matrix(std::size_t size, const Entry& entry) {
  SymmetricBalls result{size, std::vector<double>(size * size), {}};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k <= i; ++k) result.mid[i * size + k] = result.mid[k * size + i] = entry(i, k);
  }
  return result;
}

double norm(const SymmetricBalls& a) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size; ++k) sum += std::fabs(a.mid[i * a.size + k]);
    largest = std::max(largest, sum);
  }
  return largest;
}

/// Small integers times powers of 2: any signs, or B B^T with a B that is often singular; sometimes with a
/// diagonal shift that makes it nearly so, with rows of very different sizes, in blocks, or diagonal.
SymmetricBalls any_matrix(std::size_t most) {
  const auto n = *rc::gen::inRange<std::size_t>(1, most + 1);
  const auto integer = [](int bound) { return static_cast<double>(*rc::gen::inRange(-bound, bound + 1)); };
  std::vector<double> b(n * n);
  const int size = *rc::gen::element(1, 3, 1000, 1 << 20);
  for (double& entry : b) entry = integer(size);
  const int kind = *rc::gen::inRange(0, 4);
  SymmetricBalls a = symmetric_matrix(n, [&](std::size_t i, std::size_t k) {
    if (kind == 0) return b[i * n + k];
    if (kind == 1) return i == k ? b[i * n + k] : 0.0;
    double sum = 0;
    for (std::size_t l = 0; l < n; ++l) sum += b[i * n + l] * b[k * n + l];
    return kind == 2 || i / 2 == k / 2 ? sum : 0.0;
  });
  if (*rc::gen::inRange(0, 2) == 0) {
    const double shift = std::ldexp(integer(8), *rc::gen::inRange(-60, 1));
    for (std::size_t k = 0; k < n; ++k) a.mid[k * (n + 1)] += shift;
  }
  const int range = *rc::gen::element(0, 0, 3, 40, 500);
  const int centre = *rc::gen::element(0, 0, 0, -500, 400);
  std::vector<int> scale;
  for (std::size_t k = 0; k < n; ++k)
    scale.push_back(centre / 2 + *rc::gen::inRange(-range / 2, range / 2 + 1));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) a.mid[i * n + k] = std::ldexp(a.mid[i * n + k], scale[i] + scale[k]);
  }
  return a;
}

/// Of the tridiagonal matrix with 2 on its diagonal and -1 beside it: 4 sin^2(pi / (2 (n + 1))).
Interval smallest_of_tridiagonal(std::size_t n) {
  constexpr Bits bits{320};
  const Interval angle = Interval::pi(bits) / Interval::exact(static_cast<long>(2 * (n + 1)), bits);
  return Interval::exact(4L, bits) * sqr(sin(angle));
}

SymmetricBalls tridiagonal(std::size_t n) {
  return symmetric_matrix(n, [](std::size_t i, std::size_t k) {
    return i == k ? 2.0 : i == k + 1 ? -1.0 : 0.0;
  });
}

}  // namespace

TEST_CASE("bounds are bounds, by exact arithmetic") {
  CHECK(rc::check("of random matrices", [] {
    const SymmetricBalls balls = any_matrix(6);
    const Exact a = exact_matrix(balls);
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(balls);
    RC_ASSERT(is_lower_bound(bounds.lower, a));
    RC_ASSERT(is_upper_bound(bounds.upper, a));
    // Squares must neither overflow nor underflow for the candidate to be good.
    if (norm(balls) < 1e140 && norm(balls) > 1e-140)
      RC_ASSERT(bounds.upper - bounds.lower <= 100 * epsilon * norm(balls));
  }));
}

TEST_CASE("a shift is certified only below the smallest eigenvalue") {
  CHECK(rc::check("shifts near it", [] {
    const SymmetricBalls balls = any_matrix(5);
    const Exact a = exact_matrix(balls);
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(balls);
    const double width = bounds.upper - bounds.lower;
    const double shift = bounds.upper + *rc::gen::element(-2.0, -1.0, -0.5, -0.01, 0.0, 0.01, 1.0) * width;
    if (const auto lower = smallest_eigenvalue_lower(balls, shift)) {
      RC_ASSERT(*lower < shift);
      RC_ASSERT(is_lower_bound(*lower, a));
    }
  }));
}

TEST_CASE("any vector gives an upper bound") {
  CHECK(rc::check("random vectors", [] {
    const SymmetricBalls balls = any_matrix(5);
    std::vector<double> x;
    for (std::size_t k = 0; k < balls.size; ++k)
      x.push_back(
          std::ldexp(static_cast<double>(*rc::gen::inRange(-9, 10)), *rc::gen::element(0, 0, -530, 200)));
    RC_ASSERT(is_upper_bound(smallest_eigenvalue_upper(balls, x), exact_matrix(balls)));
  }));
  const SymmetricBalls balls = matrix({{2, 1}, {1, 2}});
  const std::vector<double> zero{0, 0};
  const std::vector<double> nan{1, std::nan("")};
  const std::vector<double> longer{1, 0, 0};
  CHECK(smallest_eigenvalue_upper(balls, zero) == infinity);
  CHECK(smallest_eigenvalue_upper(balls, nan) == infinity);
  CHECK_THROWS_AS(smallest_eigenvalue_upper(balls, longer), std::invalid_argument);
}

TEST_CASE("radii: every vertex of the balls lies within the bounds") {
  CHECK(rc::check("all signs", [] {
    SymmetricBalls balls = any_matrix(3);
    const std::size_t n = balls.size;
    balls.rad.assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k <= i; ++k) {
        const double share = *rc::gen::element(0.0, 1e-17, 1e-9, 0.1, 2.0);
        balls.rad[i * n + k] = balls.rad[k * n + i] = share * (1 + std::fabs(balls.mid[i * n + k]));
      }
    }
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(balls);
    const auto lower = smallest_eigenvalue_lower(balls, bounds.upper - norm(balls));
    for (unsigned signs = 0; signs < 1U << (n * (n + 1) / 2); ++signs) {
      Exact member = exact_matrix(balls);
      unsigned bit = signs;
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k <= i; ++k, bit >>= 1U) {
          const Rational rad = exact(balls.rad[i * n + k]);
          member[i][k] += (bit & 1U) != 0 ? rad : Rational(-rad);
          member[k][i] = member[i][k];
        }
      }
      RC_ASSERT(is_lower_bound(bounds.lower, member));
      RC_ASSERT(is_upper_bound(bounds.upper, member));
      if (lower) RC_ASSERT(is_lower_bound(*lower, member));
    }
  }));
}

TEST_CASE("known spectra, to about n u times the norm") {
  for (const std::size_t n : {1U, 2U, 3U, 10U, 31U, 32U, 33U, 100U, 255U, 300U}) {
    CAPTURE(n);
    const Interval truth = smallest_of_tridiagonal(n);
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(tridiagonal(n));
    CHECK(exact(bounds.lower) <= truth.inf());
    CHECK(exact(bounds.upper) >= truth.sup());
    CHECK(bounds.upper - bounds.lower <= 20 * static_cast<double>(n) * epsilon);
    // The nearest false claim: just above the eigenvalue.
    const auto claimed = smallest_eigenvalue_lower(tridiagonal(n), std::nextafter(bounds.upper, infinity));
    if (claimed) CHECK(exact(*claimed) <= truth.inf());
    CHECK_FALSE(smallest_eigenvalue_lower(tridiagonal(n), bounds.upper + 1e-9));
  }
  for (const std::size_t n : {2U, 50U, 200U}) {  // I + J: 1, and n + 1 once
    CAPTURE(n);
    const SymmetricBalls a =
        symmetric_matrix(n, [](std::size_t i, std::size_t k) { return i == k ? 2.0 : 1.0; });
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(a);
    CHECK(bounds.lower <= 1);
    CHECK(bounds.upper >= 1);
    CHECK(bounds.upper - bounds.lower <= 10 * static_cast<double>(n * n) * epsilon);
    const auto claimed = smallest_eigenvalue_lower(a, std::nextafter(1.0, 2.0));
    if (claimed) CHECK(*claimed <= 1);
    SymmetricBalls indefinite = a;
    for (double& entry : indefinite.mid) entry = -entry;  // -1 - n
    const EigenvalueBounds below = smallest_eigenvalue_bounds(indefinite);
    CHECK(below.lower <= -1 - static_cast<double>(n));
    CHECK(below.upper >= -1 - static_cast<double>(n));
    CHECK(below.upper - below.lower <= 10 * static_cast<double>(n * n) * epsilon);
  }
}

TEST_CASE("a large matrix with radii") {
  constexpr std::size_t n = 500;
  constexpr double radius = 1e-12;
  SymmetricBalls a = tridiagonal(n);
  for (std::size_t k = 0; k < n; ++k) a.mid[k * (n + 1)] = 3;
  a.rad.assign(n * n, radius);
  const Interval truth = smallest_of_tridiagonal(n) + Interval::exact(1L, Bits{192});
  const EigenvalueBounds bounds = smallest_eigenvalue_bounds(a);
  const Rational spread = exact(radius) * 500;  // of the member mid - rad, at most; about 4/5 of it
  CHECK(exact(bounds.lower) <= truth.inf() - spread / 2);
  CHECK(exact(bounds.upper) >= truth.sup() + spread / 2);
  CHECK(exact(bounds.lower) >= truth.inf() - spread * 2);
  CHECK(exact(bounds.upper) <= truth.sup() + spread * 2);
}

TEST_CASE("Hilbert's matrix, where nothing of the smallest eigenvalue is left in doubles") {
  for (const std::size_t n : {3U, 6U, 12U, 16U}) {
    CAPTURE(n);
    const SymmetricBalls a =
        symmetric_matrix(n, [](std::size_t i, std::size_t k) { return 1 / static_cast<double>(i + k + 1); });
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(a);
    CHECK(is_lower_bound(bounds.lower, exact_matrix(a)));
    CHECK(is_upper_bound(bounds.upper, exact_matrix(a)));
    CHECK(bounds.upper - bounds.lower <= 20 * static_cast<double>(n) * epsilon);
    CHECK((bounds.lower > 0) == (n <= 6));
  }
}

TEST_CASE("matrices of one entry, of none, and of zeros") {
  for (const double value : {1.0, -3.5, 1e-310, -1e-310, 1e300, -1e300}) {
    CAPTURE(value);
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(matrix({{value}}));
    CHECK(bounds.lower <= value);
    CHECK(value <= bounds.upper);
    CHECK(bounds.upper - bounds.lower <= 10 * epsilon * std::fabs(value) + 1e-288);
  }
  const EigenvalueBounds of_none = smallest_eigenvalue_bounds({});
  CHECK(of_none.lower == -infinity);
  CHECK(of_none.upper == infinity);
  CHECK_FALSE(smallest_eigenvalue_lower({}, 0));
  const EigenvalueBounds of_zeros = smallest_eigenvalue_bounds(matrix({{0, 0}, {0, 0}}));
  CHECK((of_zeros.lower <= 0 && of_zeros.lower >= -1e-280));
  CHECK((of_zeros.upper >= 0 && of_zeros.upper <= 1e-280));
}

TEST_CASE("what is not finite bounds nothing") {
  const auto knows_nothing = [](const SymmetricBalls& a) {
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(a);
    const std::vector<double> x(a.size, 1.0);
    return bounds.lower == -infinity && bounds.upper == infinity && !smallest_eigenvalue_lower(a, -10) &&
           smallest_eigenvalue_upper(a, x) == infinity;
  };
  for (const double bad : {std::nan(""), infinity, -infinity}) {
    CAPTURE(bad);
    CHECK(knows_nothing(matrix({{bad, 0}, {0, 1}})));
    CHECK(knows_nothing(matrix({{1, bad}, {bad, 1}})));
    CHECK(knows_nothing(matrix({{1, 0}, {0, bad}})));
    CHECK(knows_nothing(matrix({{1, bad}, {0, 1}})));
    CHECK_FALSE(smallest_eigenvalue_lower(matrix({{1}}), bad));
  }
  for (const double bad : {std::nan(""), infinity, -1e-300}) {
    CAPTURE(bad);
    SymmetricBalls a = matrix({{1, 0}, {0, 1}});
    a.rad = {0, 0, 0, bad};
    CHECK(knows_nothing(a));
  }
}

TEST_CASE("overflow on the way is a failure, not a bound") {
  const double huge = 1.7e308;
  for (const SymmetricBalls& a : {matrix({{huge, huge}, {huge, huge}}),
                                  matrix({{huge, -huge, huge}, {-huge, huge, huge}, {huge, huge, huge}}),
                                  matrix({{-huge, 0}, {0, huge}}), matrix({{1e-300, 1e300}, {1e300, 1e300}}),
                                  matrix({{1e-308, 1e150}, {1e150, 1e308}})}) {
    const EigenvalueBounds bounds = smallest_eigenvalue_bounds(a);
    CHECK(is_lower_bound(bounds.lower, exact_matrix(a)));
    CHECK(is_upper_bound(bounds.upper, exact_matrix(a)));
    for (const double shift : {-huge, -1e300, 0.0, 1e-300, huge}) {
      const auto lower = smallest_eigenvalue_lower(a, shift);
      if (lower) CHECK(is_lower_bound(*lower, exact_matrix(a)));
    }
  }
}

TEST_CASE("a matrix of another shape or without symmetry is refused") {
  using Catch::Matchers::Contains;
  const SymmetricBalls asymmetric = matrix({{1, 2}, {2.5, 1}});
  CHECK_THROWS_WITH(smallest_eigenvalue_bounds(asymmetric), Contains("not symmetric"));
  CHECK_THROWS_WITH(smallest_eigenvalue_lower(asymmetric, 0), Contains("not symmetric"));
  SymmetricBalls large = tridiagonal(100);
  large.mid[99] = 1e-9;  // the corner
  CHECK_THROWS_WITH(smallest_eigenvalue_bounds(large), Contains("not symmetric"));
  SymmetricBalls radii = matrix({{1, 0}, {0, 1}});
  radii.rad = {0, 1, 0, 0};
  CHECK_THROWS_WITH(smallest_eigenvalue_bounds(radii), Contains("not symmetric"));
  radii.rad = {0, 1, 0};
  CHECK_THROWS_WITH(smallest_eigenvalue_bounds(radii), Contains("number of entries"));
  CHECK_THROWS_WITH(smallest_eigenvalue_bounds({2, {1, 0, 0}, {}}), Contains("number of entries"));
}

TEST_CASE("another rounding mode is refused, or the bounds stay right") {
  for (const int mode : {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO}) {
    CAPTURE(mode);
    CHECK(rc::check("random matrices", [mode] {
      SymmetricBalls balls = any_matrix(4);
      const std::vector<double> x(balls.size, 1.0);
      std::fesetround(mode);
      const EigenvalueBounds bounds = smallest_eigenvalue_bounds(balls);
      const auto lower = smallest_eigenvalue_lower(balls, -norm(balls) - 1);
      const double upper = smallest_eigenvalue_upper(balls, x);
      std::fesetround(FE_TONEAREST);
      RC_ASSERT_FALSE(lower);
      RC_ASSERT(upper == infinity);
      RC_ASSERT(is_lower_bound(bounds.lower, exact_matrix(balls)));
      RC_ASSERT(is_upper_bound(bounds.upper, exact_matrix(balls)));
    }));
  }
}

#ifdef __SSE2__
TEST_CASE("subnormal numbers taken for 0 are refused") {
  const SymmetricBalls a = matrix({{2, 1}, {1, 2}});
  const unsigned usual = _mm_getcsr();
  _mm_setcsr(usual | 0x8040U);
  const auto lower = smallest_eigenvalue_lower(a, 0.5);
  _mm_setcsr(usual);
  CHECK_FALSE(lower);
  CHECK(smallest_eigenvalue_lower(a, 0.5));
}
#endif

TEST_CASE("balls of enclosures contain them") {
  constexpr Bits bits{192};
  const Interval third = Interval::from(Rational(1, 3), bits);
  const Interval wide = Interval::from(RationalInterval{Rational(-1, 7), Rational(5, 7)}, bits);
  const SymmetricBalls balls = symmetric_balls({{third, wide}, {wide, Interval::exact(1L, bits)}});
  const auto holds = [&](std::size_t at, const Interval& x) {
    return exact(balls.mid[at]) - exact(balls.rad[at]) <= x.inf() &&
           x.sup() <= exact(balls.mid[at]) + exact(balls.rad[at]);
  };
  CHECK((holds(0, third) && holds(1, wide) && holds(2, wide) && holds(3, Interval::exact(1L, bits))));
  CHECK(balls.rad[0] <= 1e-16);
  CHECK(balls.rad[1] <= 0.43);
  const Interval unbounded = third / Interval::zero(bits);
  const EigenvalueBounds bounds = smallest_eigenvalue_bounds(symmetric_balls({{unbounded}}));
  CHECK((bounds.lower == -infinity && bounds.upper == infinity));
}

TEST_CASE("positive pivots say the same, to any number of digits") {
  constexpr Bits bits{256};
  const std::size_t n = 20;
  IntervalMatrix a;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<Interval> row;
    for (std::size_t k = 0; k < n; ++k)
      row.push_back(Interval::exact(i == k ? 2L : i == k + 1 || k == i + 1 ? -1L : 0L, bits));
    a.push_back(std::move(row));
  }
  const Interval truth = smallest_of_tridiagonal(n);
  const Interval found = smallest_eigenvalue(a, bits);
  CHECK(found.inf() <= truth.inf());
  CHECK(found.sup() >= truth.sup());
  CHECK(found.sup() - found.inf() <= truth.sup() * Rational(1, Integer(1) << 180U));
  CHECK(
      has_positive_pivots(a, Interval::from(Rational(truth.inf() * Rational(999999, 1000000)), bits), bits));
  CHECK_FALSE(has_positive_pivots(a, truth.upper_end(), bits));
}

TEST_CASE("a candidate of numbers that are not finite is no harm") {
  const std::vector<double> start{1, 2, 3};
  for (const double bad : {std::nan(""), infinity, 1e308}) {
    const auto apply = [bad](std::span<double> x) {
      for (double& entry : x) entry *= bad;
    };
    CHECK(approximate_top_eigenvector(apply, start, 3).size() == 3);
  }
}

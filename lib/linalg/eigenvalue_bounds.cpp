#include <lojacert/linalg/eigenvalue_bounds.hpp>

#include <lojacert/enclosure/double_interval.hpp>
#include <lojacert/enclosure/vector.hpp>
#include <lojacert/linalg/cholesky.hpp>
#include <lojacert/linalg/lanczos.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>

namespace lojacert {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Entries = Eigen::Map<const Eigen::MatrixXd>;
using Column = Eigen::Map<const Eigen::VectorXd>;

Entries entries(const std::vector<double>& values, std::size_t size) {
  return {values.data(), static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size)};
}

Column column(std::span<const double> x) { return {x.data(), static_cast<Eigen::Index>(x.size())}; }

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

/// By tiles, for the sake of the cache.
bool is_symmetric(const std::vector<double>& values, std::size_t size) {
  constexpr std::size_t tile = 32;
  for (std::size_t left = 0; left < size; left += tile) {
    for (std::size_t top = 0; top <= left; top += tile) {
      for (std::size_t j = left; j < std::min(left + tile, size); ++j) {
        for (std::size_t i = top; i < std::min(top + tile, j); ++i) {
          if (values[i * size + j] != values[j * size + i]) return false;
        }
      }
    }
  }
  return true;
}

/// Whether the numbers say anything; throws where they are not those of a symmetric matrix.
bool is_meaningful(const SymmetricBalls& matrix) {
  const std::size_t count = matrix.size * matrix.size;
  if (matrix.mid.size() != count || !(matrix.rad.empty() || matrix.rad.size() == count))
    throw std::invalid_argument("SymmetricBalls: the number of entries is not the square of the size");
  const auto is_radius = [](double x) { return x >= 0 && std::isfinite(x); };
  if (!all_finite(matrix.mid) || !std::all_of(matrix.rad.begin(), matrix.rad.end(), is_radius)) return false;
  if (!is_symmetric(matrix.mid, matrix.size) ||
      !(matrix.rad.empty() || is_symmetric(matrix.rad, matrix.size)))
    throw std::invalid_argument("SymmetricBalls: the matrix is not symmetric");
  return matrix.size > 0;
}

/// An upper bound of the spectral norm of the radii: the largest sum of a row.
double radius_norm_upper(const SymmetricBalls& matrix) {
  if (matrix.rad.empty()) return 0;
  const double largest = entries(matrix.rad, matrix.size).colwise().sum().maxCoeff();
  return sum_of_products_upper(largest, matrix.size);
}

/// shift less what the factorisation and the radii may hide; nothing where that is not finite.
std::optional<double> lower_bound(const ShiftedCholesky& factor, double radius_norm) {
  const DoubleInterval bound =
      DoubleInterval(factor.shift()) - DoubleInterval(factor.deficit_upper()) - DoubleInterval(radius_norm);
  if (!std::isfinite(bound.inf())) return std::nullopt;
  return bound.inf();
}

struct RayleighQuotient {
  double upper = infinity;                 ///< rigorous, for every member of the balls
  double approximate = 0;                  ///< of the midpoints
  double approximate_residual = infinity;  ///< |A x - q x| / |x|
};

/// [0, bound of a sum of products that was computed] in the worst case of its rounding, symmetric about 0.
DoubleInterval error_of_sum(double sum_of_absolutes, std::size_t roundings, double underflow) {
  const double size = sum_of_products_upper(sum_of_absolutes, roundings);
  const double bound =
      (DoubleInterval(gamma_upper(roundings)) * DoubleInterval(size) + DoubleInterval(underflow)).sup();
  return DoubleInterval::between(-bound, bound);
}

/// docs/numerics/eigenvalues.md, section 4.
RayleighQuotient rayleigh_quotient(const SymmetricBalls& matrix, std::span<const double> vector) {
  const std::size_t n = matrix.size;
  const Column x = column(vector);
  const Eigen::VectorXd size_of_x = x.cwiseAbs();
  const Entries a = entries(matrix.mid, n);
  Eigen::VectorXd image(x.size());
  Eigen::VectorXd size_of_image(x.size());
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    image[k] = a.col(k).dot(x);
    size_of_image[k] = a.col(k).cwiseAbs().dot(size_of_x);
  }
  double spread = 0;  // |x|^T rad |x|
  if (!matrix.rad.empty()) {
    const Entries rad = entries(matrix.rad, n);
    for (Eigen::Index k = 0; k < x.size(); ++k) spread += size_of_x[k] * rad.col(k).dot(size_of_x);
  }
  const double product = x.dot(image);
  const double square = x.squaredNorm();
  // Each product may lose a subnormal number; those inside the image are multiplied by an entry of x.
  const double underflow =
      (DoubleInterval(static_cast<double>(2 * n + 1)) * DoubleInterval(static_cast<double>(n)) *
       DoubleInterval(std::numeric_limits<double>::denorm_min()) *
       (DoubleInterval(1) + DoubleInterval(size_of_x.maxCoeff())))
          .sup();
  const DoubleInterval numerator =
      DoubleInterval(product) + error_of_sum(size_of_x.dot(size_of_image), 2 * n, underflow) +
      DoubleInterval::between(
          0, (DoubleInterval(sum_of_products_upper(spread, 2 * n)) + DoubleInterval(underflow)).sup());
  const DoubleInterval denominator = DoubleInterval(square) + error_of_sum(square, n, underflow);
  RayleighQuotient result;
  result.upper = (numerator / denominator).sup();
  result.approximate = product / square;
  result.approximate_residual = (image - result.approximate * x).stableNorm() / std::sqrt(square);
  return result;
}

/// A direction that no matrix of the project prefers or avoids; always the same.
std::vector<double> arbitrary_vector(std::size_t size) {
  std::mt19937_64 random;  // its default seed
  std::vector<double> x(size);
  for (double& entry : x) entry = std::ldexp(static_cast<double>(random() >> 11U), -53) - 0.5;
  return x;
}

void normalise(std::vector<double>& x) {
  const double length = column(x).stableNorm();
  for (double& entry : x) entry /= length;
}

/// min (a_ii - sum of |a_ik|, k != i) over the members (Gershgorin).
double gershgorin_lower(const SymmetricBalls& matrix) {
  const Entries a = entries(matrix.mid, matrix.size);
  double least = infinity;
  for (Eigen::Index k = 0; k < a.cols(); ++k) {
    const double all = sum_of_products_upper(a.col(k).lpNorm<1>(), matrix.size);
    // The diagonal entry is in the sum as well.
    const DoubleInterval others = DoubleInterval(all) - DoubleInterval(std::fabs(a(k, k)));
    least = std::min(least, (DoubleInterval(a(k, k)) - others).inf());
  }
  return (DoubleInterval(least) - DoubleInterval(radius_norm_upper(matrix))).inf();
}

/// Looks for a shift as large as can be certified. Every bound that it keeps is rigorous; where it looks is
/// not.
class Search {
 public:
  explicit Search(const SymmetricBalls& matrix) : matrix_(matrix), radius_norm_(radius_norm_upper(matrix)) {
    bounds_.lower = gershgorin_lower(matrix);
    approximate_norm_ = entries(matrix.mid, matrix.size).cwiseAbs().rowwise().sum().maxCoeff();
  }

  EigenvalueBounds run() {
    take_smallest_diagonal_entry();
    if (!first_factor()) return bounds_;
    improve_vector(arbitrary_vector(matrix_.size), most_lanczos_steps);
    approach();
    return bounds_;
  }

 private:
  static constexpr std::size_t most_lanczos_steps = 24;

  /// lambda_min is at most every diagonal entry.
  void take_smallest_diagonal_entry() {
    Eigen::Index least = 0;
    entries(matrix_.mid, matrix_.size).diagonal().minCoeff(&least);
    std::vector<double> x(matrix_.size, 0.0);
    x[static_cast<std::size_t>(least)] = 1;
    take(std::move(x));
  }

  /// Goes on with x, and keeps the smallest Rayleigh quotient so far.
  void take(std::vector<double> x) {
    const RayleighQuotient quotient = rayleigh_quotient(matrix_, x);
    if (!std::isfinite(quotient.approximate_residual)) return;
    bounds_.upper = std::min(bounds_.upper, quotient.upper);
    approximate_ = std::min(approximate_, quotient.approximate);
    residual_ = quotient.approximate_residual;
    x_ = std::move(x);
  }

  bool factorise(double shift) {
    if (!std::isfinite(shift)) return false;
    auto factor = ShiftedCholesky::of(matrix_.mid, matrix_.size, shift);
    if (!factor) return false;
    if (const auto bound = lower_bound(*factor, radius_norm_))
      bounds_.lower = std::max(bounds_.lower, *bound);
    factor_ = std::move(factor);
    return true;
  }

  /// A factor for inverse iteration: just below 0 for a positive semidefinite matrix, else below the end of
  /// the spectrum that Lanczos sees, at growing distances.
  bool first_factor() {
    const double rounding =
        std::numeric_limits<double>::epsilon() * static_cast<double>(matrix_.size) * approximate_norm_;
    if (approximate_ > 0 && factorise(-rounding)) return true;
    const Entries a = entries(matrix_.mid, matrix_.size);
    const auto minus_a = [&a](std::span<double> x) {
      Eigen::Map<Eigen::VectorXd> vector(x.data(), a.cols());
      vector = (-(a.selfadjointView<Eigen::Lower>() * vector)).eval();
    };
    take(approximate_top_eigenvector(minus_a, arbitrary_vector(matrix_.size), most_lanczos_steps));
    double distance = std::max({residual_, rounding, std::numeric_limits<double>::min()});
    for (; std::isfinite(distance) && distance <= 8 * approximate_norm_; distance *= 4) {
      if (factorise(approximate_ - distance)) return true;
    }
    return false;
  }

  /// Lanczos on the inverse, which separates the small eigenvalues, and a step of inverse iteration, which
  /// takes out what is left of the large ones.
  void improve_vector(std::span<const double> start, std::size_t steps) {
    const auto inverse = [this](std::span<double> x) { factor_->approximate_solve(x); };
    std::vector<double> x = approximate_top_eigenvector(inverse, start, steps);
    inverse(x);
    normalise(x);
    take(std::move(x));
  }

  /// Moves the shift towards the Rayleigh quotient: by the residual as long as that is what hides the
  /// eigenvalue, which makes the next vector better, and at last by what the a-priori bound hides anyway.
  void approach() {
    constexpr int most_factorisations = 12;
    constexpr std::size_t few_steps = 6;
    double growth = 1;
    for (int count = 0; count < most_factorisations; ++count) {
      const double resolution = 0.5 * factor_->deficit_upper();
      const double room = approximate_ - factor_->shift();
      if (!(room > 2 * resolution)) return;
      const double distance = std::min(growth * std::max(residual_, resolution), 0.5 * room);
      const bool closer = factorise(approximate_ - distance);
      if (closer && residual_ <= resolution) return;
      growth = closer ? 1 : 8 * growth;
      improve_vector(x_, few_steps);
    }
  }

  const SymmetricBalls& matrix_;
  double radius_norm_;
  double approximate_norm_ = 0;
  EigenvalueBounds bounds_;
  double approximate_ = infinity;  // the smallest Rayleigh quotient of the midpoints
  double residual_ = infinity;     // of x_
  std::vector<double> x_;
  std::optional<ShiftedCholesky> factor_;
};

/// The midpoints, less a number that makes them positive semidefinite, by multiprecision pivots.
EigenvalueBounds bounds_in_multiprecision(const SymmetricBalls& matrix) {
  constexpr Bits bits{128};
  const std::size_t n = matrix.size;
  const Interval zero = Interval::zero(bits);
  IntervalMatrix a(n, std::vector<Interval>(n, zero));
  std::vector<Interval> discs;
  Interval radius_norm = zero;
  for (std::size_t i = 0; i < n; ++i) {
    Interval disc = zero;
    Interval radii = zero;
    for (std::size_t k = 0; k < n; ++k) {
      a[i][k] = Interval::exact(matrix.mid[i * n + k], bits);
      disc += i == k ? a[i][k] : -abs(a[i][k]);
      if (!matrix.rad.empty()) radii += Interval::exact(matrix.rad[i * n + k], bits);
    }
    discs.push_back(std::move(disc));
    radius_norm = larger(radius_norm, radii);
  }
  const Interval least = smallest(discs).lower_end();
  for (std::size_t i = 0; i < n; ++i) a[i][i] -= least;
  const DoubleInterval bounds =
      DoubleInterval::from(smallest_eigenvalue(a, bits) + least + symmetric(radius_norm));
  return {bounds.inf(), bounds.sup()};
}

}  // namespace

SymmetricBalls symmetric_balls(const IntervalMatrix& a) {
  const std::size_t n = a.size();
  SymmetricBalls result{n, std::vector<double>(n * n), std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      const DoubleInterval entry = DoubleInterval::from(a[i][k]);
      const double mid = entry.midpoint();
      const double rad = (entry - DoubleInterval(mid)).magnitude();
      for (const std::size_t at : {i * n + k, k * n + i}) {
        result.mid[at] = mid;
        result.rad[at] = rad;
      }
    }
  }
  return result;
}

std::optional<double> smallest_eigenvalue_lower(const SymmetricBalls& matrix, double shift) {
  if (!is_meaningful(matrix) || !std::isfinite(shift) || !double_rounding_is_sound()) return std::nullopt;
  const auto factor = ShiftedCholesky::of(matrix.mid, matrix.size, shift);
  if (!factor) return std::nullopt;
  return lower_bound(*factor, radius_norm_upper(matrix));
}

double smallest_eigenvalue_upper(const SymmetricBalls& matrix, std::span<const double> x) {
  const bool meaningful = is_meaningful(matrix);
  if (x.size() != matrix.size) throw std::invalid_argument("smallest_eigenvalue_upper: x has another length");
  if (!meaningful || !all_finite(x) || !double_rounding_is_sound()) return infinity;
  return rayleigh_quotient(matrix, x).upper;
}

EigenvalueBounds smallest_eigenvalue_bounds(const SymmetricBalls& matrix) {
  if (!is_meaningful(matrix)) return {};
  if (!double_rounding_is_sound()) return bounds_in_multiprecision(matrix);
  return Search(matrix).run();
}

}  // namespace lojacert

#include <lojacert/linalg/cholesky.hpp>

#include <lojacert/enclosure/double_interval.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lojacert {

namespace {

constexpr double unit_roundoff = 0.5 * std::numeric_limits<double>::epsilon();
constexpr double smallest_number = std::numeric_limits<double>::denorm_min();

Eigen::Index index(std::size_t k) { return static_cast<Eigen::Index>(k); }

DoubleInterval number(std::size_t k) { return DoubleInterval(static_cast<double>(k)); }

}  // namespace

double gamma_upper(std::size_t roundings) {
  const DoubleInterval product = number(roundings) * DoubleInterval(unit_roundoff);
  return (product / (DoubleInterval(1) - product)).sup();
}

double sum_of_products_upper(double computed, std::size_t terms) {
  const DoubleInterval underflow = number(terms) * DoubleInterval(smallest_number);
  const DoubleInterval kept = DoubleInterval(1) - number(terms) * DoubleInterval(unit_roundoff);
  return ((DoubleInterval(computed) + underflow) / kept).sup();
}

ShiftedCholesky::ShiftedCholesky(std::vector<double> entries, std::size_t size, double shift)
    : factor_(std::move(entries)), size_(size), shift_(shift) {}

std::optional<ShiftedCholesky> ShiftedCholesky::of(std::span<const double> matrix, std::size_t size,
                                                   double shift) {
  ShiftedCholesky result({matrix.begin(), matrix.end()}, size, shift);
  if (!result.factorise()) return std::nullopt;
  result.deficit_ = result.proved_deficit();
  return result;
}

bool ShiftedCholesky::factorise() {
  for (std::size_t k = 0; k < size_; ++k) {
    double& entry = factor_[k * (size_ + 1)];
    entry -= shift_;
    diagonal_.push_back(entry);
    if (!(entry > 0)) return false;  // also for NaN
  }
  Eigen::Map<Eigen::MatrixXd> matrix(factor_.data(), index(size_), index(size_));
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> in_place(matrix);
  // Eigen goes on where a pivot is NaN and calls it a success.
  return in_place.info() == Eigen::Success && is_finite();
}

bool ShiftedCholesky::is_finite() const {
  const Eigen::Map<const Eigen::MatrixXd> lower(factor_.data(), index(size_), index(size_));
  for (Eigen::Index k = 0; k < lower.cols(); ++k) {
    if (!(lower(k, k) > 0 && lower.col(k).tail(lower.rows() - k).allFinite())) return false;
  }
  return true;
}

/// An upper bound of the spectral norm of |R^T| |R|: the largest (|R^T| |R| x)_i / x_i for the positive
/// vector x of the roots of the diagonal (Collatz and Wielandt). By Cauchy and Schwarz it is hardly above the
/// trace, and far below it where the factor is nearly diagonal.
double ShiftedCholesky::product_norm_upper() const {
  const Eigen::Map<const Eigen::MatrixXd> lower(factor_.data(), index(size_), index(size_));
  const Eigen::VectorXd x =
      Eigen::Map<const Eigen::VectorXd>(diagonal_.data(), index(size_)).array().sqrt().matrix();
  Eigen::VectorXd image = Eigen::VectorXd::Zero(index(size_));
  for (Eigen::Index k = 0; k < lower.cols(); ++k) {
    const Eigen::Index rest = lower.rows() - k;
    const auto column = lower.col(k).tail(rest).cwiseAbs();
    const double row_of_factor = sum_of_products_upper(column.dot(x.tail(rest)), size_);
    image.tail(rest) += row_of_factor * column;
  }
  double norm = 0;
  for (Eigen::Index i = 0; i < image.size(); ++i) {
    const DoubleInterval sum(sum_of_products_upper(image[i], size_));
    norm = std::max(norm, (sum / DoubleInterval(x[i])).sup());
  }
  return norm;
}

double ShiftedCholesky::proved_deficit() const {
  if (size_ == 0) return 0;
  double largest_pivot = 0;
  for (std::size_t k = 0; k < size_; ++k) largest_pivot = std::max(largest_pivot, factor_[k * (size_ + 1)]);
  const double largest_diagonal = *std::max_element(diagonal_.begin(), diagonal_.end());
  const DoubleInterval roundings =
      DoubleInterval(gamma_upper(size_ + 1)) * DoubleInterval(product_norm_upper());
  const DoubleInterval underflow =
      number(size_) * DoubleInterval(smallest_number) * (number(size_) + DoubleInterval(largest_pivot));
  const DoubleInterval shifting = DoubleInterval(unit_roundoff) * DoubleInterval(largest_diagonal);
  return (roundings + underflow + shifting).sup();
}

void ShiftedCholesky::approximate_solve(std::span<double> x) const {
  const Eigen::Map<const Eigen::MatrixXd> lower(factor_.data(), index(size_), index(size_));
  Eigen::Map<Eigen::VectorXd> vector(x.data(), index(size_));
  lower.triangularView<Eigen::Lower>().solveInPlace(vector);
  lower.triangularView<Eigen::Lower>().transpose().solveInPlace(vector);
}

}  // namespace lojacert

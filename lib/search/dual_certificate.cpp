#include "dual_certificate.hpp"

#include "nonnegative_least_squares.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

namespace lojacert::search {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double pi = std::numbers::pi;

// Near the teachers proofs need more room: there both sides vanish, and enclosures are relative.
constexpr double near_versine = 0.005;
constexpr double near_margin = 0.03;

/// All exponents of `variables` variables with the given sum.
void append_exponents(std::size_t variables, int degree, std::vector<int>& prefix,
                      std::vector<std::vector<int>>& out) {
  if (prefix.size() + 1 == variables) {
    prefix.push_back(degree);
    out.push_back(prefix);
    prefix.pop_back();
    return;
  }
  for (int n = 0; n <= degree; ++n) {
    prefix.push_back(n);
    append_exponents(variables, degree - n, prefix, out);
    prefix.pop_back();
  }
}

double factorial(int n) { return std::tgamma(n + 1.0); }

/// |s_2k|, the Hermite coefficients of the absolute value.
double hermite_coefficient(int k) {
  double result = std::sqrt(2 / pi);
  for (int n = 1; n <= 2 * k - 3; n += 2) result *= n;
  return result / std::sqrt(factorial(2 * k));
}

/// A monomial scaled so that the squared norm N^2 is the sum of the squares of the coefficients.
struct Monomial {
  std::vector<int> exponents;
  double scale = 1;
};

std::vector<Monomial> monomials(std::size_t variables, int half_degree) {
  std::vector<Monomial> result;
  for (int k = 0; k <= half_degree; ++k) {
    std::vector<std::vector<int>> exponents;
    std::vector<int> prefix;
    append_exponents(variables, 2 * k, prefix, exponents);
    for (auto& e : exponents) {
      double squared_size = 1 / factorial(2 * k);
      for (const int n : e) squared_size *= factorial(n);
      result.push_back({std::move(e), hermite_coefficient(k) / std::sqrt(squared_size)});
    }
  }
  return result;
}

double power(double x, int n) {
  double result = 1;
  for (int k = 0; k < n; ++k) result *= x;
  return result;
}

/// G(u, w) = E[sign(u.x) sign(w.x) x x^T] for unit u, w.
Matrix sign_gram(const Vector& u, const Vector& w) {
  const double cosine = std::clamp(u.dot(w), -1.0, 1.0);
  const Vector rest = w - cosine * u;
  const double sine = rest.norm();
  const auto n = u.size();
  const Matrix identity = Matrix::Identity(n, n);
  if (sine < 1e-300) return cosine > 0 ? identity : Matrix(-identity);
  const Vector e = rest / sine;
  const double t = std::atan2(sine, cosine);
  return (1 - 2 * t / pi) * identity + (2 * sine / pi) * (cosine * (u * u.transpose() - e * e.transpose()) +
                                                          sine * (u * e.transpose() + e * u.transpose()));
}

}  // namespace

class DualCertificateSearch::Problem {
 public:
  Problem(const std::vector<std::vector<double>>& directions, int half_degree, double delta1, double margin)
      : rank_(directions.front().size()),
        margin_(margin),
        cosine_of_class_(std::cos(delta1)),
        basis_(monomials(rank_, half_degree)) {
    for (const auto& row : directions) {
      Vector a = Vector::Zero(static_cast<Eigen::Index>(rank_) + 1);
      for (std::size_t l = 0; l < rank_; ++l) a[static_cast<Eigen::Index>(l)] = row[l];
      a_.push_back(a.normalized());
    }
    const auto r = static_cast<Eigen::Index>(a_.size());
    const auto n = static_cast<Eigen::Index>(rank_) + 1;
    Matrix gram(r * n, r * n);
    for (Eigen::Index i = 0; i < r; ++i) {
      for (Eigen::Index k = 0; k < r; ++k) {
        blocks_.push_back(i == k ? Matrix(Matrix::Identity(n, n)) : sign_gram(a_[at(i)], a_[at(k)]));
        gram.block(i * n, k * n, n, n) = blocks_.back();
      }
    }
    factor_.compute(gram);
    find_free_directions();
    fill_sample();
  }

  void add(const Vector& b) {
    Point point;
    point.b = b.normalized();
    const Nearest nearest = nearest_to(point.b);
    point.s = projection(point.b, nearest);
    point.versine = nearest.versine;
    point.far = nearest.far;
    point.weight = 1 / std::max(nearest.versine, 1e-12);
    // Twins make the least-distance problem degenerate.
    const bool known = std::ranges::any_of(working_, [&](const Point& other) {
      const double gap = std::min((other.b - point.b).squaredNorm(), (other.b + point.b).squaredNorm());
      return other.far == point.far && gap < 1e-5 * std::min(1.0, nearest.versine);
    });
    if (known) return;
    point.row = values(point.b) * free_;
    working_.push_back(std::move(point));
  }

  std::optional<ApproximateCertificate> solve(int rounds) {
    Vector x;
    for (int round = 0; round < rounds; ++round) {
      if (!minimise(x)) return std::nullopt;
      if (add_violated(x) > 1 + margin_ / 4) continue;
      const ApproximateCertificate found = describe(x);  // looks closer, and adds where it finds a violation
      if (found.S <= 1) return found;
    }
    if (!minimise(x)) return std::nullopt;
    return describe(x);
  }

  [[nodiscard]] double descent_supremum() const {
    double largest = 0;
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    constexpr double theta = 1e-4;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      for (int trial = 0; trial < 20000; ++trial) {
        Vector e(a_[i].size());
        for (double& x : e) x = normal(random);
        if (trial % 4 == 0) e[e.size() - 1] = 0;
        if (trial == 1) {
          e.setZero();
          e[e.size() - 1] = 1;
        }
        e -= e.dot(a_[i]) * a_[i];
        if (e.norm() < 1e-9) continue;
        e.normalize();
        largest = std::max(largest, descent_ratio(i, e, theta));
      }
    }
    return largest;
  }

 private:
  struct Nearest {
    std::size_t i = 0;
    double sign = 1;
    double versine = 0;  // 1 - cos theta
    bool far = false;
  };
  struct Point {
    Vector b;
    double s = 0;
    double versine = 0;
    double weight = 1;
    bool far = false;
    Eigen::RowVectorXd row;
  };

  static std::size_t at(Eigen::Index i) { return static_cast<std::size_t>(i); }

  [[nodiscard]] Nearest nearest_to(const Vector& b) const {
    Nearest found;
    double best = -1;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      const double cosine = a_[i].dot(b);
      if (std::fabs(cosine) <= best) continue;
      best = std::fabs(cosine);
      found = {i, cosine >= 0 ? 1.0 : -1.0, 0, best < cosine_of_class_};
      found.versine = 0.5 * (b - found.sign * a_[i]).squaredNorm();
    }
    return found;
  }

  /// s(b) = ||Pi C_b||.
  [[nodiscard]] double projection(const Vector& b, const Nearest& nearest) const {
    const auto n = b.size();
    const auto r = a_.size();
    Vector c(static_cast<Eigen::Index>(r) * n);
    for (std::size_t k = 0; k < r; ++k) {
      const double y = std::clamp(a_[k].dot(b), -1.0, 1.0);
      const double sine = (b - y * a_[k]).norm();
      Vector part = (2 / pi) * (std::atan2(y, sine) * b + sine * a_[k]);
      if (!nearest.far) part -= nearest.sign * (blocks_[nearest.i * r + k] * b);
      c.segment(static_cast<Eigen::Index>(k) * n, n) = part;
    }
    const Vector y = factor_.matrixL().solve(c);
    return y.norm();
  }

  /// ||Pi E'_b|| / (1 - cos theta) in the limit form (docs/theory/sphere.md).
  [[nodiscard]] double descent_ratio(std::size_t i, const Vector& e, double /*theta*/) const {
    const auto n = e.size();
    const auto r = a_.size();
    Vector c(static_cast<Eigen::Index>(r) * n);
    for (std::size_t k = 0; k < r; ++k) {
      Vector part = -(2 / pi) * e;
      if (k != i) {
        Vector across = a_[k] - a_[k].dot(a_[i]) * a_[i];
        across.normalize();
        const double x = across.dot(e);
        part = (1 / pi) * ((1 - x * x) * across + 2 * x * e);
      }
      c.segment(static_cast<Eigen::Index>(k) * n, n) = part;
    }
    const Vector y = factor_.matrixL().solve(c);
    return 2 * y.norm();
  }

  [[nodiscard]] Eigen::RowVectorXd values(const Vector& b) const {
    Eigen::RowVectorXd row(static_cast<Eigen::Index>(basis_.size()));
    for (std::size_t m = 0; m < basis_.size(); ++m) {
      double value = basis_[m].scale;
      for (std::size_t l = 0; l < rank_; ++l)
        value *= power(b[static_cast<Eigen::Index>(l)], basis_[m].exponents[l]);
      row[static_cast<Eigen::Index>(m)] = value;
    }
    return row;
  }

  [[nodiscard]] Matrix gradients(const Vector& b) const {
    Matrix rows(static_cast<Eigen::Index>(rank_), static_cast<Eigen::Index>(basis_.size()));
    for (std::size_t m = 0; m < basis_.size(); ++m) {
      for (std::size_t d = 0; d < rank_; ++d) {
        double value = basis_[m].scale * basis_[m].exponents[d];
        for (std::size_t l = 0; l < rank_ && value != 0; ++l)
          value *= power(b[static_cast<Eigen::Index>(l)], basis_[m].exponents[l] - (l == d ? 1 : 0));
        rows(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(m)) = value;
      }
    }
    return rows;
  }

  /// An orthonormal basis of the polynomials that vanish to second order at the teachers.
  void find_free_directions() {
    const auto size = static_cast<Eigen::Index>(basis_.size());
    const auto rank = static_cast<Eigen::Index>(rank_);
    Matrix conditions(static_cast<Eigen::Index>(a_.size()) * (rank + 1), size);
    Eigen::Index row = 0;
    for (const Vector& a : a_) {
      conditions.row(row++) = values(a);
      const Vector u = a.head(rank);
      conditions.middleRows(row, rank) = gradients(a) - u * (u.transpose() * gradients(a));
      row += rank;
    }
    Eigen::ColPivHouseholderQR<Matrix> qr(conditions.transpose());
    qr.setThreshold(1e-10);
    const Matrix q = qr.householderQ();
    free_ = q.rightCols(size - qr.rank());
  }

  /// A random direction, sometimes without the extra coordinate, or near a teacher.
  [[nodiscard]] Vector draw(std::mt19937_64& random) const {
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    Vector b(static_cast<Eigen::Index>(rank_) + 1);
    for (double& x : b) x = normal(random);
    const double kind = uniform(random);
    if (kind < 0.2) b[b.size() - 1] = 0;
    if (kind > 0.6) {
      const Vector& a = a_[random() % a_.size()];
      b -= b.dot(a) * a;
      if (b.norm() < 1e-9) b[b.size() - 1] = 1;
      const double theta = std::exp(std::log(1.5) + uniform(random) * std::log(0.005 / 1.5));
      b = std::cos(theta) * a + std::sin(theta) * b.normalized();
    }
    return b.normalized();
  }

  void fill_sample() {
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 120 * static_cast<int>(rank_); ++trial) add(draw(random));
    Vector pole = Vector::Zero(static_cast<Eigen::Index>(rank_) + 1);
    pole[pole.size() - 1] = 1;
    add(pole);
  }

  /// min |x| subject to row x >= (1 + margin) s: the least-distance problem, by nonnegative least squares on
  /// its dual (Lawson and Hanson, Solving Least Squares Problems, chapter 23).
  [[nodiscard]] bool minimise(Vector& x) {
    const auto count = static_cast<Eigen::Index>(working_.size());
    Matrix rows(count, free_.cols());
    Vector bound(count);
    for (Eigen::Index k = 0; k < count; ++k) {
      const Point& point = working_[at(k)];
      rows.row(k) = point.weight * point.row;
      bound[k] = point.weight * (1 + margin_ + (point.versine < near_versine ? near_margin : 0)) * point.s;
    }
    const double scale = bound.maxCoeff();
    if (!(scale > 0)) return false;
    bound /= scale;
    const Matrix a = rows * rows.transpose() + bound * bound.transpose();
    const std::vector<double> flat(a.data(), a.data() + a.size());  // symmetric: the order does not matter
    const std::vector<double> right(bound.begin(), bound.end());
    multipliers_ = nonnegative_minimiser<double>(flat, right, 1e-11);
    const Vector u = Eigen::Map<const Vector>(multipliers_.data(), count);
    const double rest = 1 - bound.dot(u);
    if (!(rest > 1e-12)) return false;
    x = scale / rest * (rows.transpose() * u);
    return x.allFinite();
  }

  /// Adds the directions that x violates most among many random ones, each improved by a short random walk;
  /// the largest s / psi.
  double add_violated(const Vector& x) {
    drop_idle();
    std::vector<std::pair<double, Vector>> found;
    const auto ratio = [&](const Vector& b) {
      const Nearest nearest = nearest_to(b);
      const double psi = values(b) * (free_ * x);
      if (nearest.versine < 1e-9) return 0.0;
      const double s = projection(b, nearest);
      return psi > 0 ? s / psi : 1e3;
    };
    const int draws = rank_ < 3 ? 6000 : 12000;
    for (int trial = 0; trial < draws; ++trial) {
      const Vector b = draw(random_);
      found.emplace_back(ratio(b), b);
    }
    std::sort(found.begin(), found.end(), [](const auto& p, const auto& q) { return p.first > q.first; });
    std::normal_distribution<double> normal;
    double worst = 0;
    std::vector<Vector> added;
    for (auto& [value, direction] : found) {
      Vector& b = direction;  // a binding cannot be captured
      if (added.size() >= 60 || value < 1 - margin_) break;
      double step = 0.05;
      for (int trial = 0; trial < 60; ++trial) {
        Vector moved = b;
        for (double& c : moved) c += step * normal(random_);
        moved.normalize();
        const double there = ratio(moved);
        if (there > value) {
          value = there;
          b = moved;
        } else {
          step *= 0.93;
        }
      }
      worst = std::max(worst, value);
      const bool is_new = std::none_of(added.begin(), added.end(), [&](const Vector& other) {
        return (other - b).norm() < 0.01 || (other + b).norm() < 0.01;
      });
      if (is_new) added.push_back(b);
    }
    for (const Vector& b : added) add(b);
    return worst * (1 + margin_);
  }

  /// Keeps the sample small: far from active directions go when there are many.
  void drop_idle() {
    if (working_.size() < 900 || multipliers_.size() != working_.size()) return;
    std::vector<Point> kept;
    for (std::size_t k = 0; k < working_.size(); ++k)
      if (multipliers_[k] > 0 || k % 3 == 0) kept.push_back(std::move(working_[k]));
    working_ = std::move(kept);
  }

  /// Samples closely what holds for the polynomial; directions that violate (C3) join the sample.
  [[nodiscard]] ApproximateCertificate describe(const Vector& x) {
    ApproximateCertificate result;
    const Vector coefficients = free_ * x;
    for (std::size_t m = 0; m < basis_.size(); ++m)
      result.terms.push_back(
          {basis_[m].exponents, coefficients[static_cast<Eigen::Index>(m)] * basis_[m].scale});
    result.N = coefficients.norm();
    std::vector<Vector> directions;
    for (const Point& point : working_) directions.push_back(point.b);
    for (int trial = 0; trial < 10000; ++trial) directions.push_back(draw(random_));
    const auto psi = [&](const Vector& b) { return std::max<double>(values(b) * coefficients, 1e-300); };
    constexpr double outside = -1;
    result.S = largest_of(
        directions,
        [&](const Vector& b, const Nearest& nearest) {
          return nearest.versine < 1e-6 ? outside : projection(b, nearest) / psi(b);
        },
        1);
    result.Z = largest_of(directions, [&](const Vector& b, const Nearest& nearest) {
      return nearest.far || nearest.versine < 1e-6 ? outside : nearest.versine / psi(b);
    });
    result.psi_far = 1 / largest_of(directions, [&](const Vector& b, const Nearest& nearest) {
                       return nearest.far ? 1 / psi(b) : outside;
                     });
    return result;
  }

  /// The largest value over the directions, the best of them improved by random walks. Where it exceeds
  /// `limit` the direction joins the sample.
  template <class Value>
  [[nodiscard]] double largest_of(const std::vector<Vector>& directions, const Value& value,
                                  double limit = std::numeric_limits<double>::infinity()) {
    std::vector<std::pair<double, const Vector*>> found;
    for (const Vector& b : directions) found.emplace_back(value(b, nearest_to(b)), &b);
    const std::size_t kept = std::min<std::size_t>(found.size(), 24);
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                      [](const auto& p, const auto& q) { return p.first > q.first; });
    std::normal_distribution<double> normal;
    double largest = 0;
    for (std::size_t n = 0; n < kept; ++n) {
      double best = found[n].first;
      Vector b = *found[n].second;
      double step = 0.05;
      for (int trial = 0; trial < 250; ++trial) {
        Vector moved = b;
        for (double& c : moved) c += step * normal(random_);
        moved.normalize();
        const double there = value(moved, nearest_to(moved));
        if (there > best) {
          best = there;
          b = moved;
        } else {
          step *= 0.96;
        }
      }
      largest = std::max(largest, best);
      if (best > limit) add(b);
    }
    return largest;
  }

  std::size_t rank_;
  double margin_;
  double cosine_of_class_;
  std::vector<Monomial> basis_;
  std::vector<Vector> a_;
  std::vector<Matrix> blocks_;
  Eigen::LLT<Matrix> factor_;
  Matrix free_;
  std::vector<Point> working_;
  std::vector<double> multipliers_;
  std::mt19937_64 random_{2};
};

DualCertificateSearch::DualCertificateSearch(std::vector<std::vector<double>> directions, int half_degree,
                                             double delta1, double margin)
    : problem_(std::make_unique<Problem>(directions, half_degree, delta1, margin)) {}
DualCertificateSearch::~DualCertificateSearch() = default;

void DualCertificateSearch::add(const std::vector<double>& b) {
  problem_->add(Eigen::Map<const Vector>(b.data(), static_cast<Eigen::Index>(b.size())));
}

std::optional<ApproximateCertificate> DualCertificateSearch::solve(int rounds) {
  return problem_->solve(rounds);
}

double DualCertificateSearch::descent_supremum() const { return problem_->descent_supremum(); }

}  // namespace lojacert::search

#include "not_convex.hpp"

#include "approximate_landscape.hpp"
#include "real.hpp"

#include <lojacert/exact/error.hpp>

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

/// What Eigen needs to know of a Real.
template <>
struct Eigen::NumTraits<lojacert::search::Real> : Eigen::GenericNumTraits<lojacert::search::Real> {
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 10,
    AddCost = 10,
    MulCost = 40
  };
  static int digits10() { return std::numeric_limits<lojacert::search::Real>::digits10; }
};

namespace lojacert::search {

namespace {

constexpr unsigned search_bits = 256;
constexpr std::size_t most_entries_in_reals = 100;  // above, doubles: cubic cost

template <class S>
using Square = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

Eigen::Index index(std::size_t k) { return static_cast<Eigen::Index>(k); }

/// The Hessian in the rows w_j (docs/theory/not-convex.md, (2.1)).
template <class S>
Square<S> hessian_in_rows(const ApproximateNetwork<S>& network) {
  ApproximateLandscape<S> landscape(network);
  const std::size_t d = network.dimension;
  const std::size_t m = network.student_count();
  const std::vector<S> flat = landscape.hessian(network.student);
  Square<S> result(index(m * d), index(m * d));
  for (std::size_t a = 0; a < m * d; ++a) {
    for (std::size_t b = 0; b < m * d; ++b) result(index(a), index(b)) = flat[a * m * d + b];
  }
  if (network.neuron == NeuronForm::unit) return result;
  std::vector<S> gradient(m * d, S(0));
  static_cast<void>(landscape.gradient(network.student, gradient));
  Square<S> jacobian = Square<S>::Zero(index(m * d), index(m * d));
  Square<S> bend = jacobian;
  for (std::size_t j = 0; j < m; ++j) {
    Square<S> w(index(d), 1);
    Square<S> slope(index(d), 1);
    for (std::size_t k = 0; k < d; ++k) {
      w(index(k), 0) = network.student[j * d + k];
      slope(index(k), 0) = gradient[j * d + k];
    }
    const S length = w.norm();
    w /= length;
    const S radial = S((w.transpose() * slope)(0, 0));
    const Square<S> g = (slope - w * S(radial / 2)) / length;
    const S along = S(radial / (2 * length));  // <g, w^>
    const Square<S> one = Square<S>::Identity(index(d), index(d));
    const Square<S> outer = w * w.transpose();
    const Eigen::Index at = index(j * d);
    jacobian.block(at, at, index(d), index(d)) = (one + outer) * length;
    bend.block(at, at, index(d), index(d)) = w * g.transpose() + g * w.transpose() + (one - outer) * along;
  }
  return jacobian * result * jacobian + bend;
}

template <class S>
std::optional<ExactMatrix> smallest_direction(const Instance& instance) {
  const ApproximateNetwork<S> network = approximate_network<S>(instance);
  const Square<S> hessian = hessian_in_rows(network);
  const Eigen::SelfAdjointEigenSolver<Square<S>> solver(hessian);
  if (solver.info() != Eigen::Success) return std::nullopt;
  const Square<S> vector = solver.eigenvectors().col(0);
  const S size = vector.cwiseAbs().maxCoeff();
  for (const unsigned bits : {24U, 53U, search_bits}) {
    ExactMatrix direction(network.dimension);
    Square<S> rounded(vector.rows(), 1);
    for (Eigen::Index a = 0; a < vector.rows(); ++a) {
      // Entries that are rounding errors beside the largest are left out.
      const S share = S(vector(a, 0) / size);
      const Rational fixed = Rational(1, pow(Integer(2), bits));
      const Rational value = exact_value(share);
      const Rational kept = abs(value) < fixed ? Rational(0) : rounded_to_bits(value, bits);
      direction.append(kept);
      rounded(a, 0) = nearest<S>(kept);
    }
    if ((rounded.transpose() * hessian * rounded)(0, 0) < S(0)) return direction;
  }
  return std::nullopt;
}

std::vector<ExactMatrix> chord_candidates(const Instance& instance) {
  const ExactMatrix& student = *instance.student;
  const std::size_t m = student.rows();
  std::vector<ExactMatrix> candidates;
  const auto add = [&](std::size_t j, std::size_t k) {  // j and k exchanged, or j reversed where they agree
    ExactMatrix rows(student.cols());
    for (std::size_t l = 0; l < m; ++l) {
      const std::size_t from = l == j ? k : l == k ? j : l;
      for (std::size_t a = 0; a < student.cols(); ++a) {
        const Rational value = student.point(from, a);
        rows.append(l == j && j == k ? Rational(-value) : value);
      }
    }
    candidates.push_back(std::move(rows));
  };
  for (std::size_t j = 0; j < m; ++j) {
    if (instance.activation != Activation::relu) add(j, j);
    for (std::size_t k = 0; k < j; ++k) add(j, k);
  }
  return candidates;
}

}  // namespace

std::optional<ExactMatrix> direction_of_negative_curvature(const Instance& instance) {
  const WorkingBits precision(search_bits);
  if (instance.student_count() * instance.dimension() > most_entries_in_reals)
    return smallest_direction<double>(instance);
  return smallest_direction<Real>(instance);
}

std::optional<ExactMatrix> violating_chord(const Instance& instance) {
  constexpr std::size_t most_students = 64;  // every pair is tried
  if (instance.student_count() > most_students) return std::nullopt;
  const WorkingBits precision(search_bits);
  const ApproximateNetwork<Real> network = approximate_network<Real>(instance);
  ApproximateLandscape<Real> landscape(network);
  const Real here = landscape.loss(network.student);
  Real best = here / 1000000;  // what a rounding error can never reach
  std::optional<ExactMatrix> found;
  for (ExactMatrix& candidate : chord_candidates(instance)) {
    std::vector<Real> middle = network.student;
    for (std::size_t j = 0; j < candidate.rows(); ++j) {
      for (std::size_t k = 0; k < candidate.cols(); ++k) {
        Real& entry = middle[j * candidate.cols() + k];
        entry = (entry + nearest<Real>(candidate.point(j, k))) / 2;
      }
    }
    const Real gain = landscape.loss(middle) - here;
    if (gain <= best) continue;
    best = gain;
    found = std::move(candidate);
  }
  return found;
}

ExactMatrix tilted_halves(const Instance& instance, const Rational& loss, unsigned bits) {
  if (instance.gram || !instance.teacher.is_point())
    throw InputError("teacher: tilting needs the teacher's rows as points, not a Gram matrix or boxes");
  const std::size_t d = instance.dimension();
  if (d < 2) throw InputError("teacher: in one dimension there is no other direction to tilt towards");
  if (loss <= 0) throw InputError("loss: it must be positive");
  const WorkingBits precision(bits + 64);
  Instance alone = instance;
  alone.student.reset();
  std::vector<Real> effective = approximate_network<Real>(alone).teacher;
  const std::size_t r = instance.teacher_count();
  Real mass = 0;
  std::size_t thinnest = 0;
  for (std::size_t k = 0; k < d; ++k) {
    mass += effective[k] * effective[k];
    if (abs(effective[k]) < abs(effective[thinnest])) thinnest = k;
  }
  if (mass <= 0) throw InputError("teacher[0]: is zero and cannot be shared out");
  mass = sqrt(mass);
  // L <= M^2 theta^2 / 2 for `abs` (not-convex.md, Theorem 2), half of that for `relu`, a quarter for
  // `relu+linear`.
  const int share = instance.activation == Activation::abs    ? 2
                    : instance.activation == Activation::relu ? 4
                                                              : 8;
  Real angle = sqrt(Real(nearest<Real>(loss) * share)) / mass;
  if (angle > Real(0.5)) throw InputError("loss: too large for a tilt of less than half a radian");
  std::vector<Real> across(d, Real(0));  // the coordinate vector farthest from a, without its part along a
  across[thinnest] = 1;
  Real length = 0;
  for (std::size_t k = 0; k < d; ++k) {
    across[k] -= effective[thinnest] / mass * effective[k] / mass;
    length += across[k] * across[k];
  }
  length = sqrt(length);
  std::vector<Real> rows;
  for (std::size_t k = 0; k < d; ++k) {
    const Real turned = cos(angle) * effective[k] + sin(angle) * mass * across[k] / length;
    rows.push_back(turned / 2);
  }
  std::vector<Real> half = rows;
  for (std::size_t k = d; k < r * d; ++k) rows.push_back(effective[k]);
  for (const Real& entry : half) rows.push_back(entry);
  return exact_rows<Real>(rows_of_effective<Real>(rows, d, instance.neuron), d, bits);
}

}  // namespace lojacert::search

#include "accurate_loss.hpp"

#include "approximate_landscape.hpp"

#include <lojacert/exact/error.hpp>

#include <vector>

namespace lojacert::search {

namespace {

constexpr unsigned first_bits = 128;
constexpr unsigned last_bits = 8192;
constexpr int wanted_bits = 40;

/// The loss of exact rows; the loop of the docstring.
Real loss_of(const Instance& instance, const std::vector<Rational>& student) {
  for (unsigned bits = first_bits;; bits *= 2) {
    const WorkingBits precision(bits);
    ApproximateNetwork<Real> network = approximate_network<Real>(instance);
    network.student.clear();
    for (const Rational& entry : student) network.student.push_back(nearest<Real>(entry));
    ApproximateLandscape<Real> landscape(network);
    const Real loss = landscape.loss(network.student);
    const Real mass = landscape.total_mass(network.student);
    const Real noise = ldexp(Real(mass * mass), 4 - static_cast<int>(bits));
    if (loss > ldexp(noise, wanted_bits) || noise == 0) return loss;
    if (bits >= last_bits) return Real(0);
  }
}

}  // namespace

template <class S>
Real approximate_accurate_loss(const Instance& instance, std::span<const S> student) {
  std::vector<Rational> rows;
  rows.reserve(student.size());
  for (const S& entry : student) rows.push_back(exact_value(entry));
  return loss_of(instance, rows);
}

template Real approximate_accurate_loss(const Instance&, std::span<const double>);
template Real approximate_accurate_loss(const Instance&, std::span<const long double>);
template Real approximate_accurate_loss(const Instance&, std::span<const Real>);

Real approximate_accurate_loss(const Instance& instance) {
  if (!instance.student) throw InputError("student: the instance has none, so it has no loss");
  const ExactMatrix& student = *instance.student;
  std::vector<Rational> rows;
  for (std::size_t j = 0; j < student.rows(); ++j) {
    for (std::size_t k = 0; k < student.cols(); ++k) {
      const RationalInterval entry = student.at(j, k);
      rows.push_back(Rational((entry.lo + entry.hi) / 2));
    }
  }
  return loss_of(instance, rows);
}

std::string short_decimal(const Real& value) { return value.str(4, std::ios_base::scientific); }

}  // namespace lojacert::search

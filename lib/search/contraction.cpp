#include "contraction.hpp"

#include "accurate_loss.hpp"
#include "approximate_landscape.hpp"

#include <lojacert/exact/error.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace lojacert::search {

namespace {

struct Place {
  std::optional<std::size_t> teacher;  // empty: far
  int sign = 1;
  Real lambda = 0;
};

/// Effective vectors and where each belongs.
struct Paths {
  ApproximateNetwork<Real> network;
  std::vector<Real> effective;
  std::vector<Place> places;
};

Real inner(const Real* a, const Real* b, std::size_t d) {
  Real sum = 0;
  for (std::size_t k = 0; k < d; ++k) sum += a[k] * b[k];
  return sum;
}

Place nearest_teacher(const Paths& paths, std::size_t j, double delta1) {
  const std::size_t d = paths.network.dimension;
  const Real* p = &paths.effective[j * d];
  const Real length = sqrt(inner(p, p, d));
  Place place;
  Real best = cos(Real(delta1));
  for (std::size_t i = 0; i < paths.network.teacher_count(); ++i) {
    const Real* teacher = &paths.network.teacher[i * d];
    const Real scale = length * sqrt(inner(teacher, teacher, d));
    if (!(scale > 0)) continue;
    const Real cosine = inner(p, teacher, d) / scale;
    const bool turned = cosine < 0 && paths.network.activation != Activation::relu;
    const Real closeness = turned ? Real(-cosine) : cosine;
    if (closeness < best) continue;
    best = closeness;
    place = {i, turned ? -1 : 1, length};
  }
  return place;
}

Paths paths_of(const Instance& instance, double delta1) {
  Paths paths{approximate_network<Real>(instance), {}, {}};
  const ApproximateNetwork<Real>& network = paths.network;
  paths.effective = effective_rows<Real>(network.student, network.dimension, network.neuron);
  std::vector<Real> mass(network.teacher_count(), Real(0));
  for (std::size_t j = 0; j < network.student_count(); ++j) {
    paths.places.push_back(nearest_teacher(paths, j, delta1));
    if (paths.places[j].teacher) mass[*paths.places[j].teacher] += paths.places[j].lambda;
  }
  for (std::size_t i = 0; i < mass.size(); ++i) {
    if (mass[i] > 0) continue;
    throw InputError("teacher[" + std::to_string(i) +
                     "]: no student is near it, so no contraction reaches loss 0; start from a split or a "
                     "trained instance");
  }
  for (Place& place : paths.places)
    if (place.teacher) place.lambda /= mass[*place.teacher];
  return paths;
}

/// The student rows at the factor s.
std::vector<Real> contracted_rows(const Paths& paths, const Real& s) {
  const std::size_t d = paths.network.dimension;
  std::vector<Real> effective(paths.effective.size());
  for (std::size_t j = 0; j < paths.places.size(); ++j) {
    const Place& place = paths.places[j];
    for (std::size_t k = 0; k < d; ++k) {
      const Real target =
          place.teacher ? Real(place.sign * place.lambda * paths.network.teacher[*place.teacher * d + k])
                        : Real(0);
      effective[j * d + k] = target + s * (paths.effective[j * d + k] - target);
    }
  }
  return rows_of_effective<Real>(effective, d, paths.network.neuron);
}

/// log2 s with log2 L(s) = log2 of the target: safeguarded secant steps on a bracket; L is close to a power
/// of s.
Real solve_scale(const Paths& paths, const Real& target, const Real& start_loss) {
  ApproximateLandscape<Real> landscape(paths.network);
  const Real wanted = log2(target);
  Real low =
      Real(2 * wanted - 64);  // s = L is far too small: L falls at most like a power between 1 and 3 of s
  Real high = 0;
  Real x = 0;
  Real y = log2(start_loss);
  Real slope = 2.5;
  for (int step = 0; step < 200; ++step) {
    Real next = x + (wanted - y) / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    const Real value = landscape.loss(contracted_rows(paths, exp2(next)));
    const Real height = value > 0 ? Real(log2(value)) : Real(low);
    (height > wanted ? high : low) = next;
    if (abs(Real(height - wanted)) < Real(1e-6)) return exp2(next);
    const Real secant = next == x ? slope : Real((height - y) / (next - x));
    if (secant > Real(0.5) && secant < Real(8)) slope = secant;
    x = next;
    y = height;
  }
  throw InputError("contract: no factor gives this loss; start from another instance");
}

}  // namespace

Contraction contract_to_loss(const Instance& instance, const Rational& loss, double delta1) {
  if (!instance.student) throw InputError("student: the instance has none to contract");
  if (loss <= 0) throw InputError("--loss: the loss must be positive");
  unsigned bits = 0;
  Real start;
  {
    const WorkingBits precision(128);
    start = approximate_accurate_loss(instance);
    const double digits = static_cast<double>(Real(-log10(nearest<Real>(loss))));
    if (digits > 600.5) throw InputError("--loss: losses below 1e-600 are not made");
    if (!(nearest<Real>(loss) < start)) {
      throw InputError("--loss: the instance's own loss is " + short_decimal(start) +
                       "; contraction only goes below it");
    }
    bits = static_cast<unsigned>(std::max(0.0, digits) * 3.33);
  }
  const WorkingBits precision(bits + 192);
  const Paths paths = paths_of(instance, delta1);
  const Real scale = solve_scale(paths, nearest<Real>(loss), start);
  // Rounding to 2^-b moves rho = sqrt(2 L) by about 2^-b.
  ExactMatrix student = exact_rows<Real>(contracted_rows(paths, scale), instance.dimension(), bits / 2 + 48);
  Instance result = instance;
  result.student = student;
  return {std::move(student), scale, approximate_accurate_loss(result)};
}

}  // namespace lojacert::search

// descent INSTANCE CERTIFICATE: runs what a claim `convergence` speaks of, and compares.
//
// Gradient descent with the claim's step, or the flow by Runge and Kutta's method, from the instance's
// weights; the loss in about 104 bits at every early step and at steps that grow by a few percent. Everything
// that the claim bounds is divided by its bound; so are the same quantities by the bounds that the theorems
// give at the loss seen (the claim bounds them at the envelope). Where the limit is needed, the end and how
// far it can be from the limit. Exit code 0: nothing above its bound; 1: a violation; 2: bad use, or the
// numbers were not good enough.
//
// descent INSTANCE --curvature: the largest eigenvalue of the Hessian there, by power iteration.

#include "claim.hpp"
#include "cluster_gradient.hpp"
#include "dynamics.hpp"
#include "fast_landscape.hpp"
#include "students.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/search/real.hpp>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lojacert::descent {
namespace {

struct Options {
  std::string instance;
  std::string certificate;
  std::string csv;
  std::string label;
  std::size_t steps = 100000;
  double flow_step = 0.01;
  double tolerance = 1e-4;
  bool curvature = false;
};

/// Losses at which steps are counted, over the first one.
constexpr std::array levels = {1e-1, 1e-2, 1e-4, 1e-8};

struct Record {
  double t = 0;
  double loss = 0;
  std::vector<DoubleDouble> weights;
};

/// The largest numbers seen over their bounds.
struct Findings {
  double envelope = 0;
  double envelope_at_end = 0;
  double linear_rate = 0;
  double decrease = 0;  // of the loss, from one record to the next
  double target = 0;
  double distance = 0;
  double distance_of_loss = 0;
  std::size_t wrong_limits = 0;
  std::size_t limits = 0;
  Ratios students;
  Ratios students_of_loss;
  double slack = std::numeric_limits<double>::infinity();  // the largest factor of c that nothing contradicts
  std::array<double, levels.size()> certified_over_needed{};
};

std::vector<DoubleDouble> rows_of(const ExactMatrix& matrix) {
  const search::WorkingBits precision(200);
  std::vector<DoubleDouble> rows;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      const auto entry = search::nearest<search::Real>(matrix.point(i, k));
      const auto high = entry.convert_to<double>();
      rows.emplace_back(high, search::Real(entry - high).convert_to<double>());
    }
  }
  return rows;
}

class Run {
 public:
  Run(const Options& options, const Instance& instance)
      : options_(options),
        instance_(instance),
        landscape_(instance),
        gradient_(instance, landscape_.teacher()),
        dynamics_(gradient_, instance.neuron, instance.dimension()),
        students_(instance, landscape_.teacher()),
        weights_(rows_of(*instance.student)) {}

  int curvature() {
    fmt::print("c largest curvature {:.12g}\ns DONE\n", dynamics_.curvature(weights_).largest);
    return 0;
  }

  int follow(const Claim& claim) {
    const double unit = claim.step ? 1 : options_.flow_step;
    simulate(claim, unit);
    if (records_.size() < 2) {
      fmt::print(stderr, "descent: the loss is too small for 104 bits\n");
      return 2;
    }
    if (gradient_error_ > largest_gradient_error || integration_error_ > options_.tolerance) {
      fmt::print(stderr, "descent: gradient wrong by {:.3g}, flow by {:.3g} (relative)\n", gradient_error_,
                 integration_error_);
      return 2;
    }
    compare(claim);
    print(claim);
    if (!options_.csv.empty()) write_csv(claim);
    fmt::print("{}\n", violated(claim) ? "s VIOLATED" : "s NO VIOLATION");
    return violated(claim) ? 1 : 0;
  }

 private:
  static constexpr double largest_gradient_error = 1e-6;

  /// Records W_t and L(W_t); for the flow, beside a second one with half the step.
  void simulate(const Claim& claim, double unit) {
    const std::size_t m = instance_.student_count();
    const std::size_t early = std::clamp<std::size_t>(400000 / (m * m + 1), 20, 300);
    constexpr double growth = 1.04;
    std::vector<DoubleDouble> fine = weights_;
    std::size_t next = 0;
    for (std::size_t n = 0; n <= options_.steps; ++n) {
      if (n == next || n == options_.steps) {
        if (!record(claim, static_cast<double>(n) * unit, fine)) break;
        next = n < early ? n + 1 : static_cast<std::size_t>(std::ceil(static_cast<double>(n) * growth));
      }
      if (n == options_.steps) break;
      if (claim.step) {
        dynamics_.descend(weights_, *claim.step);
      } else {
        dynamics_.flow(weights_, unit);
        dynamics_.flow(fine, unit / 2);
        dynamics_.flow(fine, unit / 2);
      }
    }
  }

  /// False where nothing more can be seen.
  bool record(const Claim& claim, double t, const std::vector<DoubleDouble>& fine) {
    const attack::Measure measure = landscape_.measure(effective(weights_));
    if (!measure.resolved || !std::isfinite(measure.loss)) return false;
    check_gradient();
    if (!claim.step) {
      const double other = landscape_.loss(effective(fine));
      integration_error_ = std::max(integration_error_, std::abs(other / measure.loss - 1));
    }
    records_.push_back({t, measure.loss, weights_});
    return measure.loss < 1e6 * records_.front().loss;  // where it diverges, no more is needed
  }

  /// The two gradients, of independent formulas, as vectors in the weights.
  void check_gradient() {
    const std::size_t d = instance_.dimension();
    std::vector<double> fast(weights_.size());
    gradient_.at(weights_, fast);
    double squared = 0;
    double difference = 0;
    for (std::size_t j = 0; j < weights_.size() / d; ++j) {
      const double mass = landscape_.masses()[j];
      if (!(mass > 0)) continue;
      const double* p = &landscape_.gradient()[j * d];
      double along = 0;
      double length = 0;
      for (std::size_t k = 0; k < d; ++k) length = std::hypot(length, weights_[j * d + k].hi);
      for (std::size_t k = 0; k < d; ++k) along += p[k] * weights_[j * d + k].hi / length;
      for (std::size_t k = 0; k < d; ++k) {
        const double entry = instance_.neuron == NeuronForm::unit
                                 ? p[k]
                                 : length * (p[k] + along * weights_[j * d + k].hi / length);
        squared += entry * entry;
        difference += (entry - fast[j * d + k]) * (entry - fast[j * d + k]);
      }
    }
    gradient_error_ = std::max(gradient_error_, std::sqrt(difference / squared));
  }

  [[nodiscard]] std::vector<DoubleDouble> effective(const std::vector<DoubleDouble>& weights) const {
    if (instance_.neuron == NeuronForm::unit) return weights;
    const std::size_t d = instance_.dimension();
    std::vector<DoubleDouble> p = weights;
    for (std::size_t j = 0; j < p.size() / d; ++j) {
      DoubleDouble squared;
      for (std::size_t k = 0; k < d; ++k) squared += p[j * d + k] * p[j * d + k];
      const DoubleDouble length = sqrt(squared);
      for (std::size_t k = 0; k < d; ++k) p[j * d + k] *= length;
    }
    return p;
  }

  void compare(const Claim& claim) {
    const double end_level = claim.level(records_.back().t);
    const double power = claim.power();
    const double root = power == 2 ? 0.25 : 1.0 / 3;  // the path left is at most distance L^root
    const double level_power = power == 2 ? 0.5 : 1;
    for (std::size_t n = 0; n < records_.size(); ++n) {
      const Record& at = records_[n];
      const double q = claim.level(at.t);
      found_.envelope = std::max(found_.envelope, at.loss / claim.bound(at.t));
      found_.envelope_at_end = at.loss / claim.bound(at.t);
      if (claim.linear_rate)
        found_.linear_rate = std::max(found_.linear_rate, at.loss * *claim.linear_rate * at.t);
      if (n > 0) found_.decrease = std::max(found_.decrease, (at.loss - noise()) / records_[n - 1].loss);
      if (claim.target && at.t >= claim.target->steps)
        found_.target = std::max(found_.target, at.loss / claim.target->loss);
      if (claim.recovery) {
        found_.students.raise_to(students_.ratios(at.weights, *claim.recovery, std::pow(q, -power / 2)));
        found_.students_of_loss.raise_to(students_.ratios(at.weights, *claim.recovery, std::sqrt(at.loss)));
      }
      if (at.t > 0) {
        double factor = 0;
        for (const Claim::Line& line : claim.envelope)
          factor = std::max(factor, (std::pow(at.loss, -1 / power) - line.a) / (line.c * at.t));
        found_.slack = std::min(found_.slack, factor);
      }
      if (!claim.distance || n + 1 == records_.size()) continue;
      double squared = 0;
      for (std::size_t k = 0; k < weights_.size(); ++k) {
        const double difference = (at.weights[k] - records_.back().weights[k]).rounded();
        squared += difference * difference;
      }
      const double distance = std::sqrt(squared) / *claim.distance;
      found_.distance = std::max(found_.distance,
                                 distance / (std::pow(q, -level_power) + std::pow(end_level, -level_power)));
      const double path = std::pow(at.loss, root) - std::pow(records_.back().loss, root);
      if (path > 0) found_.distance_of_loss = std::max(found_.distance_of_loss, distance / path);
    }
    compare_limits(claim);
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const double loss = levels[k] * records_.front().loss;
      const double needed = time_needed(loss);
      if (needed > 0) found_.certified_over_needed[k] = claim.time_of(loss) / needed;
    }
  }

  /// More than the absolute error of a loss (fast_landscape.hpp), near the minimum.
  [[nodiscard]] double noise() const {
    double mass = 0;
    for (const double teacher : landscape_.teacher_masses()) mass += 2 * teacher;
    return 0x1p-96 * mass * mass;
  }

  void compare_limits(const Claim& claim) {
    if (!claim.limit) return;
    const std::vector<DoubleDouble>& end = records_.back().weights;
    for (std::size_t j = 0; j < claim.limit->size(); ++j) {
      const auto& listed = (*claim.limit)[j];
      if (!listed) continue;
      ++found_.limits;
      constexpr double least_share = 1e-3;  // of the mass at the start
      const bool vanished =
          students_.mass(end, j) < least_share * students_.mass(records_.front().weights, j);
      if (vanished || students_.nearest(end, j) != listed) ++found_.wrong_limits;
    }
  }

  /// When the loss was first at most this, between records by a power law; 0 where it never was.
  [[nodiscard]] double time_needed(double loss) const {
    for (std::size_t n = 1; n < records_.size(); ++n) {
      const Record& before = records_[n - 1];
      const Record& at = records_[n];
      if (at.loss > loss) continue;
      if (!(before.t > 0)) return at.t;
      const double share = std::log(before.loss / loss) / std::log(before.loss / at.loss);
      return before.t * std::pow(at.t / before.t, share);
    }
    return 0;
  }

  [[nodiscard]] bool violated(const Claim& claim) const {
    const double most = 1 + (claim.step ? 1e-9 : options_.tolerance);
    return found_.wrong_limits > 0 || found_.envelope > most || found_.linear_rate > most ||
           found_.decrease > most || found_.target > most || found_.distance > most ||
           found_.distance_of_loss > most || found_.students.largest() > most ||
           found_.students_of_loss.largest() > most;
  }

  void print(const Claim& claim) const {
    fmt::print("c {}: Theorem {}, {}, r = {}, d = {}, m = {}, {} {}\n", options_.label, claim.theorem,
               claim.step ? fmt::format("descent with step {:.6g}", *claim.step)
                          : fmt::format("flow by steps of {:.3g}", options_.flow_step),
               landscape_.teacher_count(), instance_.dimension(), instance_.student_count(),
               to_string(instance_.activation), to_string(instance_.neuron));
    fmt::print("c L(W_0) = {:.6g}, L(W_t) = {:.6g} at t = {:.6g}, {} records\n", records_.front().loss,
               records_.back().loss, records_.back().t, records_.size());
    fmt::print("c relative error of the gradient {:.2g}, of the flow {:.2g}\n", gradient_error_,
               integration_error_);
    fmt::print(
        "c seen over bound: envelope {:.6g} (at the end {:.3g}), linear_rate {:.3g}, target {:.3g}, "
        "distance {:.3g}\n",
        found_.envelope, found_.envelope_at_end, found_.linear_rate, found_.target, found_.distance);
    print("seen over bound", found_.students);
    print("seen over bound at the loss seen", found_.students_of_loss);
    fmt::print("c path over bound at the loss seen: {:.3g}\n", found_.distance_of_loss);
    fmt::print("c largest loss over the one before {:.12g}\n", found_.decrease);
    fmt::print("c limits listed {}, wrong {}\n", found_.limits, found_.wrong_limits);
    fmt::print("c the envelope would stand with c times {:.6g}\n", found_.slack);
    for (std::size_t k = 0; k < levels.size(); ++k) {
      if (found_.certified_over_needed[k] > 0)
        fmt::print("c steps to {:g} L(W_0), certified over needed: {:.4g}\n", levels[k],
                   found_.certified_over_needed[k]);
    }
  }

  static void print(const char* what, const Ratios& r) {
    fmt::print(
        "c {}: misalignment {:.3g}, far_mass {:.3g}, residual {:.3g}, deficit {:.3g}, excess {:.3g}, "
        "opposed {:.3g}, angle {:.3g}, delta {:.6g}\n",
        what, r.misalignment, r.far_mass, r.residual, r.deficit, r.excess, r.opposed, r.angle, r.delta);
  }

  void write_csv(const Claim& claim) const {
    std::ofstream out(options_.csv);
    out << "label,theorem,dynamics,activation,neuron,r,d,m,step,first_loss,last_loss,time,gradient_error,"
           "flow_error,envelope,envelope_at_end,slack,linear_rate,decrease,target,distance,path_of_loss,"
           "limits,wrong_limits";
    for (const char* kind : {"", "_of_loss"}) {
      for (const char* name :
           {"misalignment", "far_mass", "residual", "deficit", "excess", "opposed", "angle", "delta"})
        out << "," << name << kind;
    }
    for (const double level : levels) out << fmt::format(",certified_over_needed_{:g}", level);
    out << fmt::format("\n{},{},{},{},{},{},{},{},{:.6g}", options_.label, claim.theorem,
                       claim.step ? "descent" : "flow", to_string(instance_.activation),
                       to_string(instance_.neuron), landscape_.teacher_count(), instance_.dimension(),
                       instance_.student_count(), claim.step.value_or(options_.flow_step));
    for (const double number :
         {records_.front().loss, records_.back().loss, records_.back().t, gradient_error_, integration_error_,
          found_.envelope, found_.envelope_at_end, found_.slack, found_.linear_rate, found_.decrease,
          found_.target, found_.distance, found_.distance_of_loss, static_cast<double>(found_.limits),
          static_cast<double>(found_.wrong_limits)})
      out << fmt::format(",{:.12g}", number);
    for (const Ratios* r : {&found_.students, &found_.students_of_loss}) {
      for (const double number :
           {r->misalignment, r->far_mass, r->residual, r->deficit, r->excess, r->opposed, r->angle, r->delta})
        out << fmt::format(",{:.9g}", number);
    }
    for (const double ratio : found_.certified_over_needed) out << fmt::format(",{:.6g}", ratio);
    out << "\n";
    if (!out.flush()) throw InputError(options_.csv + ": cannot be written");
  }

  const Options& options_;
  const Instance& instance_;
  attack::FastLandscape landscape_;
  ClusterGradient gradient_;
  Dynamics dynamics_;
  Students students_;
  std::vector<DoubleDouble> weights_;
  std::vector<Record> records_;
  double gradient_error_ = 0;
  double integration_error_ = 0;
  Findings found_;
};

int run(const Options& options) {
  const Instance instance = read_instance(options.instance);
  if (instance.gram || !instance.student || !instance.is_point())
    throw InputError(options.instance + ": needed are vectors and a student, exactly");
  Run descent(options, instance);
  if (options.curvature) return descent.curvature();
  return descent.follow(read_claim(options.certificate, instance));
}

}  // namespace
}  // namespace lojacert::descent

int main(int argc, char** argv) {
  CLI::App app("Runs gradient descent or the flow beside a certified claim about it");
  lojacert::descent::Options options;
  app.add_option("INSTANCE", options.instance, "Teachers and students, exactly")->required();
  auto* certificate = app.add_option("CERTIFICATE", options.certificate, "A certificate of kind convergence");
  app.add_option("--steps", options.steps, "Steps of descent, or of the flow's integration")
      ->capture_default_str();
  app.add_option("--flow-step", options.flow_step, "Time of a step of the flow's integration")
      ->capture_default_str();
  app.add_option("--tolerance", options.tolerance,
                 "For the flow: largest relative difference of the loss from half the step")
      ->capture_default_str();
  app.add_flag("--curvature", options.curvature, "Print the largest eigenvalue of the Hessian instead")
      ->excludes(certificate);
  app.add_option("--csv", options.csv, "Write the ratios to this file");
  app.add_option("--label", options.label, "Name of the run in the table");
  try {
    app.parse(argc, argv);
    if (!options.curvature && options.certificate.empty()) throw CLI::RequiredError("CERTIFICATE");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return lojacert::descent::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "descent: {}\n", error.what());
    return 2;
  }
}

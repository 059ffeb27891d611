#include "descent.hpp"

#include "accurate_loss.hpp"
#include "approximate_landscape.hpp"

#include <lojacert/exact/error.hpp>

#include <cmath>
#include <stdexcept>

namespace lojacert::search {

std::string to_string(DescentEnd end) {
  switch (end) {
    case DescentEnd::iterations:
      return "the iterations were done";
    case DescentEnd::target:
      return "the target loss was reached";
    case DescentEnd::precision:
      return "steps fell below the rounding of the highest precision";
    case DescentEnd::interrupted:
      return "interrupted";
  }
  throw std::logic_error("unknown end of descent");
}

namespace {

/// What passes from one scalar to the next.
struct Position {
  std::uint64_t iteration = 0;
  std::vector<Rational> rows;
};

/// Descent in one scalar type.
template <class S>
class Stage {
 public:
  Stage(const Instance& instance, const DescentOptions& options, const DescentObserver& observer,
        unsigned bits, std::string name)
      : instance_(instance),
        options_(options),
        observer_(observer),
        name_(std::move(name)),
        landscape_(approximate_network<S>(instance)),
        step_(nearest<S>(options.step)),
        epsilon_(ldexp(S(1), 1 - static_cast<int>(bits))),
        check_every_(options.record_every > 0 ? options.record_every : 100) {}

  /// Steps on from `position` (updated) until an end, or until this scalar is exhausted (no value).
  std::optional<DescentEnd> run(Position& position) {
    load(position);
    const std::optional<DescentEnd> end = step_until_end();
    position.iteration = iteration_;
    position.rows.clear();
    for (const S& entry : student_) position.rows.push_back(exact_value(entry));
    return end;
  }

  [[nodiscard]] Iterate iterate() {
    return {iteration_, loss(), name_, exact_rows<S>(student_, instance_.dimension())};
  }

 private:
  void load(const Position& position) {
    iteration_ = position.iteration;
    student_.clear();
    for (const Rational& entry : position.rows) student_.push_back(nearest<S>(entry));
    gradient_.assign(student_.size(), S(0));
  }

  /// Rounding moves an entry of the step by about epsilon times the mass (gradient) or the entry (update).
  [[nodiscard]] S noise() {
    return S(1024) * epsilon_ * landscape_.total_mass(student_) * (S(1) + S(1) / step_);
  }

  std::optional<DescentEnd> step_until_end() {
    S threshold = noise();
    for (bool first = true;; first = false) {
      if (observer_.interrupted && observer_.interrupted()) return DescentEnd::interrupted;
      if (iteration_ % check_every_ == 0 && !(first && iteration_ > 0)) {
        if (const auto end = check()) return end;
        threshold = noise();
      }
      if (iteration_ >= options_.iterations) return DescentEnd::iterations;
      const S squared_norm = landscape_.gradient(student_, gradient_);
      if (squared_norm < threshold * threshold) return std::nullopt;
      for (std::size_t e = 0; e < student_.size(); ++e) student_[e] -= step_ * gradient_[e];
      ++iteration_;
    }
  }

  std::optional<DescentEnd> check() {
    const Real now = loss();
    if (!isfinite(now) || now > Real(1e100)) {
      throw InputError("step: the loss grew beyond all bounds at iteration " + std::to_string(iteration_) +
                       "; take a smaller step");
    }
    if (observer_.progress) observer_.progress(iteration_, now, name_);
    const bool due =
        iteration_ == 0 || (options_.record_every > 0 && iteration_ % options_.record_every == 0);
    if (due && observer_.record) observer_.record(iterate());
    if (options_.target_loss && now <= nearest<Real>(*options_.target_loss)) return DescentEnd::target;
    return std::nullopt;
  }

  /// The plain sum where it is good to six digits, else with as many bits as it takes.
  [[nodiscard]] Real loss() {
    using std::isfinite;
    const S plain = landscape_.loss(student_);
    const S mass = landscape_.total_mass(student_);
    if (!isfinite(plain) || plain > S(1e8) * epsilon_ * mass * mass) return Real(plain);
    return approximate_accurate_loss<S>(instance_, student_);
  }

  const Instance& instance_;
  const DescentOptions& options_;
  const DescentObserver& observer_;
  std::string name_;
  ApproximateLandscape<S> landscape_;
  S step_;
  S epsilon_;
  std::uint64_t check_every_;
  std::uint64_t iteration_ = 0;
  std::vector<S> student_;
  std::vector<S> gradient_;
};

void check_options(const Instance& start, const DescentOptions& options) {
  if (!start.student) throw InputError("student: there is none to train");
  if (!start.is_point()) throw InputError("student: boxes cannot be trained; give points");
  if (options.step <= 0) throw InputError("step: it must be positive");
}

Position first_position(const Instance& start) {
  Position position;
  for (std::size_t j = 0; j < start.student->rows(); ++j)
    for (std::size_t k = 0; k < start.student->cols(); ++k)
      position.rows.push_back(start.student->point(j, k));
  return position;
}

/// One stage; empty where its scalar was exhausted and a better one may follow.
template <class S>
std::optional<DescentResult> run_stage(const Instance& start, const DescentOptions& options,
                                       const DescentObserver& observer, unsigned bits, bool last,
                                       Position& position) {
  std::string name = std::to_string(bits) + " bits";
  if constexpr (std::is_same_v<S, double>) name = "double";
  if constexpr (std::is_same_v<S, long double>) name = "long double";
  Stage<S> stage(start, options, observer, bits, name);
  const std::optional<DescentEnd> end = stage.run(position);
  if (!end && !last) return std::nullopt;
  return DescentResult{stage.iterate(), end.value_or(DescentEnd::precision)};
}

DescentResult descend_in_stages(const Instance& start, const DescentOptions& options,
                                const DescentObserver& observer) {
  Position position = first_position(start);
  {
    const WorkingBits precision(64);
    if (auto done = run_stage<double>(start, options, observer, 53, options.max_bits <= 53, position))
      return *done;
    if (auto done = run_stage<long double>(start, options, observer, 64, options.max_bits <= 64, position))
      return *done;
  }
  for (unsigned bits = 128;; bits *= 2) {
    const WorkingBits precision(bits);
    if (auto done = run_stage<Real>(start, options, observer, bits, 2 * bits > options.max_bits, position))
      return *done;
  }
}

}  // namespace

DescentResult descend(const Instance& start, const DescentOptions& options, const DescentObserver& observer) {
  check_options(start, options);
  DescentResult result = descend_in_stages(start, options, observer);
  const std::uint64_t every = options.record_every;
  const bool recorded = result.last.iteration == 0 || (every > 0 && result.last.iteration % every == 0);
  if (!recorded && observer.record) observer.record(result.last);
  return result;
}

}  // namespace lojacert::search

// attack INSTANCE CERTIFICATE: tries to break a claim `threshold` or `landscape` about every student of a
// teacher.
//
// Draws students by families (families.hpp), scales each to a chosen loss, and walks from there to smaller
// ||grad L|| / L^beta (walk.hpp), in numbers of about 104 bits whose error fast_landscape.hpp states. What
// looks like a violation is decided by enclosures, and so are the smallest ratios that the table shows. Exit
// code 0: no violation; 1: a violation, certain, its student printed as an instance; 2: bad use, or the fast
// numbers were wrong.

#include "families.hpp"
#include "fast_landscape.hpp"
#include "target.hpp"
#include "walk.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/search/real.hpp>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace lojacert::attack {
namespace {

struct Options {
  std::string instance;
  std::string certificate;
  std::string csv;
  std::string label;
  std::uint64_t seed = 1;
  std::size_t count = 2000;
  std::size_t steps = 40;
  std::size_t dimension = 0;
};

// Decades of L / eps0: below 1e-2, up to 1e-1, 1, 10, 100, 1000.
constexpr int lowest_decade = -2;
constexpr int highest_decade = 3;
constexpr std::size_t decade_count = highest_decade - lowest_decade + 1;

struct Cell {
  std::size_t drawn = 0;  // students drawn at a loss in this decade
  std::size_t seen = 0;   // students evaluated there, drawn ones included
  double smallest = HUGE_VAL;
  double smallest_linear = HUGE_VAL;  // ||grad L|| / L
  std::vector<DoubleDouble> student;
};

class Attack {
 public:
  Attack(const Options& options, const Instance& instance, const Target& target)
      : options_(options),
        teacher_(in_dimension(instance, std::max(options.dimension, instance.dimension()))),
        target_(target),
        eps0_(search::nearest<double>(target.eps0)),
        kappa_(search::nearest<double>(target.kappa)),
        kappa_1_(search::nearest<double>(target.kappa_1)),
        beta_(search::nearest<double>(target.beta)),
        widest_(target.delta ? search::nearest<double>(*target.delta) : 4),
        landscape_(teacher_),
        dice_(options.seed),
        walk_(landscape_, dice_),
        cells_(family_names.size(), std::vector<Cell>(decade_count)) {}

  int run() {
    const auto families = usable_families();
    // Some drafts miss the range of losses or the domain; others take their place.
    for (std::size_t n = 0; drawn_ < options_.count && n < 10 * options_.count && !violation_; ++n) {
      one(families[n % families.size()]);
    }
    if (!target_.delta && !violation_) equators();
    print();
    if (!options_.csv.empty()) write_csv();
    if (violation_) {
      fmt::print("c violation: L = {:.6g}, ||grad L|| / L^beta in [{:.10g}, {:.10g}], claimed {:.10g}\n",
                 violation_->loss, violation_->ratio_lower, violation_->ratio_upper, kappa_);
      fmt::print("{}\ns VIOLATED\n", instance_json(*violating_));
      return 1;
    }
    if (wrong_) return 2;
    fmt::print("s NO VIOLATION\n");
    return 0;
  }

 private:
  [[nodiscard]] std::vector<Family> usable_families() const {
    std::vector<Family> families = {Family::near, Family::ring,     Family::pairs,  Family::split,
                                    Family::far,  Family::outliers, Family::ladder, Family::parallel};
    if (teacher_.neuron == NeuronForm::norm) families.push_back(Family::zero);
    return families;
  }

  /// Draws, scales to a loss, walks.
  void one(Family family) {
    const std::size_t r = landscape_.teacher_count();
    const double u = dice_.uniform();
    std::size_t m = r + static_cast<std::size_t>(static_cast<double>(7 * r + 1) * u * u);
    if (family != Family::near && family != Family::split && family != Family::parallel)
      m = std::max(m, r + 1);
    // Two thirds of the students below eps0.
    const double kind = dice_.uniform();
    const double wanted =
        eps0_ *
        (kind < 0.45   ? dice_.uniform(0.3, 1)
         : kind < 0.67 ? dice_.log_uniform(1e-3, 0.3)
                       : dice_.log_uniform(1, 1000)) *
        (target_.delta && dice_.chance(0.7) ? dice_.log_uniform(1e-8, 1) : 1);  // narrow students
    const double cap = wanted > eps0_ ? wanted : eps0_ * (1 - 1e-9);
    double rho = std::sqrt(2 * wanted);
    const Draft draft = draw(family, m, rho, widest_, landscape_, dice_);
    std::vector<DoubleDouble> students = draft.at(rho);
    for (int step = 0; step < 8; ++step) {
      const double loss = landscape_.loss(students);
      if (!(loss > 0) || std::abs(loss / wanted - 1) < 0.02) break;
      rho *= std::sqrt(std::clamp(wanted / loss, 1e-4, 1e4));
      students = draft.at(rho);
    }
    if (landscape_.activation() != Activation::relu) flip(students);
    Walk::Limits limits;
    limits.beta = beta_;
    limits.cap = cap;
    limits.widest_angle = widest_ * (1 - 1e-9);
    limits.steps = options_.steps;
    bool first = true;
    walk_.run(std::move(students), limits, [&](const std::vector<DoubleDouble>& p, const Measure& measure) {
      look(family, p, measure, first);
      first = false;
    });
  }

  void flip(std::vector<DoubleDouble>& students) {
    const std::size_t d = landscape_.dimension();
    for (std::size_t j = 0; j < students.size() / d; ++j) {
      if (dice_.chance(0.5)) continue;
      for (std::size_t k = 0; k < d; ++k) students[j * d + k] = -students[j * d + k];
    }
  }

  /// Spurious critical students orthogonal to all teachers, on the axes that the teacher does not use.
  void equators() {
    const std::size_t d = landscape_.dimension();
    const auto used = [&](std::size_t k) {
      for (std::size_t i = 0; i < landscape_.teacher_count(); ++i) {
        if (landscape_.teacher()[i * d + k].hi != 0) return true;
      }
      return false;
    };
    std::size_t unused = 0;
    while (unused < d && !used(d - 1 - unused)) ++unused;
    for (std::size_t k = 1; k <= unused; ++k) {
      const std::vector<DoubleDouble> p = equator(k, landscape_);
      Measure measure = landscape_.measure(p);
      measure.gradient_norm =
          std::max(measure.gradient_norm, 1e-30);  // it vanishes but for the rounding of the mass
      measure.resolved = true;
      look(Family::equator, p, measure, true);
    }
  }

  void look(Family family, const std::vector<DoubleDouble>& p, const Measure& measure, bool drawn) {
    if (!measure.resolved) {
      ++unresolved_;
      return;
    }
    if (measure.angle > widest_ * (1 - 1e-9)) return;
    const double relative = measure.loss / eps0_;
    const int decade = std::max(lowest_decade, static_cast<int>(std::ceil(std::log10(relative))));
    if (decade > highest_decade) return;
    Cell& cell = cells_[static_cast<std::size_t>(family)][static_cast<std::size_t>(decade - lowest_decade)];
    if (drawn) {
      ++cell.drawn;
      ++drawn_;
    }
    ++cell.seen;
    const double ratio = measure.gradient_norm / std::pow(measure.loss, beta_);
    cell.smallest_linear = std::min(cell.smallest_linear, measure.gradient_norm / measure.loss);
    if (ratio < cell.smallest) {
      cell.smallest = ratio;
      cell.student = p;
    }
    const bool suspicious =
        ratio < kappa_ * (1 + 1e-6) || measure.gradient_norm < kappa_1_ * measure.loss * (1 + 1e-6);
    if (relative > 1 || !suspicious || violation_ || ++suspicions_ > 1000) return;
    Instance suspect = with_student(teacher_, p);
    suspect.name = "breaks the claim";
    const Confirmation confirmation = confirm(suspect, target_);
    if (!confirmation.violated) return;
    violation_ = confirmation;
    violating_ = std::move(suspect);
  }

  /// The cell with the smallest ratio of a decade, over all families.
  [[nodiscard]] const Cell* smallest_of(std::size_t decade) const {
    const Cell* best = nullptr;
    for (const auto& row : cells_) {
      if (row[decade].seen > 0 && (best == nullptr || row[decade].smallest < best->smallest))
        best = &row[decade];
    }
    return best;
  }

  [[nodiscard]] static std::string text_of(std::size_t decade) {
    const int power = static_cast<int>(decade) + lowest_decade;
    return fmt::format("{} 1e{}", power == lowest_decade ? "below" : "up to", power);
  }

  void print() {
    fmt::print("c {} for {}: r = {}, d = {}, {} {}, seed {}\n", target_.kind, options_.label,
               landscape_.teacher_count(), landscape_.dimension(), to_string(teacher_.activation),
               to_string(teacher_.neuron), options_.seed);
    fmt::print("c claimed: eps0 = {:.6g}, kappa = {:.6g}, kappa_1 = {:.6g}, beta = {:.4g}\n", eps0_, kappa_,
               kappa_1_, beta_);
    fmt::print(
        "c L <= eps0, by family: students drawn, evaluated, smallest ratio, over kappa, linear over "
        "kappa_1\n");
    for (std::size_t f = 0; f < family_names.size(); ++f) {
      Cell sum;
      for (std::size_t n = 0; n <= static_cast<std::size_t>(-lowest_decade); ++n) {
        sum.drawn += cells_[f][n].drawn;
        sum.seen += cells_[f][n].seen;
        sum.smallest = std::min(sum.smallest, cells_[f][n].smallest);
        sum.smallest_linear = std::min(sum.smallest_linear, cells_[f][n].smallest_linear);
      }
      if (sum.seen == 0) continue;
      fmt::print("c   {:9} {:8} {:9} {:12.6g} {:12.6g} {:12.6g}\n", family_names[f], sum.drawn, sum.seen,
                 sum.smallest, sum.smallest / kappa_, sum.smallest_linear / kappa_1_);
    }
    fmt::print("c all families, by L/eps0: drawn, evaluated, smallest ratio as enclosed, over kappa\n");
    for (std::size_t n = 0; n < decade_count; ++n) {
      const Cell* best = smallest_of(n);
      if (best == nullptr) continue;
      std::size_t drawn = 0;
      std::size_t seen = 0;
      for (const auto& row : cells_) {
        drawn += row[n].drawn;
        seen += row[n].seen;
      }
      const Confirmation sure = confirm(with_student(teacher_, best->student), target_);
      const bool equal = sure.decided && std::abs(sure.ratio_lower / best->smallest - 1) < 1e-3;
      const bool critical = sure.ratio_upper < 1e-12;
      wrong_ = wrong_ || (!equal && !critical);
      fmt::print("c   {:10} {:8} {:9} [{:.8g}, {:.8g}] {:12.6g}{}\n", text_of(n), drawn, seen,
                 sure.ratio_lower, sure.ratio_upper, sure.ratio_lower / kappa_,
                 equal || critical ? "" : "  THE FAST NUMBERS ARE WRONG");
    }
    fmt::print("c too near L = 0 for 104 bits: {}; suspicions settled by enclosures: {}\n", unresolved_,
               suspicions_);
  }

  void write_csv() const {
    std::ofstream out(options_.csv);
    out << "label,kind,activation,neuron,r,d,seed,eps0,kappa,beta,family,loss_over_eps0_up_to,drawn,"
           "evaluated,"
           "smallest_ratio,over_kappa\n";
    for (std::size_t f = 0; f < family_names.size(); ++f) {
      for (std::size_t n = 0; n < decade_count; ++n) {
        const Cell& cell = cells_[f][n];
        if (cell.seen == 0) continue;
        out << fmt::format("{},{},{},{},{},{},{},{:.6g},{:.6g},{:.6g},{},1e{},{},{},{:.8g},{:.6g}\n",
                           options_.label, target_.kind, to_string(teacher_.activation),
                           to_string(teacher_.neuron), landscape_.teacher_count(), landscape_.dimension(),
                           options_.seed, eps0_, kappa_, beta_, family_names[f],
                           static_cast<int>(n) + lowest_decade, cell.drawn, cell.seen, cell.smallest,
                           cell.smallest / kappa_);
      }
    }
    if (!out.flush()) throw InputError(options_.csv + ": cannot be written");
  }

  const Options& options_;
  Instance teacher_;
  Target target_;
  double eps0_;
  double kappa_;
  double kappa_1_;
  double beta_;
  double widest_;
  FastLandscape landscape_;
  Dice dice_;
  Walk walk_;
  std::vector<std::vector<Cell>> cells_;
  std::size_t drawn_ = 0;
  std::size_t unresolved_ = 0;
  std::size_t suspicions_ = 0;
  bool wrong_ = false;
  std::optional<Confirmation> violation_;
  std::optional<Instance> violating_;
};

}  // namespace
}  // namespace lojacert::attack

int main(int argc, char** argv) {
  CLI::App app("Tries to break a certified claim about every student of a teacher");
  lojacert::attack::Options options;
  app.add_option("INSTANCE", options.instance, "The teacher, as vectors (a student in it is ignored)")
      ->required();
  app.add_option("CERTIFICATE", options.certificate, "A certificate of kind threshold or landscape")
      ->required();
  app.add_option("--seed", options.seed, "Seed of the random numbers")->capture_default_str();
  app.add_option("--count", options.count, "Students to draw")->capture_default_str();
  app.add_option("--steps", options.steps, "Steps of the walk from each student")->capture_default_str();
  app.add_option("--dimension", options.dimension,
                 "Students of this dimension (the teacher is padded with zeros)");
  app.add_option("--csv", options.csv, "Write counts and minima by family and loss to this file");
  app.add_option("--label", options.label, "Name of the teacher in the table");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    const lojacert::Instance instance = lojacert::read_instance(options.instance);
    if (options.label.empty()) options.label = options.instance;
    return lojacert::attack::Attack(options, instance,
                                    lojacert::attack::read_target(options.certificate, instance))
        .run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "attack: {}\n", error.what());
    return 2;
  }
}

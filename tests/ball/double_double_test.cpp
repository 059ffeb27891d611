// The sum over pairs in double-double arithmetic: its balls against enclosures of 400 bits and more, on every
// instruction set of this machine; the kernel alone; the constants against the script that prints them.

#include "support/instances.hpp"

#include <lojacert/ball/double_double_arcsine.hpp>
#include <lojacert/ball/double_double_rows.hpp>
#include <lojacert/ball/double_double_sum.hpp>
#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <hwy/targets.h>
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

using namespace lojacert;
using namespace lojacert::ball;
using namespace lojacert::ball::double_double;
using namespace lojacert::test;

namespace {

/// Runs `body` once for each instruction set of the library that the machine has.
template <class Body>
void on_every_target(const Body& body) {
  const std::int64_t here = hwy::SupportedTargets();
  for (const std::int64_t target : {HWY_STATIC_TARGET, HWY_AVX2, HWY_AVX3}) {
    if (target != HWY_STATIC_TARGET && (here & target) == 0) continue;
    hwy::GetChosenTarget().Update(target);
    body(hwy::TargetName(target));
  }
  hwy::GetChosenTarget().Update(here);
}

Instance instance_of(const DoubleNetwork& network) {
  Instance instance;
  instance.activation = network.activation;
  instance.neuron = network.neuron;
  instance.teacher_neuron = network.teacher_neuron;
  ExactMatrix student(network.dimension), teacher(network.dimension);
  for (std::size_t g = 0; g < network.count(); ++g) {
    for (const double x : network.row(g)) (g < network.student_count ? student : teacher).append(x);
  }
  instance.student = student;
  instance.teacher = teacher;
  return instance;
}

/// x 2^exponent.
Interval scaled(double x, long exponent, Bits bits) {
  const Integer power = Integer(1) << static_cast<unsigned>(std::labs(exponent));
  return Interval::from(exponent < 0 ? exact(x) / Rational(power) : exact(x) * Rational(power), bits);
}

/// The largest error over radius, of balls whose radius is not just the rounding of the midpoint.
struct Ratios {
  double largest = 0;
  void note(const Interval& error, const Interval& radius, double relative_radius) {
    if (!(relative_radius > 0x1p-48)) return;
    largest = std::max(largest, std::exp2((error / radius).approximate_log2_mag()));
  }
};

struct Comparison {
  Ratios loss, rows;
};

bool within(const Interval& error, const Interval& radius) {
  return certainly_less_equal(abs(error), radius);
}

bool encloses(const Ball& ball, long exponent, const Interval& truth, Bits bits, Ratios* ratios = nullptr) {
  if (!ball.is_finite()) return false;
  const Interval error = truth - scaled(ball.mid, exponent, bits);
  const Interval radius = scaled(ball.rad, exponent, bits);
  if (ratios != nullptr && ball.rad > 0) ratios->note(error, radius, ball.rad / std::fabs(ball.mid));
  return within(error, radius);
}

/// True where every ball of the evaluation holds the enclosure of the truth.
bool encloses(const DoubleNetwork& network, const BallEvaluation& found, const Evaluation& truth, Bits bits,
              Comparison& comparison) {
  if (!encloses(found.loss.ball, found.loss.exponent, truth.loss, bits, &comparison.loss)) return false;
  if (found.gradient.has_value() != truth.gradient.has_value()) return false;
  if (!truth.gradient) return true;
  const BallGradient& gradient = *found.gradient;
  if (!encloses(gradient.norm, gradient.exponent, truth.gradient->norm, bits)) return false;
  for (std::size_t j = 0; j < network.student_count; ++j) {
    Interval squares = Interval::zero(bits);
    double size = 0;
    for (std::size_t k = 0; k < network.dimension; ++k) {
      const std::size_t e = j * network.dimension + k;
      squares += sqr(truth.gradient->partials[e] - scaled(gradient.partials[e], gradient.exponent, bits));
      size = std::max(size, std::fabs(gradient.partials[e]));
    }
    const Interval radius = scaled(gradient.row_radii[j], gradient.exponent, bits);
    if (!within(squares, sqr(radius))) return false;
    if (gradient.row_radii[j] > 0)
      comparison.rows.note(sqrt_nonnegative(squares), radius, gradient.row_radii[j] / size);
  }
  return true;
}

Bits enough_for(const DoubleNetwork& network) {
  double least = 1, largest = 1;
  for (const double x : network.vectors) {
    if (x == 0) continue;
    least = std::min(least, std::fabs(x));
    largest = std::max(largest, std::fabs(x));
  }
  return Bits{400 + static_cast<long>(4 * (std::log2(largest) - std::log2(least)))};
}

/// Compares on every target; the reference is computed once.
bool holds(const DoubleNetwork& network, Comparison& comparison) {
  const Bits bits = enough_for(network);
  const Evaluation truth = Landscape(instance_of(network)).evaluate(bits);
  bool result = true;
  on_every_target([&](const char* name) {
    for (const bool with_gradient : {true, false}) {
      BallEvaluation found = double_double_sum(network, with_gradient);
      Evaluation wanted = truth;
      if (!with_gradient) wanted.gradient.reset();
      if (encloses(network, found, wanted, bits, comparison)) continue;
      UNSCOPED_INFO("instructions " << name << ", with gradient " << with_gradient);
      result = false;
    }
  });
  return result;
}

using Row = std::vector<double>;

DoubleNetwork network_of(const Forms& forms, const std::vector<Row>& students,
                         const std::vector<Row>& teachers) {
  DoubleNetwork network;
  network.activation = forms.activation;
  network.neuron = forms.neuron;
  network.teacher_neuron = forms.teacher_neuron;
  network.dimension = teachers.front().size();
  network.student_count = students.size();
  for (const Row& row : students) network.vectors.insert(network.vectors.end(), row.begin(), row.end());
  for (const Row& row : teachers) network.vectors.insert(network.vectors.end(), row.begin(), row.end());
  return network;
}

double any_double() { return std::ldexp(static_cast<double>(*rc::gen::arbitrary<std::int64_t>()), -62); }

/// A vector in a special position to an earlier one, or a new one.
Row any_row(const std::vector<Row>& earlier, std::size_t dimension, bool may_be_zero, int most_exponent) {
  const int kind = *rc::gen::inRange(0, 14);
  Row row(dimension);
  if (kind == 13 && may_be_zero) return row;
  if (!earlier.empty() && kind < 8) {
    row = earlier[*rc::gen::inRange<std::size_t>(0, earlier.size())];
    const auto at = *rc::gen::inRange<std::size_t>(0, dimension);
    const double factor = kind == 1 ? -1 : kind == 2 ? 0.75 : kind == 3 ? -1.0 / 3 : 1;
    for (double& x : row) x *= factor;
    if (kind == 4) row[at] += std::ldexp(1.0, -*rc::gen::inRange(1, 1060));
    if (kind == 5) row[at] = std::ldexp(1.0, -*rc::gen::inRange(1, 1060));
    if (kind == 6) row[at] = std::nextafter(row[at], 2.0);
    if (kind == 7 && dimension > 1) {  // orthogonal, where the other entries are 0
      std::swap(row[0], row[1]);
      row[0] = -row[0];
    }
  } else {
    for (double& x : row) x = any_double();
    if (kind == 8) std::fill(row.begin() + 1, row.end(), 0.0);
    if (kind == 9) row[0] = std::ldexp(row[0], -*rc::gen::inRange(1, 1060));
  }
  if (most_exponent > 0 && *rc::gen::inRange(0, 2) == 0) {
    const int exponent = *rc::gen::inRange(-most_exponent, most_exponent + 1);
    for (double& x : row) x = std::isfinite(std::ldexp(x, exponent)) ? std::ldexp(x, exponent) : 1;
  }
  if (!may_be_zero && std::all_of(row.begin(), row.end(), [](double x) { return x == 0; })) row[0] = 1;
  return row;
}

DoubleNetwork any_network(std::size_t dimension, std::size_t most_rows, int most_exponent) {
  const std::vector<Forms> forms = all_forms();
  const Forms form = forms[*rc::gen::inRange<std::size_t>(0, forms.size())];
  const bool may_be_zero = form.neuron == NeuronForm::norm || *rc::gen::inRange(0, 10) == 0;
  std::vector<Row> rows;
  const auto teachers = *rc::gen::inRange<std::size_t>(1, most_rows),
             students = *rc::gen::inRange<std::size_t>(1, most_rows);
  for (std::size_t g = 0; g < teachers; ++g) rows.push_back(any_row(rows, dimension, true, most_exponent));
  for (std::size_t g = 0; g < students; ++g) {
    rows.push_back(any_row(rows, dimension, may_be_zero, most_exponent));
  }
  const auto split = rows.begin() + static_cast<std::ptrdiff_t>(teachers);
  return network_of(form, {split, rows.end()}, {rows.begin(), split});
}

/// Two students a teacher, v/2 + eps n and v - that.
DoubleNetwork near_convergence(std::size_t d, std::size_t r, double eps) {
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal(0, 1 / std::sqrt(static_cast<double>(d)));
  std::vector<Row> students, teachers;
  for (std::size_t i = 0; i < r; ++i) {
    Row v(d), first(d), second(d);
    for (std::size_t k = 0; k < d; ++k) {
      v[k] = normal(engine);
      first[k] = v[k] / 2 + eps * normal(engine);
      second[k] = v[k] - first[k];
    }
    teachers.push_back(v);
    students.push_back(first);
    students.push_back(second);
  }
  return network_of({Activation::abs, NeuronForm::unit, NeuronForm::unit}, students, teachers);
}

constexpr double square_unit = 0x1p-106;
constexpr Bits kernel_bits{300};

/// Cosines to try: everywhere, at the ends, at the table's nodes and half-way between, where the roles of
/// sine and cosine change; in pairs whose sum is at most 1 in size.
DoubleDoubles cosines_to_try() {
  std::vector<DoubleDouble> list;
  const auto add = [&](double high, double low) {
    for (const double sign : {1.0, -1.0}) {
      if (high + low == high && high <= 1 && !(high == 1 && low > 0))
        list.push_back({sign * high, sign * low});
    }
  };
  std::mt19937_64 engine(3);
  std::uniform_real_distribution<double> fraction(0, 1);
  const auto around = [&](double x) {
    for (const double y : {std::nextafter(x, 0.0), x, std::nextafter(x, 2.0)}) {
      for (const double low : {0.0, 0.49, -0.49, 0x1p-40, -0x1p-40}) add(y, low * std::ldexp(y, -54));
    }
  };
  around(0);
  around(1);
  for (int i = 0; i <= 256; ++i) {
    around(i / 256.0);
    around(std::sqrt(1 - (i / 256.0) * (i / 256.0)));
  }
  around(std::sqrt(0.5));
  for (int k = 0; k < 1070; ++k) {
    add(1, -std::ldexp(1.0, -k));
    add(std::ldexp(1.0, -k), std::ldexp(fraction(engine), -k - 55));
    add(1 - std::ldexp(fraction(engine), -k % 53), std::ldexp(fraction(engine) - 0.5, -54));
  }
  while (list.size() < 100000) {
    const double high = fraction(engine);
    add(high, std::ldexp(high * (fraction(engine) - 0.5), -53));
  }
  DoubleDoubles result(padded(list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) {
    result.high[i] = list[i].high;
    result.low[i] = list[i].low;
  }
  return result;
}

struct KernelTruth {
  Interval sine, complement, value;
};

/// Of the cosine, or of +-1 where the kernel puts this in its place.
KernelTruth kernel_truth(double high, double low) {
  if (std::fabs(high) == 1 && std::fabs(low) < 0x1p-200) low = 0;
  const Interval cosine = Interval::exact(high, kernel_bits) + Interval::exact(low, kernel_bits);
  const Interval one = Interval::exact(1L, kernel_bits);
  const Interval sine = sqrt_nonnegative((one - cosine) * (one + cosine));
  const Interval half_pi = Interval::pi(kernel_bits) / Interval::exact(2L, kernel_bits);
  const Interval complement = half_pi - angle_of(sine, cosine);
  return {sine, abs(complement), sine + cosine * complement};
}

/// The largest error in units of u^2.
struct Largest {
  double error = 0;
  bool note(const Interval& truth, double high, double low, double bound) {
    const Interval difference =
        truth - (Interval::exact(high, kernel_bits) + Interval::exact(low, kernel_bits));
    error = std::max(error, std::exp2(difference.approximate_log2_mag()) / square_unit);
    return within(difference, Interval::exact(bound * square_unit, kernel_bits)) &&
           std::fabs(low) <= 0x1p-53 * std::fabs(high);
  }
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  return pclose(pipe) == 0 ? text : std::string();
}

}  // namespace

TEST_CASE("double-double balls contain loss and gradient of random networks") {
  Comparison comparison;
  REQUIRE(rc::check([&] {
    const auto dimension = *rc::gen::inRange<std::size_t>(1, 9);
    RC_ASSERT(holds(any_network(dimension, 6, 0), comparison));
  }));
}

TEST_CASE("double-double: the radii are proved, and not far above the errors") {
  Comparison comparison;
  std::mt19937_64 engine(5);
  std::normal_distribution<double> normal;
  for (const NeuronForm form : {NeuronForm::unit, NeuronForm::norm}) {
    for (int trial = 0; trial < 500; ++trial) {
      // The loss nearly vanishes, so what is left of it is error; with one pair errors do not average out.
      Row teacher(2), student(2);
      for (std::size_t k = 0; k < 2; ++k) {
        teacher[k] = normal(engine);
        student[k] = teacher[k] * (1 + 0x1p-52 * normal(engine));
      }
      CHECK(holds(network_of({Activation::abs, form, form}, {student}, {teacher}), comparison));
    }
  }
  WARN("largest error/radius: loss " << comparison.loss.largest << ", rows " << comparison.rows.largest);
  CHECK(comparison.loss.largest < 1);
  CHECK(comparison.rows.largest < 1);
  CHECK(comparison.loss.largest > 1e-3);
  CHECK(comparison.rows.largest > 1e-3);
}

TEST_CASE("double-double balls contain loss and gradient whatever the norms") {
  Comparison comparison;
  REQUIRE(rc::check([&] {
    const auto dimension = *rc::gen::inRange<std::size_t>(1, 9);
    RC_ASSERT(holds(any_network(dimension, 6, *rc::gen::element(20, 500)), comparison));
  }));
}

TEST_CASE("double-double balls contain loss and gradient in 50 dimensions and of many neurons") {
  Comparison comparison;
  std::mt19937_64 engine(11);
  std::normal_distribution<double> normal;
  for (const Forms& forms : all_forms()) {
    for (const auto& [dimension, students, teachers] : {std::array<std::size_t, 3>{50, 7, 6}, {3, 35, 20}}) {
      DoubleNetwork network = network_of(forms, std::vector<Row>(students, Row(dimension)),
                                         std::vector<Row>(teachers, Row(dimension)));
      for (double& x : network.vectors) x = normal(engine);
      CHECK(holds(network, comparison));
    }
  }
}

TEST_CASE("double-double balls contain pairs at every angle") {
  Comparison comparison;
  for (const Forms& forms : all_forms()) {
    for (int k = 0; k <= 1070; k += (k < 120 ? 3 : 37)) {
      const double tangent = std::ldexp(1.0, -k);
      for (const double side : {1.0, -1.0}) {
        CHECK(holds(network_of(forms, {{side, tangent}}, {{1, 0}}), comparison));
        CHECK(
            holds(network_of(forms, {{side / 3, tangent / 3}, {tangent, side}}, {{1.0 / 3, 0}}), comparison));
      }
    }
  }
}

TEST_CASE("double-double: zero vectors, undefined gradients, numbers that are not the instance's") {
  const Forms unit{Activation::abs, NeuronForm::unit, NeuronForm::unit};
  const Forms norm{Activation::relu, NeuronForm::norm, NeuronForm::unit};
  Comparison comparison;
  CHECK(holds(network_of(unit, {{0, 0}, {1, 2}}, {{3, 4}}), comparison));
  CHECK_FALSE(double_double_sum(network_of(unit, {{0, 0}}, {{3, 4}}), true).gradient);
  CHECK(holds(network_of(norm, {{0, 0}, {1, 2}}, {{3, 4}}), comparison));
  CHECK(holds(network_of(norm, {{0, 0}}, {{0, 0}}), comparison));
  const BallEvaluation nothing = double_double_sum(network_of(norm, {{0, 0}}, {{0, 0}}), true);
  CHECK(nothing.loss.ball.rad == 0);
  CHECK(nothing.gradient->row_radii == std::vector<double>{0});
  DoubleNetwork rounded = network_of(norm, {{1, 0}}, {{0, 1}});
  rounded.is_exact = false;
  CHECK_FALSE(double_double_sum(rounded, true).loss.ball.is_finite());
  CHECK_FALSE(std::isfinite(double_double_sum(rounded, true).gradient->row_radii[0]));
  const double huge = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  CHECK(holds(network_of(norm, {{huge, -huge}, {least, 3 * least}}, {{huge, huge / 3}}), comparison));
  CHECK(holds(network_of(norm, {{least, 3 * least}}, {{least, least}}), comparison));
}

TEST_CASE("double-double: a wrong midpoint would be seen") {
  Comparison comparison;
  const DoubleNetwork network = network_of({}, {{0.5, 0.01}, {0.5, -0.01}}, {{1, 0}});
  const Bits bits{400};
  const Evaluation truth = Landscape(instance_of(network)).evaluate(bits);
  BallEvaluation found = double_double_sum(network, true);
  CHECK(encloses(network, found, truth, bits, comparison));
  found.loss.ball.mid *= 1 + 0x1p-49;
  CHECK_FALSE(encloses(network, found, truth, bits, comparison));
  found = double_double_sum(network, true);
  found.gradient->partials[1] *= 1 + 0x1p-46;
  CHECK_FALSE(encloses(network, found, truth, bits, comparison));
}

TEST_CASE("double-double balls contain what little is left near convergence") {
  Comparison comparison;
  for (const Forms& forms : all_forms()) {
    for (int k = 1; k <= 60; k += 4) {
      DoubleNetwork network = near_convergence(5, 2, std::ldexp(1.0, -k));
      network.activation = forms.activation;
      network.neuron = forms.neuron;
      network.teacher_neuron = forms.teacher_neuron;
      for (std::size_t g = 0; g < network.count(); ++g) {
        if (network.form(g) == NeuronForm::unit) continue;
        double squares = 0;
        for (const double x : network.row(g)) squares += x * x;
        const double root = std::sqrt(std::sqrt(squares));  // |w| w is the vector that unit form would have
        for (std::size_t i = 0; i < 5; ++i) network.vectors[5 * g + i] /= root;
      }
      CHECK(holds(network, comparison));
    }
  }
}

TEST_CASE("double-double: near convergence the balls stay narrow") {
  for (const auto& [eps, most] : {std::pair{1e-3, 1e-12}, std::pair{1e-6, 1e-6}}) {
    const DoubleNetwork network = near_convergence(50, 20, eps);
    Comparison comparison;
    CHECK(holds(network, comparison));
    const BallEvaluation found = double_double_sum(network, true);
    const double loss = found.loss.ball.rad / found.loss.ball.mid;
    const double norm = found.gradient->norm.rad / found.gradient->norm.mid;
    WARN("eps " << eps << ": loss " << std::ldexp(found.loss.ball.mid, static_cast<int>(found.loss.exponent))
                << ", relative radius " << loss << ", of the gradient " << norm << ", error/radius "
                << comparison.loss.largest);
    CHECK(loss < most);
    CHECK(norm < most);
  }
}

TEST_CASE("double-double: the kernel's errors are within their bounds at 100000 cosines") {
  const DoubleDoubles cosines = cosines_to_try();
  std::vector<KernelTruth> truth;
  for (std::size_t i = 0; i < cosines.high.size(); ++i) {
    truth.push_back(kernel_truth(cosines.high[i], cosines.low[i]));
  }
  on_every_target([&](const char* name) {
    const KernelValues values = kernel_values_of(cosines);
    Largest sine, complement, value;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const bool right =
          sine.note(truth[i].sine, values.sine.high[i], values.sine.low[i], 11.3) &&
          complement.note(truth[i].complement, values.complement.high[i], values.complement.low[i], 29) &&
          value.note(truth[i].value, values.value.high[i], values.value.low[i], 49);
      if (!right) ++wrong;
    }
    WARN(name << ": largest errors in u^2, sine " << sine.error << " of 11.3, arcsine " << complement.error
              << " of 29, kernel " << value.error << " of 49");
    CHECK(wrong == 0);
    CHECK(sine.error > 0.01 * 11.3);
    CHECK(complement.error > 0.01 * 29);
    CHECK(value.error > 0.01 * 49);
  });
}

TEST_CASE("double-double: lengths are within their bounds") {
  std::mt19937_64 engine(9);
  std::uniform_real_distribution<double> size(1, 2);
  for (const std::size_t dimension : {1, 2, 7, 8, 9, 50, 300}) {
    PackedVectors vectors;
    vectors.count = 37;
    vectors.dimension = dimension;
    vectors.rows.resize(vectors.count * padded(dimension));
    vectors.columns.resize(dimension * padded(vectors.count));
    for (std::size_t g = 0; g < vectors.count; ++g) {
      for (std::size_t k = 0; k < dimension; ++k) {
        const double x =
            size(engine) * (k > 0 && g % 3 == 0 ? std::ldexp(1.0, -static_cast<int>(k % 60)) : 1);
        vectors.rows[g * padded(dimension) + k] = vectors.columns[k * padded(vectors.count) + g] = x;
      }
    }
    on_every_target([&](const char* name) {
      CAPTURE(name);
      const Lengths lengths = lengths_of(vectors);
      Largest squared, inverse, length;
      for (std::size_t g = 0; g < vectors.count; ++g) {
        Interval sum = Interval::zero(kernel_bits);
        for (std::size_t k = 0; k < dimension; ++k) {
          sum += sqr(Interval::exact(vectors.rows[g * padded(dimension) + k], kernel_bits));
        }
        const Interval root = sqrt_nonnegative(sum);
        const double n = sum.approximate_mid() * (1 - 0x1p-40), l = std::sqrt(n);
        CHECK(squared.note(sum, lengths.squared.high[g], lengths.squared.low[g], 45 * n));
        CHECK(length.note(root, lengths.length.high[g], lengths.length.low[g], 45.6 * l));
        CHECK(inverse.note(Interval::exact(1L, kernel_bits) / root, lengths.inverse.high[g],
                           lengths.inverse.low[g], 37.5 / l * (1 - 0x1p-30)));
      }
    });
  }
}

TEST_CASE("double-double: a cosine past 1 counts as 1") {
  DoubleDoubles cosines(padding);
  for (std::size_t i = 0; i < padding; ++i) {
    cosines.high[i] = i % 2 == 0 ? 1 : -1;
    cosines.low[i] = i % 2 == 0 ? 0x1p-90 : -0x1p-53;
  }
  on_every_target([&](const char*) {
    const KernelValues values = kernel_values_of(cosines);
    for (std::size_t i = 0; i < padding; ++i) {
      CHECK(values.sine.high[i] == 0);
      CHECK(values.value.high[i] == half_pi_pair[0]);
      CHECK(values.value.low[i] == half_pi_pair[1]);
    }
  });
}

TEST_CASE("double-double: the arcsine's constants are what the script prints") {
  const std::string folder = std::string(LOJACERT_SOURCE_DIR) + "/lib/ball/";
  CHECK(arcsine_error <= 0x1p-124);
  CHECK(arcsine_radius >= 1.4222 / 256);
  if (std::system("command -v sollya > /dev/null 2>&1") != 0) {
    WARN("sollya is not installed: its script was not run");
    return;
  }
  CHECK(output_of("sollya " + folder + "sollya/double_double_arcsine.sollya") ==
        text_of(folder + "double_double_arcsine.hpp"));
}

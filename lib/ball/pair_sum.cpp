#include <lojacert/ball/pair_sum.hpp>

#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/ball/tiles.hpp>
#include <lojacert/enclosure/double_interval.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <thread>
#include <utility>

namespace lojacert::ball {

namespace {

using Bound = DoubleInterval;

constexpr double unit = 0.5 * std::numeric_limits<double>::epsilon();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// n units of 2^-53, exactly for every n that occurs.
Bound units(double n) { return Bound(n * unit); }
Bound number(std::size_t n) { return Bound(static_cast<double>(n)); }

/// 2^exponent x without an intermediate overflow; one rounding where the result is subnormal.
double scaled(double x, long exponent) {
  constexpr long least = -2000;
  return std::ldexp(x, static_cast<int>(std::clamp(exponent, least, -least)));
}

/// Every power of two up to `limit` of the exponent's parity is a double.
long exponent_of(double x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  return exponent;
}

/// The largest |x|; NaN or infinite where an entry is. In four parts, which a processor compares side by
/// side.
double largest_size(std::span<const double> row) {
  double largest[4] = {};
  double nothing[4] = {};  // 0, or NaN
  std::size_t k = 0;
  const auto look_at = [&](std::size_t part, double x) {
    const double size = std::fabs(x);
    largest[part] = size > largest[part] ? size : largest[part];
    nothing[part] += x * 0;
  };
  for (; k + 4 <= row.size(); k += 4) {
    for (std::size_t part = 0; part < 4; ++part) look_at(part, row[k + part]);
  }
  for (; k < row.size(); ++k) look_at(0, row[k]);
  return std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3])) +
         ((nothing[0] + nothing[1]) + (nothing[2] + nothing[3]));
}

/// A row as 2^exponent times a row whose length is about 1.
struct Length {
  double mantissa = 0;  ///< 0 for a zero row
  long exponent = 0;
};

/// The relative errors of what stands for the neurons (docs/numerics/balls.md, section 3).
struct InputErrors {
  Bound angle;      ///< of b_g with the true direction
  Bound mass;       ///< relative
  Bound magnitude;  ///< relative, of |w_g|
};

InputErrors input_errors(const DoubleNetwork& network) {
  const double entry = network.is_exact ? 0 : 2;  // 2^-52 of an entry, in units
  // Norm form squares the length.
  return {units(1.01 + 1.01 * entry), units(5.2 + 2.1 * entry), units(2.1 + 1.01 * entry)};
}

/// The neurons of a network as unit rows; masses times 2^-exponent.
class Prepared {
 public:
  explicit Prepared(const DoubleNetwork& network)
      : network_(network), rows_(network.count(), network.dimension), lengths_(network.count()) {
    for (std::size_t g = 0; g < network.count(); ++g) prepare_direction(g);
    choose_exponent();
    for (std::size_t g = 0; g < network.count(); ++g) prepare_mass(g);
    pack(rows_);
  }

  [[nodiscard]] const UnitRows& rows() const { return rows_; }
  /// Even, so that it can be halved for the vectors of norm form.
  [[nodiscard]] long exponent() const { return exponent_; }
  [[nodiscard]] const Length& length(std::size_t g) const { return lengths_[g]; }
  [[nodiscard]] bool is_finite() const { return finite_; }
  /// An upper bound of the sum of |mass|, and of the sum of their squares.
  [[nodiscard]] const Bound& total_mass() const { return total_mass_; }
  [[nodiscard]] const Bound& squared_masses() const { return squared_masses_; }

 private:
  void prepare_direction(std::size_t g) {
    const auto source = network_.row(g);
    const double largest = largest_size(source);
    double* row = rows_.unit.data() + g * rows_.stride;
    finite_ = finite_ && std::isfinite(largest);
    if (!finite_ || largest == 0) {
      std::fill_n(row, source.size(), 0.0);
      return;
    }
    const long exponent = exponent_of(largest);
    // In two steps: 2^-exponent may be no double.
    const double first = scaled(1, -exponent / 2);
    const double second = scaled(1, -exponent - (-exponent / 2));
    for (std::size_t k = 0; k < source.size(); ++k) row[k] = source[k] * first * second;
    lengths_[g] = {normalise(row, rows_.stride), exponent};
  }

  [[nodiscard]] double mass_mantissa(std::size_t g) const {
    const double m = lengths_[g].mantissa;
    return network_.form(g) == NeuronForm::norm ? m * m : m;
  }
  [[nodiscard]] long mass_exponent(std::size_t g) const {
    return network_.form(g) == NeuronForm::norm ? 2 * lengths_[g].exponent : lengths_[g].exponent;
  }

  void choose_exponent() {
    bool any = false;
    for (std::size_t g = 0; g < lengths_.size(); ++g) {
      if (lengths_[g].mantissa == 0) continue;
      const long exponent = mass_exponent(g) + exponent_of(mass_mantissa(g));
      exponent_ = any ? std::max(exponent_, exponent) : exponent;
      any = true;
    }
    exponent_ += exponent_ & 1;
  }

  void prepare_mass(std::size_t g) {
    const double mass = scaled(mass_mantissa(g), mass_exponent(g) - exponent_);
    rows_.mass[g] = network_.sign(g) * mass;
    total_mass_ += Bound(mass);
    squared_masses_ += sqr(Bound(mass));
    const double* row = rows_.unit.data() + g * rows_.stride;
    double* target = rows_.weighted.data() + g * rows_.stride;
    for (std::size_t k = 0; k < rows_.dimension; ++k) target[k] = rows_.mass[g] * row[k];
  }

  const DoubleNetwork& network_;
  UnitRows rows_;
  std::vector<Length> lengths_;
  long exponent_ = 0;
  bool finite_ = true;
  Bound total_mass_;
  Bound squared_masses_;
};

/// All tiles, shared among threads row by row of tiles; empty where a thread's arithmetic is not sound.
std::optional<TileSums> add_all_pairs(const UnitRows& rows, std::size_t student_count,
                                      const PairSumOptions& options) {
  const std::size_t blocks = rows.padded_count / tile_rows;
  const std::size_t threads = std::clamp<std::size_t>(options.threads, 1, std::max<std::size_t>(blocks, 1));
  std::vector<TileSums> parts;
  parts.reserve(threads);
  for (std::size_t t = 0; t < threads; ++t)
    parts.emplace_back(rows, options.with_gradient ? student_count : 0);
  std::vector<char> sound(threads, 0);
  const auto work = [&](std::size_t t) {
    sound[t] = arithmetic_fault() ? 0 : 1;
    for (std::size_t b = t; sound[t] != 0 && b < blocks; b += threads)
      add_pairs_of_rows(rows, b * tile_rows, options.with_gradient, parts[t]);
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work, t);
    work(0);
  }
  if (std::find(sound.begin(), sound.end(), 0) != sound.end()) return std::nullopt;
  TileSums& total = parts.front();
  for (std::size_t t = 1; t < threads; ++t) total.add(parts[t]);
  return std::move(total);
}

/// Roundings counted in docs/numerics/balls.md: the numbers here are its table's.
class Radii {
 public:
  Radii(const Prepared& prepared, const DoubleNetwork& network, const PairSumOptions& options)
      : errors_(input_errors(network)), mass_(prepared.total_mass()), squares_(prepared.squared_masses()) {
    const double d = static_cast<double>(network.dimension);
    const std::size_t padded = prepared.rows().padded_count;
    const SummationDepth depth = summation_depth(padded);
    const double threads = options.threads;
    cosine_ = units(1.001 * (d + 8.6));
    loss_depth_ = static_cast<double>(depth.loss);
    along_depth_ = static_cast<double>(depth.along) + threads;
    gamma_depth_ = static_cast<double>(depth.gamma) + threads;
    const double summands =
        static_cast<double>(padded) * (static_cast<double>(padded) / tile_columns + 2) + threads;
    compensated_ = sqr(units(summands));
    // Underflows: every one is below 2^-1000 beside a total mass of at least 1/4.
    negligible_ = Bound(1e-290);
  }

  /// Of E R^2, given its computed value.
  [[nodiscard]] Bound twice_loss(double value) const {
    const Bound relative = cosine_ + units(1.001 * (8.2 + loss_depth_ + 6)) + compensated_;
    const Bound computed =
        relative * sqr(mass_) + units(8) * squares_ + units(4) * Bound(std::fabs(value)) + negligible_;
    const Bound inexact = (errors_.angle + errors_.mass) * mass_;
    const Bound root = sqrt_nonnegative(Bound(std::max(value, 0.0)) + computed);
    return Bound((computed + inexact * (Bound(2) * root + inexact)).sup());
  }

  /// Of gamma_g, in the 2-norm.
  [[nodiscard]] Bound gamma() const {
    const Bound input = Bound(2.28) * errors_.angle + errors_.mass;
    const Bound rounding = units(1.001 * (20 + gamma_depth_ + 0.64 * along_depth_));
    return Bound(((input + Bound(1.29) * cosine_ + rounding) * mass_ + negligible_).sup());
  }

  /// Of z, in the 2-norm.
  [[nodiscard]] Bound excess() const {
    return Bound(((errors_.angle + errors_.mass + units(8)) * mass_ + negligible_).sup());
  }

  [[nodiscard]] const InputErrors& input() const { return errors_; }

 private:
  InputErrors errors_;
  Bound mass_;
  Bound squares_;
  Bound cosine_;
  double loss_depth_ = 0;
  double along_depth_ = 0;
  double gamma_depth_ = 0;
  Bound compensated_;
  Bound negligible_;
};

/// In four sums, which a processor adds side by side.
double sum_of_squares(const double* x, std::size_t size) {
  double sums[4] = {};
  std::size_t k = 0;
  for (; k + 4 <= size; k += 4) {
    for (std::size_t part = 0; part < 4; ++part) sums[part] += x[k + part] * x[k + part];
  }
  for (; k < size; ++k) sums[0] += x[k] * x[k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// An upper bound of the 2-norm of computed doubles.
Bound norm_of(const double* x, std::size_t size) {
  const Bound relative = Bound(1) + units(static_cast<double>(size) + 4);
  return sqrt_nonnegative(Bound(sum_of_squares(x, size)) * relative + Bound(1e-290) * number(size + 1));
}

Bound around(double mid, const Bound& radius) {
  return Bound(mid) + Bound::between(-radius.sup(), radius.sup());
}

class Evaluator {
 public:
  Evaluator(const DoubleNetwork& network, const Prepared& prepared, const PairSumOptions& options,
            const TileSums& sums)
      : network_(network),
        prepared_(prepared),
        rows_(prepared.rows()),
        radii_(prepared, network, options),
        sums_(sums) {
    if (network.activation == Activation::relu) excess_ = excess();
  }

  [[nodiscard]] ScaledBall loss() const {
    CompensatedSum diagonal;
    for (std::size_t g = 0; g < rows_.count; ++g) diagonal.add(rows_.mass[g] * rows_.mass[g]);
    const double off_diagonal = (4 / std::numbers::pi) * sums_.loss.value();
    const double twice = diagonal.value() + off_diagonal;
    Bound loss = around(twice, radii_.twice_loss(twice)) * Bound(0.5);
    if (network_.activation != Activation::abs) loss = loss * Bound(0.25);
    if (network_.activation == Activation::relu) {
      const Bound length = around_length(norm_of(excess_.data(), excess_.size()), radii_.excess());
      loss += sqr(length) * Bound(0.125);
    }
    const Bound positive = Bound::between(std::max(loss.inf(), 0.0), loss.sup());
    return {ball_of(positive), 2 * prepared_.exponent()};
  }

  [[nodiscard]] std::optional<BallGradient> gradient() const {
    const std::size_t d = network_.dimension;
    BallGradient result;
    result.partials.resize(network_.student_count * d);
    result.row_radii.resize(network_.student_count);
    const bool is_norm = network_.neuron == NeuronForm::norm;
    result.exponent = is_norm ? prepared_.exponent() / 2 * 3 : prepared_.exponent();
    const Bound in_effective = effective_radius();
    CompensatedSum squares;
    Bound squared_radii;
    for (std::size_t j = 0; j < network_.student_count; ++j) {
      if (prepared_.length(j).mantissa == 0) {
        if (!is_norm) return std::nullopt;
        continue;  // the gradient vanishes at a zero student
      }
      double* row = result.partials.data() + j * d;
      fill_effective_gradient(j, row);
      const Bound radius = is_norm ? through_norm_form(j, row, in_effective) : in_effective;
      const double square = sum_of_squares(row, d);
      squares.add(square);
      squared_radii += sqr(radius);
      result.row_radii[j] = std::isfinite(radius.sup() + square) ? radius.sup() : infinity;
    }
    const double norm = std::sqrt(squares.value());
    // Sums of d squares, a compensated sum over the rows, the root.
    const Bound rounding = units(static_cast<double>(d) + 10) * Bound(norm) + Bound(1e-140);
    result.norm = Ball::checked(norm, (sqrt_nonnegative(squared_radii) + rounding).sup());
    return result;
  }

 private:
  /// The enclosure of a length of which an upper bound, tight to a few units, and the error's size are known.
  [[nodiscard]] Bound around_length(const Bound& upper, const Bound& radius) const {
    const Bound slack =
        upper * units(2.5 * static_cast<double>(network_.dimension) + 20) + radius + Bound(1e-140);
    return Bound::between(std::max(0.0, (upper - slack).inf()), (upper + slack).sup());
  }

  /// z = sum of signed effective vectors.
  [[nodiscard]] std::vector<double> excess() const {
    std::vector<double> z(network_.dimension);
    for (std::size_t k = 0; k < z.size(); ++k) {
      CompensatedSum sum;
      for (std::size_t g = 0; g < rows_.count; ++g) sum.add(rows_.weighted[g * rows_.stride + k]);
      z[k] = sum.value();
    }
    return z;
  }

  /// Of a gradient in effective vectors, in the 2-norm.
  [[nodiscard]] Bound effective_radius() const {
    const Bound gamma = radii_.gamma();
    if (network_.activation == Activation::abs) return gamma;
    if (network_.activation == Activation::relu_linear) return gamma * Bound(0.25);
    const Bound rounding = units(2) * Bound(2) * prepared_.total_mass();  // |gamma + z| <= 2 sum of masses
    return (gamma + radii_.excess() + rounding) * Bound(0.25);
  }

  void fill_effective_gradient(std::size_t j, double* row) const {
    const double* unit_row = rows_.unit.data() + j * rows_.stride;
    const double* weighted = rows_.weighted.data() + j * rows_.stride;
    const double* gamma = sums_.gamma.data() + j * rows_.stride;
    const double sign = network_.sign(j);
    const double along = (2 / std::numbers::pi) * sums_.along[j];
    const std::size_t d = network_.dimension;
    for (std::size_t k = 0; k < d; ++k) row[k] = sign * (weighted[k] + gamma[k] + along * unit_row[k]);
    if (network_.activation == Activation::abs) return;
    if (network_.activation == Activation::relu) {
      for (std::size_t k = 0; k < d; ++k) row[k] += excess_[k];
    }
    for (std::size_t k = 0; k < d; ++k) row[k] *= 0.25;
  }

  /// |w| (g + w^ <w^, g>) in place, with |w| times 2^(-exponent / 2); returns the radius.
  [[nodiscard]] Bound through_norm_form(std::size_t j, double* row, const Bound& radius) const {
    const Length& of_row = prepared_.length(j);
    const double length = scaled(of_row.mantissa, of_row.exponent - prepared_.exponent() / 2);
    const double* direction = rows_.unit.data() + j * rows_.stride;
    const std::size_t d = network_.dimension;
    const Bound size = norm_of(row, d);
    double along = 0;
    for (std::size_t k = 0; k < d; ++k) along += direction[k] * row[k];
    for (std::size_t k = 0; k < d; ++k) row[k] = length * (row[k] + direction[k] * along);
    // |w|, the direction twice, its length twice, the inner product, the rest.
    const InputErrors& input = radii_.input();
    const Bound relative = Bound(2.01) * (input.magnitude + input.angle) + units(static_cast<double>(d) + 16);
    return Bound(
        ((Bound(length) + Bound(1e-290)) * (Bound(2.001) * radius + relative * size) + Bound(1e-290)).sup());
  }

  const DoubleNetwork& network_;
  const Prepared& prepared_;
  const UnitRows& rows_;
  Radii radii_;
  const TileSums& sums_;
  std::vector<double> excess_;
};

BallEvaluation nothing_known(const DoubleNetwork& network, bool with_gradient) {
  BallEvaluation result{{Ball::everything(), 0}, std::nullopt};
  if (with_gradient) result.gradient = unknown_gradient(network);
  return result;
}

}  // namespace

BallEvaluation pair_sum(const DoubleNetwork& network, const PairSumOptions& options) {
  if (arithmetic_fault()) return nothing_known(network, options.with_gradient);
  const Prepared prepared(network);
  if (!prepared.is_finite()) return nothing_known(network, options.with_gradient);
  const std::optional<TileSums> sums = add_all_pairs(prepared.rows(), network.student_count, options);
  if (!sums) return nothing_known(network, options.with_gradient);
  const Evaluator evaluator(network, prepared, options, *sums);
  BallEvaluation result{evaluator.loss(), std::nullopt};
  if (options.with_gradient) result.gradient = evaluator.gradient();
  return result;
}

std::string instruction_set() { return instruction_set_name(); }

}  // namespace lojacert::ball

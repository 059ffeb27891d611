#include <lojacert/ball/double_double_sum.hpp>

#include <lojacert/ball/double_double_rows.hpp>
#include <lojacert/enclosure/double_interval.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace lojacert::ball {

namespace {

using namespace double_double;

// Bounds in units of u^2 = 2^-106: docs/numerics/double-double.md, section 8.
constexpr double loss_error = 290;       // of 2 L_abs, relative to (sum of masses)^2
constexpr double gradient_error = 410;   // of E[R(x) sign(x_j.x) x], relative to the sum of masses
constexpr double odd_sum_error = 110;    // of z, relative to the sum of masses
constexpr double shift_error = 7;        // of adding z to a row of the gradient
constexpr double odd_square_error = 11;  // of |z|^2, relative to itself
constexpr double unit = 0x1p-53;
constexpr int negligible = -300;  // log2 of what is dropped beside 1

DoubleInterval number(double value) { return DoubleInterval(value); }

DoubleInterval symmetric(const DoubleInterval& bound) {
  return DoubleInterval::between(-bound.magnitude(), bound.magnitude());
}

/// An enclosure of high + low.
DoubleInterval number(const DoubleDouble& pair) { return number(pair.high) + number(pair.low); }

/// A factor 2^exponent, or an enclosure of it where it is below 2^-900.
DoubleInterval power_of_two(long exponent) {
  if (exponent < -900) return DoubleInterval::between(0, 0x1p-900);
  return number(std::ldexp(1.0, static_cast<int>(exponent)));
}

/// The nonzero vectors of a network as x_g 2^exponent_g, largest entry of x_g in [1, 2).
struct Packing {
  PackedVectors vectors;
  std::vector<std::size_t> original;  ///< g's row in the network
  std::vector<long> exponents;
};

double largest_entry(std::span<const double> row) {
  double largest = 0;
  for (const double x : row) largest = std::max(largest, std::fabs(x));
  return largest;
}

Packing pack(const DoubleNetwork& network) {
  Packing packing;
  for (std::size_t g = 0; g < network.count(); ++g) {
    const double largest = largest_entry(network.row(g));
    if (largest == 0) continue;
    packing.original.push_back(g);
    packing.exponents.push_back(std::ilogb(largest));
    if (g < network.student_count) ++packing.vectors.student_count;
  }
  PackedVectors& vectors = packing.vectors;
  vectors.count = packing.original.size();
  vectors.dimension = network.dimension;
  const std::size_t row_stride = padded(vectors.dimension), column_stride = padded(vectors.count);
  vectors.rows.resize(vectors.count * row_stride);
  vectors.columns.resize(vectors.dimension * column_stride);
  for (std::size_t g = 0; g < vectors.count; ++g) {
    const std::span<const double> row = network.row(packing.original[g]);
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row[k] == 0 || std::ilogb(row[k]) - packing.exponents[g] < negligible) continue;
      const double entry = std::ldexp(row[k], static_cast<int>(-packing.exponents[g]));
      vectors.rows[g * row_stride + k] = entry;
      vectors.columns[k * column_stride + g] = entry;
    }
  }
  return packing;
}

/// log2 of the unit of g's mass: its mass is |x_g| or |x_g|^2 times this power of two.
long mass_exponent(const Packing& packing, const DoubleNetwork& network, std::size_t g) {
  const bool squared = network.form(packing.original[g]) == NeuronForm::norm;
  return squared ? 2 * packing.exponents[g] : packing.exponents[g];
}

long largest_mass_exponent(const Packing& packing, const DoubleNetwork& network) {
  long largest = 0;
  for (std::size_t g = 0; g < packing.vectors.count; ++g) {
    const long exponent = mass_exponent(packing, network, g);
    largest = g == 0 ? exponent : std::max(largest, exponent);
  }
  return largest;
}

void set_scaled(DoubleDoubles& target, std::size_t g, DoubleDouble value, double factor) {
  target.high[g] = factor * value.high;
  target.low[g] = factor * value.low;
}

DoubleDouble at(const DoubleDoubles& numbers, std::size_t g) { return {numbers.high[g], numbers.low[g]}; }

/// The signed masses in units of 2^common_exponent; those far below 1 are left out.
Weights weights_of(const Packing& packing, const DoubleNetwork& network, const Lengths& lengths,
                   long common_exponent) {
  const std::size_t size = padded(packing.vectors.count);
  Weights weights{DoubleDoubles(size), DoubleDoubles(size)};
  for (std::size_t g = 0; g < packing.vectors.count; ++g) {
    const long exponent = mass_exponent(packing, network, g) - common_exponent;
    if (exponent < negligible) continue;
    const std::size_t row = packing.original[g];
    const double factor = network.sign(row) * std::ldexp(1.0, static_cast<int>(exponent));
    const bool squared = network.form(row) == NeuronForm::norm;
    set_scaled(weights.mass, g, at(squared ? lengths.squared : lengths.length, g), factor);
    set_scaled(weights.direction, g, squared ? at(lengths.length, g) : DoubleDouble{1, 0}, factor);
  }
  return weights;
}

/// An upper bound of the sum of the masses.
DoubleInterval sum_of_masses(const Weights& weights) {
  DoubleInterval sum;
  for (const double mass : weights.mass.high) sum += number(std::fabs(mass));
  return sum * number(1 + 0x1p-40);
}

/// `constant` u^2, and what sums of n terms add to it (section 5).
DoubleInterval in_units(double constant, std::size_t n) {
  const DoubleInterval terms = number(static_cast<double>(n));
  const DoubleInterval growth = sqr(terms) * (terms + number(10)) * number(42 * unit);
  return (number(constant) + growth) * number(unit * unit) * number(1 + 0x1p-20);
}

DoubleInterval squared_norm_of(std::span<const double> row) {
  DoubleInterval sum;
  for (const double x : row) sum += sqr(number(x));
  return sum;
}

DoubleInterval norm_of(std::span<const double> row) { return sqrt_nonnegative(squared_norm_of(row)); }

/// Everything that the radii need to know.
struct Sums {
  std::size_t n;  ///< the longest sum
  DoubleInterval mass;
  OddSum odd;
  PairSums pairs;
};

/// 2L from 2 L_abs and |z|^2 (Proposition 6 of the theory), in units of the masses.
Ball loss_of(Activation activation, const Sums& sums) {
  const DoubleInterval twice_abs =
      number(sums.pairs.twice_loss) + symmetric(in_units(loss_error, sums.n) * sqr(sums.mass));
  if (activation == Activation::abs) return ball_of(twice_abs * number(0.5));
  if (activation == Activation::relu_linear) return ball_of(twice_abs * number(0.125));
  const DoubleInterval computed = number(sums.odd.squared_norm);
  const DoubleInterval shift = in_units(odd_sum_error, sums.n) * sums.mass;
  const DoubleInterval error = in_units(odd_square_error, sums.n) * computed + sqr(shift) +
                               number(2) * sqrt_nonnegative(computed * number(1 + 0x1p-40)) * shift;
  return ball_of((twice_abs + computed + symmetric(error)) * number(0.125));
}

/// One row of the gradient and its radius: g = gradient in the effective vector, |g - true| <= radius.
struct Row {
  std::span<const double> gradient;
  DoubleInterval radius;
};

/// Writes factor g to `partials`; returns the radius.
DoubleInterval unit_row(const Row& row, const DoubleInterval& factor, std::span<double> partials) {
  DoubleInterval squares;
  for (std::size_t k = 0; k < partials.size(); ++k) {
    const Ball entry = ball_of(factor * number(row.gradient[k]));
    partials[k] = entry.mid;
    squares += sqr(number(entry.rad));
  }
  return factor * row.radius + sqrt_nonnegative(squares);
}

/// Writes factor (g + x <x, g> / |x|^2) to `partials`; the map has the norm 2 factor.
DoubleInterval norm_row(const Row& row, std::span<const double> x, const DoubleInterval& factor,
                        std::span<double> partials) {
  DoubleInterval product, squares;
  for (std::size_t k = 0; k < partials.size(); ++k) product += number(x[k]) * number(row.gradient[k]);
  const DoubleInterval along = product / squared_norm_of(x);
  for (std::size_t k = 0; k < partials.size(); ++k) {
    const Ball entry = ball_of(factor * (number(row.gradient[k]) + along * number(x[k])));
    partials[k] = entry.mid;
    squares += sqr(number(entry.rad));
  }
  return number(2) * factor * row.radius + sqrt_nonnegative(squares);
}

/// The radius of a row of E[R(x) sign(x_j.x) x] + z, stored as doubles.
DoubleInterval row_radius(Activation activation, const Sums& sums, std::span<const double> row) {
  const bool shifted = activation == Activation::relu;
  const double constant = gradient_error + (shifted ? odd_sum_error + shift_error : 0);
  return in_units(constant, sums.n) * sums.mass + number(unit) * norm_of(row);
}

Ball frobenius_norm(const BallGradient& gradient) {
  return ball_of(norm_of(gradient.partials) + symmetric(norm_of(gradient.row_radii)));
}

BallGradient gradient_of(const DoubleNetwork& network, const Packing& packing, const Sums& sums,
                         long common_exponent) {
  const std::size_t d = network.dimension, stride = padded(d);
  const bool squared = network.neuron == NeuronForm::norm;
  const PackedVectors& vectors = packing.vectors;
  BallGradient gradient;
  gradient.partials.resize(network.student_count * d);
  gradient.row_radii.resize(network.student_count);
  gradient.exponent = common_exponent;
  long longest = 0;
  if (squared && vectors.student_count > 0) {
    longest = *std::max_element(packing.exponents.begin(),
                                packing.exponents.begin() + static_cast<long>(vectors.student_count));
    gradient.exponent += longest;
  }
  const DoubleInterval share = number(network.activation == Activation::abs ? 1 : 0.25);
  for (std::size_t g = 0; g < vectors.student_count; ++g) {
    const std::size_t j = packing.original[g];
    const std::span<double> partials = std::span(gradient.partials).subspan(j * d, d);
    const std::span<const double> sum(&sums.pairs.gradient[g * stride], d);
    const Row row{sum, row_radius(network.activation, sums, sum)};
    const std::span<const double> x(&vectors.rows[g * stride], d);
    const DoubleInterval radius =
        squared
            ? norm_row(row, x, share * norm_of(x) * power_of_two(packing.exponents[g] - longest), partials)
            : unit_row(row, share, partials);
    gradient.row_radii[j] = radius.magnitude();
  }
  gradient.norm = frobenius_norm(gradient);
  return gradient;
}

bool has_gradient(const DoubleNetwork& network) {
  if (network.neuron == NeuronForm::norm) return true;
  for (std::size_t j = 0; j < network.student_count; ++j) {
    if (largest_entry(network.row(j)) == 0) return false;
  }
  return true;
}

bool is_finite(const DoubleNetwork& network) {
  return std::all_of(network.vectors.begin(), network.vectors.end(),
                     [](double x) { return std::isfinite(x); });
}

}  // namespace

BallEvaluation double_double_sum(const DoubleNetwork& network, bool with_gradient) {
  const bool asks = with_gradient && has_gradient(network);
  BallEvaluation evaluation{{Ball::everything(), 0}, std::nullopt};
  if (!network.is_exact || !is_finite(network)) {
    if (asks) evaluation.gradient = unknown_gradient(network);
    return evaluation;
  }
  const Packing packing = pack(network);
  const PackedVectors& vectors = packing.vectors;
  const long exponent = largest_mass_exponent(packing, network);
  const Lengths lengths = lengths_of(vectors);
  const Weights weights = weights_of(packing, network, lengths, exponent);
  Sums sums{std::max(vectors.count, vectors.dimension), sum_of_masses(weights), {}, {}};
  const bool shifted = network.activation == Activation::relu;
  if (shifted) sums.odd = odd_sum_of(vectors, weights);
  sums.pairs = pair_sums_of(vectors, lengths, weights, asks, shifted ? &sums.odd.vector : nullptr);
  evaluation.loss = {vectors.count == 0 ? Ball{} : loss_of(network.activation, sums), 2 * exponent};
  if (asks) evaluation.gradient = gradient_of(network, packing, sums, exponent);
  return evaluation;
}

}  // namespace lojacert::ball

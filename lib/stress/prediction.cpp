#include <lojacert/stress/prediction.hpp>

#include <lojacert/stress/rounded.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace lojacert::stress {

namespace {

/// A rounding outward moves each end by half a unit in the last place on average, and that unit is 2^-N to
/// 2^(1-N) of the value: the radius grows by about 0.7 * 2^-N times the value.
const Rational radius_of_a_rounding(7, 10);

/// S, c and pi/2 - t of a pair, and its error: dt = (c dS - S dc) / (S^2 + c^2).
struct Pair {
  Rounded dot;
  Rounded gap;
  Rounded half_pi_minus_angle;
};

/// Counts the roundings of an evaluation with the given bits.
class Counter {
 public:
  Counter(const Instance& instance, const Reference& reference, const LineNetwork& network, long bits)
      : instance_(instance),
        reference_(reference),
        network_(network),
        rounding_(bits),
        radius_of_a_rounding_(
            size(Rational(radius_of_a_rounding / (Integer(1) << static_cast<unsigned>(bits))))),
        two_over_pi_(rounding_.once(size(2) / pi())) {
    for (const Line& line : network_.lines) {
      squared_norms_.push_back(rounding_.once(Rational(line.squared_norm)));
      lengths_.push_back(rounding_.square_root(squared_norms_.back()));
      even_.push_back(value_of(line.even, lengths_.back(), line.squared_norm));
      odd_.push_back(value_of(line.odd, lengths_.back(), line.squared_norm));
    }
  }

  [[nodiscard]] RoundingErrors count() const {
    const Size unit = size(radius_of_a_rounding);
    RoundingErrors errors;
    errors.log2_loss = Size(unit * loss() / middle(reference_.loss)).approximate_log2();
    if (reference_.gradient && !reference_.gradient->norm.contains_zero()) {
      const NormError error = gradient();
      const Size norm = middle(reference_.gradient->norm);
      errors.log2_gradient = Size(unit * error.first / norm).approximate_log2();
      errors.log2_gradient_below = Size(unit * error.first_below / norm).approximate_log2();
      errors.log2_gradient_squared = Size(unit * unit * error.second / norm).approximate_log2();
    }
    return errors;
  }

 private:
  static Size pi() { return BinaryFloat::pi(size(0).precision()); }

  [[nodiscard]] Rounded sum(const Rounded& a, const Rounded& b) const { return rounding_.sum(a, b); }
  [[nodiscard]] Rounded product(const Rounded& a, const Rounded& b) const { return rounding_.product(a, b); }
  static Rounded negative(const Rounded& a) {
    return {-a.value, a.error, a.exact ? std::optional<Rational>(-*a.exact) : std::nullopt};
  }
  [[nodiscard]] Rounded power_of_two(long exponent) const {
    const Rational power(Integer(1) << static_cast<unsigned>(std::abs(exponent)));
    return rounding_.once(exponent < 0 ? Rational(1 / power) : power);
  }
  [[nodiscard]] Rounded direction(std::size_t g, std::size_t k) const {
    return rounding_.once(Rational(network_.lines[g].direction[k]));
  }

  /// a + b sqrt(N) as it is computed; its value from more bits, as it may cancel.
  [[nodiscard]] Rounded value_of(const QuadraticNumber& number, const Rounded& length,
                                 const Integer& squared_norm) const {
    const Bits bits = reference_.bits;
    const Interval exact_value =
        Interval::from(number.plain, bits) +
        Interval::from(number.radical, bits) * sqrt_nonnegative(Interval::from(squared_norm, bits));
    return rounding_.sum(rounding_.once(number.plain), product(rounding_.once(number.radical), length),
                         middle(exact_value));
  }

  [[nodiscard]] Pair pair(std::size_t g, std::size_t h) const {
    const Line& u = network_.lines[g];
    const Line& v = network_.lines[h];
    Integer dot = 0;
    for (std::size_t k = 0; k < u.direction.size(); ++k) dot += u.direction[k] * v.direction[k];
    const Integer square = u.squared_norm * v.squared_norm - dot * dot;
    const Rounded c = rounding_.once(Rational(dot));
    const Rounded gap = rounding_.square_root(rounding_.once(Rational(square)));
    const Size angle = atan2(gap.value, c.value);
    const Size radius = gap.value * gap.value + c.value * c.value;
    const Size turn = (abs(c.value) * gap.error + gap.value * c.error) / radius;
    const Size half_pi = pi() / size(2);
    const Size rest = half_pi - angle;
    return {c, gap, {rest, turn + angle + half_pi + abs(rest), std::nullopt}};
  }

  /// The error of L.
  [[nodiscard]] Size loss() const {
    Rounded diagonal = rounding_.zero();
    Rounded off_diagonal = rounding_.zero();
    const std::size_t n = even_.size();
    for (std::size_t g = 0; g < n; ++g) {
      diagonal = sum(diagonal, product(product(even_[g], even_[g]), squared_norms_[g]));
    }
    for (std::size_t g = 0; g < n; ++g) {
      for (std::size_t h = g + 1; h < n; ++h) {
        const Pair p = pair(g, h);
        const Rounded kernel = product(two_over_pi_, sum(p.gap, product(p.half_pi_minus_angle, p.dot)));
        off_diagonal = sum(off_diagonal, product(product(even_[g], even_[h]), kernel));
      }
    }
    const Rounded twice_abs = sum(diagonal, product(off_diagonal, power_of_two(1)));
    if (instance_.activation == Activation::abs) return product(twice_abs, power_of_two(-1)).error;
    const Rounded even_part = product(twice_abs, power_of_two(-3));
    if (instance_.activation == Activation::relu_linear) return even_part.error;
    return sum(even_part, product(squared_excess(), power_of_two(-3))).error;
  }

  [[nodiscard]] std::vector<Rounded> excess() const {
    std::vector<Rounded> z(instance_.dimension(), rounding_.zero());
    for (std::size_t g = 0; g < odd_.size(); ++g) {
      for (std::size_t k = 0; k < z.size(); ++k) z[k] = sum(z[k], product(odd_[g], direction(g, k)));
    }
    return z;
  }

  [[nodiscard]] Rounded squared_excess() const {
    Rounded squared = rounding_.zero();
    for (const Rounded& entry : excess()) squared = sum(squared, product(entry, entry));
    return squared;
  }

  /// Errors of the entries of gamma_g = sum_h even_h E[sign(n_g.x) |n_h.x| x].
  [[nodiscard]] std::vector<Rounded> gamma(std::size_t g) const {
    const std::size_t d = instance_.dimension();
    std::vector<Rounded> result(d, rounding_.zero());
    Rounded along_itself = rounding_.zero();
    for (std::size_t h = 0; h < even_.size(); ++h) {
      if (h == g) {
        along_itself = sum(along_itself, even_[g]);
        continue;
      }
      const Pair p = pair(g, h);
      const Rounded along = product(even_[h], product(two_over_pi_, p.half_pi_minus_angle));
      for (std::size_t k = 0; k < d; ++k) result[k] = sum(result[k], product(along, direction(h, k)));
      const Rounded along_u = rounding_.quotient(product(two_over_pi_, p.gap), squared_norms_[g]);
      along_itself = sum(along_itself, product(even_[h], along_u));
    }
    for (std::size_t k = 0; k < d; ++k) result[k] = sum(result[k], product(along_itself, direction(g, k)));
    return result;
  }

  /// The partial derivatives by the vector of student j, which is on a line.
  [[nodiscard]] std::vector<Rounded> partials(std::size_t j, std::vector<Rounded> gradient,
                                              const std::vector<Rounded>& z) const {
    const Neuron& student = network_.students[j];
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      if (student.scale < 0) gradient[k] = negative(gradient[k]);
      if (instance_.activation != Activation::abs)
        gradient[k] = product(sum(gradient[k], z[k]), power_of_two(-2));
    }
    if (instance_.neuron == NeuronForm::norm) gradient = through_norm_form(gradient, student);
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      // What cancelled is not left in 64 bits.
      if (!gradient[k].exact) gradient[k].value = middle(partial(j, k));
    }
    return gradient;
  }

  [[nodiscard]] const Interval& partial(std::size_t j, std::size_t k) const {
    return reference_.gradient->partials[j * instance_.dimension() + k];
  }

  /// |w| g + w <w, g> / |w|.
  [[nodiscard]] std::vector<Rounded> through_norm_form(const std::vector<Rounded>& gradient,
                                                       const Neuron& student) const {
    const Rounded scale = rounding_.once(student.scale);
    std::vector<Rounded> w;
    Rounded squared = rounding_.zero();
    Rounded inner = rounding_.zero();
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      w.push_back(product(direction(*student.line, k), scale));
      squared = sum(squared, product(w[k], w[k]));
      inner = sum(inner, product(w[k], gradient[k]));
    }
    const Rounded length = rounding_.square_root(squared);
    const Rounded along = rounding_.quotient(inner, length);
    std::vector<Rounded> result;
    for (std::size_t k = 0; k < gradient.size(); ++k)
      result.push_back(sum(product(gradient[k], length), product(w[k], along)));
    return result;
  }

  /// The error of the norm |g| with errors dg: <|g|, dg> / |g| and the roundings of the norm itself; the same
  /// below the norm, where no entry takes more away than itself; and |dg|^2 / (2 |g|), which is above it.
  struct NormError {
    Size first;
    Size first_below;
    Size second;
  };
  [[nodiscard]] NormError gradient() const {
    const std::vector<Rounded> z = instance_.activation == Activation::relu
                                       ? excess()
                                       : std::vector<Rounded>(instance_.dimension(), rounding_.zero());
    std::vector<std::optional<std::vector<Rounded>>> of_line(even_.size());
    Rounded squared_norm = rounding_.zero();
    Rounded squared_below = rounding_.zero();
    Size squared_errors = size(0);
    for (std::size_t j = 0; j < network_.students.size(); ++j) {
      const auto& line = network_.students[j].line;
      if (!line) continue;
      if (!of_line[*line]) of_line[*line] = gamma(*line);
      for (const Rounded& entry : partials(j, *of_line[*line], z)) {
        squared_norm = sum(squared_norm, product(entry, entry));
        const Rounded below = at_most_itself(entry);
        squared_below = sum(squared_below, product(below, below));
        squared_errors += entry.error * entry.error;
      }
    }
    const Size norm = middle(reference_.gradient->norm);
    return {rounding_.square_root(squared_norm).error, rounding_.square_root(squared_below).error,
            squared_errors / (size(2) * norm)};
  }

  /// An entry whose square falls by no more than itself within the error: 2 |g| dg is at most g^2.
  [[nodiscard]] Rounded at_most_itself(Rounded entry) const {
    const Size most = abs(entry.value) / (size(2) * radius_of_a_rounding_);
    if (most < entry.error) entry.error = most;
    return entry;
  }

  const Instance& instance_;
  const Reference& reference_;
  const LineNetwork& network_;
  Rounding rounding_;
  Size radius_of_a_rounding_;  ///< of a number of size 1, with these bits
  Rounded two_over_pi_;
  std::vector<Rounded> squared_norms_;
  std::vector<Rounded> lengths_;
  std::vector<Rounded> even_;
  std::vector<Rounded> odd_;
};

constexpr double infinity = std::numeric_limits<double>::infinity();

double log2_of_sum(double a, double b) {
  if (a == -infinity || b == -infinity) return std::max(a, b);
  return std::max(a, b) + std::log2(1 + std::exp2(-std::abs(a - b)));
}

/// The bits at which the errors are as large as the margin.
double bits_where_equal(const std::string& kind, const RoundingErrors& errors, double beta) {
  constexpr double two_sided = -40;
  const double one_sided = std::log2(1e-3);
  const double constants = std::log2(0.7 * 5);  // kappa or c, the power or the square, the product
  if (kind == "loss") return errors.log2_loss - two_sided;
  if (kind == "gradient")
    return std::max(errors.log2_gradient - two_sided, (errors.log2_gradient_squared - two_sided) / 2);
  if (kind == "lojasiewicz") {
    const double relative = log2_of_sum(errors.log2_loss + std::log2(beta), errors.log2_gradient_below);
    return log2_of_sum(relative, constants) - one_sided;
  }
  if (kind != "not-pl") throw std::logic_error("no margin is known for " + kind);
  const double twice = 1;  // the square of the norm has twice its relative error
  const double relative = log2_of_sum(errors.log2_loss, errors.log2_gradient + twice);
  return std::max(log2_of_sum(relative, constants) - one_sided,
                  (errors.log2_gradient_squared + twice - one_sided) / 2);
}

constexpr long fewest_bits = 2;

long rounded_up(double bits) { return bits < fewest_bits ? fewest_bits : std::lround(std::ceil(bits)); }

}  // namespace

Prediction::Prediction(const Instance& instance, const Reference& reference)
    : instance_(instance), reference_(reference), network_(merge_by_lines(instance)) {}

const RoundingErrors& Prediction::errors(long bits) {
  const auto found = errors_.find(bits);
  if (found != errors_.end()) return found->second;
  return errors_.emplace(bits, Counter(instance_, reference_, network_, bits).count()).first->second;
}

long Prediction::bits_by_errors_at(long bits, const std::string& kind) {
  return rounded_up(bits_where_equal(kind, errors(bits), reference_.beta.convert_to<double>()));
}

long Prediction::bits_for(const std::string& kind) {
  const auto is_enough = [&](long bits) { return bits_by_errors_at(bits, kind) <= bits; };
  long enough = fewest_bits;
  while (!is_enough(enough)) enough = bits_by_errors_at(enough, kind);
  // Mostly that is the least; far fewer are where what is exact makes the difference.
  long too_few = fewest_bits - 1;
  for (long step = 1; enough > fewest_bits; step *= 2) {
    const long tried = std::max(fewest_bits, enough - step);
    if (!is_enough(tried)) {
      too_few = tried;
      break;
    }
    enough = tried;
  }
  while (enough - too_few > 1) {
    const long tried = too_few + (enough - too_few) / 2;
    (is_enough(tried) ? enough : too_few) = tried;
  }
  return enough;
}

}  // namespace lojacert::stress

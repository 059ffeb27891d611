#include <lojacert/stress/prediction.hpp>

#include <lojacert/landscape/lines.hpp>
#include <lojacert/stress/binary_float.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

namespace lojacert::stress {

namespace {

// Sizes and errors need few digits and every exponent.
constexpr Bits size_bits{64};
using Size = BinaryFloat;

Size size(long value) { return {value, size_bits}; }
Size size(const Rational& value) { return {value, size_bits}; }
Size middle(const Interval& x) { return size(Rational((x.inf() + x.sup()) / 2)); }

/// A rounding outward moves each end by half a unit in the last place on average, and that unit is 2^-N to
/// 2^(1-N) of the value: the radius grows by about 0.7 * 2^-N times the value.
const Rational radius_of_a_rounding(7, 10);

/// A computed number: its size and its error, in roundings of a number of size 1.
struct Rounded {
  Size value;
  Size error;
};

Rounded sum(const Rounded& a, const Rounded& b) {
  const Size value = a.value + b.value;
  return {value, a.error + b.error + abs(value)};
}

Rounded product(const Rounded& a, const Rounded& b) {
  const Size value = a.value * b.value;
  return {value, abs(a.value) * b.error + a.error * abs(b.value) + abs(value)};
}

Rounded exactly(const Size& value) { return {value, size(0)}; }
Rounded once(const Size& value) { return {value, abs(value)}; }  // an input rounded, a constant

Rounded square_root(const Rounded& a) {
  const Size value = sqrt(a.value);
  const Size carried = size(0) < value ? a.error / (size(2) * value) : size(0);
  return {value, carried + value};
}

/// The significant bits of a number that is enclosed in a point.
std::optional<long> bits_of_point(const Interval& x) {
  if (!x.is_point()) return std::nullopt;
  Integer mantissa = abs(numerator(x.inf()));
  if (mantissa == 0) return 1;
  mantissa >>= lsb(mantissa);
  return static_cast<long>(msb(mantissa)) + 1;
}

/// S, c and pi/2 - t of a pair, and its error: dt = (c dS - S dc) / (S^2 + c^2).
struct Pair {
  Rounded dot;
  Rounded gap;
  Rounded half_pi_minus_angle;
};

class Counter {
 public:
  Counter(const Instance& instance, const Reference& reference)
      : instance_(instance),
        reference_(reference),
        network_(merge_by_lines(instance)),
        two_over_pi_(once(size(2) / BinaryFloat::pi(size_bits))) {
    for (const Line& line : network_.lines) {
      lengths_.push_back(square_root(once(size(Rational(line.squared_norm)))));
      even_.push_back(value_of(line.even, lengths_.back(), line.squared_norm));
      odd_.push_back(value_of(line.odd, lengths_.back(), line.squared_norm));
    }
  }

  [[nodiscard]] RoundingErrors count() {
    const Size loss_error = loss();
    const Rational unit = radius_of_a_rounding;
    const Size relative = size(unit) * loss_error / middle(reference_.loss);
    RoundingErrors errors;
    errors.log2_loss = relative.approximate_log2();
    errors.exact_loss_bits = bits_of_point(reference_.loss);
    if (reference_.gradient && !reference_.gradient->norm.contains_zero()) {
      const NormError error = gradient();
      const Size norm = middle(reference_.gradient->norm);
      errors.log2_gradient = Size(size(unit) * error.first / norm).approximate_log2();
      errors.log2_gradient_squared = Size(size(unit) * size(unit) * error.second / norm).approximate_log2();
      errors.exact_gradient_bits = bits_of_point(reference_.gradient->norm);
    }
    return errors;
  }

 private:
  /// a + b sqrt(N) as it is computed; its value from more bits, as it may cancel.
  [[nodiscard]] Rounded value_of(const QuadraticNumber& number, const Rounded& length,
                                 const Integer& squared_norm) const {
    const Bits bits = reference_.bits;
    const Interval exact_value =
        Interval::from(number.plain, bits) +
        Interval::from(number.radical, bits) * sqrt_nonnegative(Interval::from(squared_norm, bits));
    const Rounded computed = sum(once(size(number.plain)), product(once(size(number.radical)), length));
    const Size value = middle(exact_value);
    // sum() counted a rounding of the computed value; that of the true one is smaller where it cancels.
    return {value, computed.error - abs(computed.value) + abs(value)};
  }

  [[nodiscard]] Pair pair(std::size_t g, std::size_t h) const {
    const Line& u = network_.lines[g];
    const Line& v = network_.lines[h];
    Integer dot = 0;
    for (std::size_t k = 0; k < u.direction.size(); ++k) dot += u.direction[k] * v.direction[k];
    const Integer square = u.squared_norm * v.squared_norm - dot * dot;
    const Rounded c = once(size(Rational(dot)));
    const Rounded gap = square_root(once(size(Rational(square))));
    const Size angle = atan2(gap.value, c.value);
    const Size radius = gap.value * gap.value + c.value * c.value;
    const Size turn = (abs(c.value) * gap.error + gap.value * c.error) / radius;
    const Size half_pi = BinaryFloat::pi(size_bits) / size(2);
    const Size rest = half_pi - angle;
    return {c, gap, {rest, turn + angle + half_pi + abs(rest)}};
  }

  /// The error of L.
  [[nodiscard]] Size loss() {
    Rounded diagonal = exactly(size(0));
    Rounded off_diagonal = exactly(size(0));
    const std::size_t n = even_.size();
    for (std::size_t g = 0; g < n; ++g) {
      const Rounded square = once(size(Rational(network_.lines[g].squared_norm)));
      diagonal = sum(diagonal, product(product(even_[g], even_[g]), square));
    }
    for (std::size_t g = 0; g < n; ++g) {
      for (std::size_t h = g + 1; h < n; ++h) {
        const Pair p = pair(g, h);
        const Rounded kernel = product(two_over_pi_, sum(p.gap, product(p.half_pi_minus_angle, p.dot)));
        off_diagonal = sum(off_diagonal, product(product(even_[g], even_[h]), kernel));
      }
    }
    const Size error = diagonal.error + size(2) * off_diagonal.error;
    if (instance_.activation == Activation::abs) return error / size(2);
    if (instance_.activation == Activation::relu_linear) return error / size(8);
    return (error + squared_excess_error()) / size(8);
  }

  [[nodiscard]] std::vector<Rounded> excess() const {
    std::vector<Rounded> z(instance_.dimension(), exactly(size(0)));
    for (std::size_t g = 0; g < odd_.size(); ++g) {
      for (std::size_t k = 0; k < z.size(); ++k)
        z[k] = sum(z[k], product(odd_[g], once(size(Rational(network_.lines[g].direction[k])))));
    }
    return z;
  }

  [[nodiscard]] Size squared_excess_error() const {
    Size error = size(0);
    for (const Rounded& entry : excess()) error += product(entry, entry).error;
    return error;
  }

  /// Errors of the entries of gamma_g = sum_h even_h E[sign(n_g.x) |n_h.x| x].
  [[nodiscard]] std::vector<Rounded> gamma(std::size_t g) const {
    const std::size_t d = instance_.dimension();
    std::vector<Rounded> result(d, exactly(size(0)));
    Rounded along_itself = exactly(size(0));
    const Rounded square = once(size(Rational(network_.lines[g].squared_norm)));
    for (std::size_t h = 0; h < even_.size(); ++h) {
      if (h == g) {
        along_itself = sum(along_itself, even_[g]);
        continue;
      }
      const Pair p = pair(g, h);
      const Rounded along = product(even_[h], product(two_over_pi_, p.half_pi_minus_angle));
      for (std::size_t k = 0; k < d; ++k)
        result[k] = sum(result[k], product(along, once(size(Rational(network_.lines[h].direction[k])))));
      const Rounded inverse{size(1) / square.value, size(1) / square.value};
      along_itself = sum(along_itself, product(even_[h], product(product(two_over_pi_, p.gap), inverse)));
    }
    for (std::size_t k = 0; k < d; ++k)
      result[k] = sum(result[k], product(along_itself, once(size(Rational(network_.lines[g].direction[k])))));
    return result;
  }

  /// The error of the norm |g| with errors dg: <|g|, dg> / |g|, and |dg|^2 / (2 |g|).
  struct NormError {
    Size first;
    Size second;
  };
  [[nodiscard]] NormError gradient() const {
    const std::size_t d = instance_.dimension();
    const bool is_abs = instance_.activation == Activation::abs;
    const std::vector<Rounded> z =
        instance_.activation == Activation::relu ? excess() : std::vector<Rounded>(d, exactly(size(0)));
    std::vector<std::optional<std::vector<Rounded>>> of_line(even_.size());
    NormError error{size(0), size(0)};
    for (std::size_t j = 0; j < network_.students.size(); ++j) {
      const Neuron& student = network_.students[j];
      if (!student.line) continue;
      auto& cached = of_line[*student.line];
      if (!cached) cached = gamma(*student.line);
      std::vector<Size> errors;
      for (std::size_t k = 0; k < d; ++k) {
        const Size entry = (*cached)[k].error + z[k].error;
        errors.push_back(is_abs ? entry : Size(entry / size(4)));
      }
      if (instance_.neuron == NeuronForm::norm) errors = through_norm_form(errors, student);
      for (std::size_t k = 0; k < d; ++k) {
        error.first += abs(middle(reference_.gradient->partials[j * d + k])) * errors[k];
        error.second += errors[k] * errors[k];
      }
    }
    const Size norm = middle(reference_.gradient->norm);
    return {error.first / norm, error.second / (size(2) * norm)};
  }

  /// |w| (dg + |w^| <|w^|, dg>).
  [[nodiscard]] std::vector<Size> through_norm_form(const std::vector<Size>& errors,
                                                    const Neuron& student) const {
    const Line& line = network_.lines[*student.line];
    const Size length = lengths_[*student.line].value;
    std::vector<Size> unit;
    Size along = size(0);
    for (std::size_t k = 0; k < errors.size(); ++k) {
      unit.push_back(abs(size(Rational(line.direction[k])) / length));
      along += unit.back() * errors[k];
    }
    const Size scale = abs(size(student.scale)) * length;
    std::vector<Size> result;
    for (std::size_t k = 0; k < errors.size(); ++k) result.push_back(scale * (errors[k] + unit[k] * along));
    return result;
  }

  const Instance& instance_;
  const Reference& reference_;
  LineNetwork network_;
  Rounded two_over_pi_;
  std::vector<Rounded> lengths_;
  std::vector<Rounded> even_;
  std::vector<Rounded> odd_;
};

}  // namespace

RoundingErrors rounding_errors(const Instance& instance, const Reference& reference) {
  return Counter(instance, reference).count();
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double log2_of_sum(double a, double b) {
  if (a == -infinity || b == -infinity) return std::max(a, b);
  return std::max(a, b) + std::log2(1 + std::exp2(-std::abs(a - b)));
}

/// The bits at which the errors are as large as the margin.
double bits_for(const std::string& kind, const RoundingErrors& errors, double beta) {
  constexpr double two_sided = -40;
  const double one_sided = std::log2(1e-3);
  const double constants = std::log2(0.7 * 5);  // kappa or c, the power or the square, the product
  if (kind == "loss") return errors.log2_loss - two_sided;
  if (kind == "gradient")
    return std::max(errors.log2_gradient - two_sided, (errors.log2_gradient_squared - two_sided) / 2);
  const bool is_square = kind == "not-pl";
  if (!is_square && kind != "lojasiewicz") throw std::logic_error("no margin is known for " + kind);
  const double of_loss = errors.log2_loss + (is_square ? 0 : std::log2(beta));
  const double twice = is_square ? 1 : 0;  // the square of the norm has twice its relative error
  const double sum = log2_of_sum(log2_of_sum(of_loss, errors.log2_gradient + twice), constants);
  return std::max(sum - one_sided, (errors.log2_gradient_squared + twice - one_sided) / 2);
}

long rounded_up(double bits) { return bits < 2 ? 2 : std::lround(std::ceil(bits)); }

}  // namespace

long predicted_bits(const std::string& kind, const RoundingErrors& errors, const Rational& beta) {
  const double power = beta.convert_to<double>();
  const long rounding = rounded_up(bits_for(kind, errors, power));
  // From the bits of exact values on, they have no error.
  long exact = 2;
  RoundingErrors rest = errors;
  if (kind != "gradient" && errors.exact_loss_bits) {
    exact = *errors.exact_loss_bits;
    rest.log2_loss = -infinity;
  }
  if (kind != "loss" && errors.exact_gradient_bits) {
    exact = std::max(exact, *errors.exact_gradient_bits);
    rest.log2_gradient = -infinity;
    rest.log2_gradient_squared = -infinity;
  }
  return std::min(rounding, std::max(exact, rounded_up(bits_for(kind, rest, power))));
}

}  // namespace lojacert::stress

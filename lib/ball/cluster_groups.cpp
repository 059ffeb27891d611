#include <lojacert/ball/cluster_groups.hpp>

#include <lojacert/ball/residual_sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lojacert::ball {

namespace {

constexpr double unit = 0x1p-53;

/// A neuron joins a group where its offset is below this: small groups, unless they cannot be told apart.
constexpr double joining_offset = 1.0 / 16;

/// entry * 2^shift; empty unless that is exact.
std::optional<double> scaled(double entry, int shift) {
  const int half = shift / 2;
  const double result = entry * std::ldexp(1.0, half) * std::ldexp(1.0, shift - half);
  const bool is_exact = entry == 0 || std::fabs(result) >= std::numeric_limits<double>::min();
  return is_exact ? std::optional(result) : std::nullopt;
}

std::optional<NormalisedRows> normalised_rows(const DoubleNetwork& network) {
  NormalisedRows rows;
  rows.dimension = network.dimension;
  rows.entries.reserve(network.vectors.size());
  for (std::size_t g = 0; g < network.count(); ++g) {
    double largest = 0;
    for (const double entry : network.row(g)) {
      if (!std::isfinite(entry)) return std::nullopt;
      largest = std::max(largest, std::fabs(entry));
    }
    int exponent = 0;
    std::frexp(largest, &exponent);
    rows.exponents.push_back(exponent);
    rows.is_zero.push_back(largest == 0);
    const double down = std::ldexp(1.0, -exponent);
    const bool is_plain = exponent > -500 && exponent < 500;
    for (const double entry : network.row(g)) {
      const double plain = entry * down;
      if (is_plain && (entry == 0 || std::fabs(plain) >= std::numeric_limits<double>::min())) {
        rows.entries.push_back(plain);
      } else if (const auto exact = scaled(entry, -exponent)) {
        rows.entries.push_back(*exact);
      } else {
        return std::nullopt;
      }
    }
  }
  for (std::size_t g = 0; g < network.count(); ++g)
    rows.vectors.push_back(approximate_vector(rows.row(g), UpperBound()));
  return rows;
}

/// Which rows belong together; the first of each group is its axis. Only a choice: nothing here is rounded
/// with care.
std::vector<std::vector<std::size_t>> partition(const DoubleNetwork& network, const NormalisedRows& rows) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t g = network.student_count; g < network.count(); ++g) groups.push_back({g});
  for (std::size_t g = 0; g < network.student_count; ++g) {
    if (rows.is_zero[g]) continue;
    std::size_t nearest = 0;
    double best = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::size_t axis = groups[i].front();
      const double cosine =
          std::fabs(computed_product(rows.row(g), rows.row(axis))) / rows.vectors[axis].length.value();
      if (cosine > best) {
        best = cosine;
        nearest = i;
      }
    }
    const double cosine = best / rows.vectors[g].length.value();
    const bool joins = 1 - cosine * cosine < joining_offset * joining_offset * cosine * cosine;
    if (joins) {
      groups[nearest].push_back(g);
    } else {
      groups.push_back({g});
    }
  }
  return groups;
}

/// Fills in groups from the partition: section 6 of docs/numerics/cluster-form.md bounds every rounding.
class GroupBuilder {
 public:
  GroupBuilder(const DoubleNetwork& network, NormalisedRows rows)
      : network_(network), rows_(std::move(rows)) {}

  std::optional<Groups> build() {
    const auto parts = partition(network_, rows_);
    find_exponent();
    for (std::size_t g = 0; g < network_.count(); ++g) {
      if (!rows_.is_zero[g] && mass_exponent(g) < exponent_ - 1000) return std::nullopt;
    }
    const std::size_t d = network_.dimension;
    result_.axis_entries.resize(parts.size() * d);
    result_.residual_entries.resize(parts.size() * d);
    result_.offset_entries.resize(network_.count() * d);
    result_.odd_sum_entries.resize(d);
    result_.members.reserve(network_.count());
    for (const auto& part : parts) add_group(part);
    if (network_.activation == Activation::relu) sum_all();
    result_.exponent = exponent_;
    result_.rows = std::move(rows_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] long mass_exponent(std::size_t g) const {
    return network_.form(g) == NeuronForm::norm ? 2L * rows_.exponents[g] : rows_.exponents[g];
  }
  void find_exponent() {
    bool is_first = true;
    for (std::size_t g = 0; g < network_.count(); ++g) {
      if (rows_.is_zero[g]) continue;
      exponent_ = is_first ? mass_exponent(g) : std::max(exponent_, mass_exponent(g));
      is_first = false;
    }
  }
  [[nodiscard]] double factor(std::size_t g) const {
    return std::ldexp(1.0, static_cast<int>(mass_exponent(g) - exponent_));
  }

  void add_group(const std::vector<std::size_t>& part) {
    const std::size_t index = result_.groups.size();
    const std::size_t d = network_.dimension;
    const std::size_t axis_row = part.front();
    const std::span<double> axis = std::span(result_.axis_entries).subspan(index * d, d);
    const DoubleInterval axis_length = length_of(rows_.vectors[axis_row]);
    Group group;
    group.begin = result_.members.size();
    group.axis = unit_vector(axis_row, axis_length, axis);
    for (const std::size_t g : part) {
      result_.members.push_back(g == axis_row ? axis_member(g, axis_length)
                                              : member(g, axis_row, axis_length));
      const Member& added = result_.members.back();
      const UpperBound square = added.offset_length * added.offset_length;
      const UpperBound height(added.height.sup());
      group.largest_offset = UpperBound(std::max(group.largest_offset.value(), added.offset_length.value()));
      group.square_moment += height * square;
      group.cube_moment += height * square * added.offset_length;
    }
    group.end = result_.members.size();
    ResidualSum sum(d);
    for (std::size_t n = group.begin; n < group.end; ++n) {
      const Member& member = result_.members[n];
      add_to(sum, member.row, member.sign * member.turn);
    }
    group.residual = rounded(sum, std::span(result_.residual_entries).subspan(index * d, d));
    result_.groups.push_back(group);
  }

  void add_to(ResidualSum& sum, std::size_t g, double sign) const {
    const UpperBound length = rows_.vectors[g].length;
    if (network_.form(g) == NeuronForm::unit) {
      sum.add(rows_.row(g), sign * factor(g), length * UpperBound(factor(g)));
    } else {
      sum.add(rows_.row(g), sign * factor(g), accurate_length(rows_.row(g)),
              length * length * UpperBound(factor(g)));
    }
  }
  static ApproximateVector rounded(const ResidualSum& sum, std::span<double> entries) {
    const UpperBound error = sum.round_to(entries);
    return approximate_vector(entries, error);
  }
  void sum_all() {
    ResidualSum sum(network_.dimension);
    for (std::size_t g = 0; g < network_.count(); ++g) {
      if (!rows_.is_zero[g]) add_to(sum, g, network_.sign(g));
    }
    result_.odd_sum = rounded(sum, result_.odd_sum_entries);
  }

  [[nodiscard]] ApproximateVector unit_vector(std::size_t g, const DoubleInterval& length,
                                              std::span<double> entries) const {
    const DoubleInterval inverse = DoubleInterval(1) / length;
    for (std::size_t k = 0; k < entries.size(); ++k) entries[k] = inverse.midpoint() * rows_.row(g)[k];
    ApproximateVector result = approximate_vector(entries, UpperBound());
    result.error =
        radius(inverse) * rows_.vectors[g].length + UpperBound(unit) * result.length + UpperBound(1e-290);
    return result;
  }

  /// The mass of a vector of this length.
  [[nodiscard]] DoubleInterval mass_of(std::size_t g, const DoubleInterval& length) const {
    const DoubleInterval scaled_length = length * DoubleInterval(factor(g));
    const DoubleInterval mass =
        network_.form(g) == NeuronForm::unit ? scaled_length : scaled_length * length_of(rows_.vectors[g]);
    return DoubleInterval::between(std::max(mass.inf(), 0.0), mass.sup());
  }
  [[nodiscard]] std::span<double> next_offset() {
    const std::size_t d = network_.dimension;
    return std::span(result_.offset_entries).subspan(result_.members.size() * d, d);
  }

  [[nodiscard]] Member axis_member(std::size_t g, const DoubleInterval& length) {
    Member result;
    result.row = g;
    result.sign = network_.sign(g);
    result.height = mass_of(g, length);
    result.offset = approximate_vector(next_offset(), UpperBound());
    result.squared_offset = DoubleInterval(0);
    return result;
  }

  /// With the axis' row q: w = kappa q + D, D orthogonal to q, so that w = kappa |q| (a + D / (kappa |q|)).
  [[nodiscard]] Member member(std::size_t g, std::size_t axis_row, const DoubleInterval& axis_length) {
    const ApproximateVector& w = rows_.vectors[g];
    const ApproximateVector& q = rows_.vectors[axis_row];
    const std::span<double> entries = next_offset();
    const DoubleInterval squared_axis = sqr(axis_length);
    const double first = computed_product(w.entries, q.entries) / squared_axis.midpoint();

    const UpperBound subtraction = subtract_accurately(w, first, q, entries);
    const ApproximateVector nearly_orthogonal = approximate_vector(entries, UpperBound());
    const DoubleInterval rest = inner_product(nearly_orthogonal, q) / squared_axis;
    const DoubleInterval along = DoubleInterval(first) + rest + within(0, subtraction / axis_length.inf());
    const double second = rest.midpoint();
    for (std::size_t k = 0; k < entries.size(); ++k) entries[k] -= second * q.entries[k];
    const ApproximateVector orthogonal = approximate_vector(entries, UpperBound());
    const UpperBound error = subtraction + radius(rest) * q.length +
                             UpperBound(unit) * (UpperBound(second) * q.length + orthogonal.length) +
                             UpperBound(1e-290);

    const DoubleInterval height = along * axis_length;
    const DoubleInterval inverse = DoubleInterval(1) / height;
    for (double& entry : entries) entry *= inverse.midpoint();
    Member result;
    result.row = g;
    result.sign = network_.sign(g);
    result.turn = along.midpoint() < 0 ? -1 : 1;  // where it may be 0, the error is infinite
    const double least = height.mignitude();
    result.height = mass_of(g, DoubleInterval::between(least, height.magnitude()));
    result.offset = approximate_vector(entries, UpperBound());
    result.offset.error = UpperBound(inverse.midpoint()) * error +
                          radius(inverse) * (orthogonal.length + error) +
                          UpperBound(unit) * result.offset.length + UpperBound(1e-290);
    result.offset_length = result.offset.length + result.offset.error;
    result.squared_offset = sqr(length_of(result.offset));
    return result;
  }

  /// Writes w - factor q, and bounds the error.
  static UpperBound subtract_accurately(const ApproximateVector& w, double factor, const ApproximateVector& q,
                                        std::span<double> difference) {
    for (std::size_t k = 0; k < difference.size(); ++k) {
      const TwoParts product = two_product(factor, q.entries[k]);
      const TwoParts sum = two_sum(w.entries[k], -product.high);
      difference[k] = sum.high + (sum.low - product.low);
    }
    const UpperBound sizes = w.length + UpperBound(2) * UpperBound(factor) * q.length;
    return UpperBound(unit) * approximate_vector(difference, UpperBound()).length +
           UpperBound(0x1.001p-106) * sizes + UpperBound(1e-290);
  }

  const DoubleNetwork& network_;
  NormalisedRows rows_;
  Groups result_;
  long exponent_ = 0;
};

}  // namespace

std::optional<Groups> groups_of(const DoubleNetwork& network) {
  auto rows = normalised_rows(network);
  if (!rows) return std::nullopt;
  for (std::size_t g = network.student_count; g < network.count(); ++g) {
    if (rows->is_zero[g]) return std::nullopt;
  }
  return GroupBuilder(network, std::move(*rows)).build();
}

}  // namespace lojacert::ball

#include <lojacert/landscape/lines.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace lojacert {

namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::numerator;

/// A row as scale * direction with a primitive integer direction whose first nonzero entry is positive; an
/// empty direction for a zero row.
struct ScaledDirection {
  std::vector<Integer> direction;
  Rational scale;
};

ScaledDirection scaled_direction(const ExactMatrix& rows, std::size_t i) {
  std::vector<Rational> row(rows.cols());
  Integer common = 1;
  for (std::size_t k = 0; k < row.size(); ++k) {
    row[k] = rows.point(i, k);
    common = lcm(common, denominator(row[k]));
  }
  std::vector<Integer> direction(row.size());
  Integer divisor = 0;
  int sign = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    direction[k] = numerator(row[k]) * (common / denominator(row[k]));
    divisor = gcd(divisor, direction[k]);
    if (sign == 0) sign = direction[k].sign();
  }
  if (sign == 0) return {};
  divisor *= sign;
  for (Integer& entry : direction) entry /= divisor;
  return {std::move(direction), Rational(divisor, common)};
}

Integer squared_norm_of(const std::vector<Integer>& direction) {
  Integer sum = 0;
  for (const Integer& entry : direction) sum += entry * entry;
  return sum;
}

class LineCollector {
 public:
  /// `sign` is +1 for students and -1 for teachers.
  Neuron add(const ExactMatrix& rows, std::size_t i, NeuronForm form, int sign) {
    ScaledDirection scaled = scaled_direction(rows, i);
    if (scaled.direction.empty()) return {};
    const auto [place, is_new] = index_.try_emplace(scaled.direction, lines_.size());
    if (is_new) {
      Line line;
      line.squared_norm = squared_norm_of(scaled.direction);
      line.direction = std::move(scaled.direction);
      lines_.push_back(std::move(line));
    }
    Line& line = lines_[place->second];
    // With w = c n the effective vector is p = c n (unit) or |w| w = c |c| sqrt(N) n (norm).
    const Rational magnitude = abs(scaled.scale);
    if (form == NeuronForm::unit) {
      line.even.plain += sign * magnitude;
      line.odd.plain += sign * scaled.scale;
    } else {
      line.even.radical += sign * magnitude * magnitude;
      line.odd.radical += sign * magnitude * scaled.scale;
    }
    line.has_student = line.has_student || sign > 0;
    return {place->second, scaled.scale};
  }

  std::vector<Line> take_lines() { return std::move(lines_); }

 private:
  std::vector<Line> lines_;
  std::map<std::vector<Integer>, std::size_t> index_;
};

/// True exactly when the sum over the lines of odd * n is 0, component by component.
bool odd_sum_is_zero(const LineNetwork& network) {
  const std::size_t dimension = network.lines.empty() ? 0 : network.lines.front().direction.size();
  for (std::size_t k = 0; k < dimension; ++k) {
    std::vector<Radical> radicals;
    for (const Line& line : network.lines) {
      radicals.push_back({line.odd.plain * Rational(line.direction[k]), 1});
      radicals.push_back({line.odd.radical * Rational(line.direction[k]), line.squared_norm});
    }
    if (!sum_is_zero(radicals)) return false;
  }
  return true;
}

}  // namespace

bool QuadraticNumber::is_zero(const Integer& squared_norm) const {
  const Radical parts[] = {{plain, 1}, {radical, squared_norm}};
  return sum_is_zero(parts);
}

LineNetwork merge_by_lines(const Instance& instance) {
  if (!instance.student) throw std::logic_error("merge_by_lines: the instance has no student");
  LineNetwork network;
  LineCollector collector;
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    network.students.push_back(collector.add(*instance.student, j, instance.neuron, +1));
  }
  for (std::size_t i = 0; i < instance.teacher_count(); ++i) {
    network.teachers.push_back(collector.add(instance.teacher, i, instance.teacher_neuron, -1));
  }
  network.lines = collector.take_lines();
  return network;
}

bool loss_is_zero(const LineNetwork& network, Activation activation) {
  const bool even_part_is_zero =
      std::all_of(network.lines.begin(), network.lines.end(),
                  [](const Line& line) { return line.even.is_zero(line.squared_norm); });
  return even_part_is_zero && (activation != Activation::relu || odd_sum_is_zero(network));
}

}  // namespace lojacert

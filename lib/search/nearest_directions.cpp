#include "nearest_directions.hpp"

#include "random.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

namespace lojacert::search {

namespace {

void normalise(std::span<double> row) {
  double square = 0;
  for (const double entry : row) square += entry * entry;
  for (double& entry : row) entry /= std::sqrt(square);
}

/// A direction by its place in the stream and the points that its entries were made of.
struct Candidate {
  double distance = 0;
  std::uint64_t index = 0;
  std::vector<DiscPoint> points;

  bool operator<(const Candidate& other) const {
    return std::pair(distance, index) < std::pair(other.distance, other.index);
  }
};

/// The nearest candidates of one teacher so far.
class Neighbourhood {
 public:
  Neighbourhood(std::span<const double> teacher, bool ray, std::size_t keep)
      : teacher_(teacher.begin(), teacher.end()), ray_(ray), keep_(keep) {
    normalise(teacher_);
  }

  void offer(std::uint64_t index, std::span<const double> unit, const std::vector<DiscPoint>& points) {
    const double distance = squared_chord(unit);
    if (heap_.size() == keep_) {
      if (!(distance < heap_.front().distance)) return;
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    heap_.push_back({distance, index, points});
    std::push_heap(heap_.begin(), heap_.end());
  }

  [[nodiscard]] const std::vector<Candidate>& candidates() const { return heap_; }

 private:
  /// |unit - teacher|^2 or, for a line, the smaller of |unit -+ teacher|^2: no cancellation at small angles.
  [[nodiscard]] double squared_chord(std::span<const double> unit) const {
    double minus = 0;
    double plus = 0;
    for (std::size_t k = 0; k < unit.size(); ++k) {
      minus += (unit[k] - teacher_[k]) * (unit[k] - teacher_[k]);
      plus += (unit[k] + teacher_[k]) * (unit[k] + teacher_[k]);
    }
    return ray_ ? minus : std::min(minus, plus);
  }

  std::vector<double> teacher_;
  bool ray_;
  std::size_t keep_;
  std::vector<Candidate> heap_;  // the farthest on top
};

bool parallel(std::span<const double> u, std::span<const double> v) {
  const auto opposite = [](double a, double b) { return a == -b; };
  return std::equal(u.begin(), u.end(), v.begin()) || std::equal(u.begin(), u.end(), v.begin(), opposite);
}

/// Appends `unit` unless one of the rows is parallel to it and would do the same.
void append_new(std::vector<double>& rows, std::span<const double> unit, bool ray) {
  for (std::size_t start = 0; start < rows.size(); start += unit.size()) {
    const std::span<const double> row(&rows[start], unit.size());
    if (ray ? std::equal(row.begin(), row.end(), unit.begin()) : parallel(row, unit)) return;
  }
  rows.insert(rows.end(), unit.begin(), unit.end());
}

}  // namespace

std::vector<double> random_directions(std::size_t count, std::size_t d, std::uint64_t seed) {
  std::vector<double> rows = RandomStream(seed).normal_rows(count, d, 1);
  for (std::size_t j = 0; j < count; ++j) normalise({&rows[j * d], d});
  return rows;
}

std::vector<double> nearest_random_directions(const ApproximateNetwork<double>& network, std::uint64_t count,
                                              std::size_t keep, std::uint64_t seed) {
  const std::size_t d = network.dimension;
  const bool ray = network.activation == Activation::relu;
  std::vector<Neighbourhood> neighbourhoods;
  for (std::size_t i = 0; i < network.teacher_count(); ++i)
    neighbourhoods.emplace_back(std::span(&network.teacher[i * d], d), ray, keep);
  RandomStream random(seed);
  std::vector<DiscPoint> points(d);
  std::vector<double> unit(d);
  for (std::uint64_t index = 0; index < count; ++index) {
    for (DiscPoint& point : points) point = random.disc_point();
    for (std::size_t k = 0; k < d; ++k) unit[k] = roughly_normal_of(points[k]);
    normalise(unit);
    for (Neighbourhood& neighbourhood : neighbourhoods) neighbourhood.offer(index, unit, points);
  }
  std::map<std::uint64_t, const std::vector<DiscPoint>*> kept;
  for (const Neighbourhood& neighbourhood : neighbourhoods)
    for (const Candidate& candidate : neighbourhood.candidates())
      kept.emplace(candidate.index, &candidate.points);
  std::vector<double> rows;
  for (const auto& [index, exact_points] : kept) {
    for (std::size_t k = 0; k < d; ++k) unit[k] = normal_of((*exact_points)[k]);
    normalise(unit);
    append_new(rows, unit, ray);
  }
  return rows;
}

}  // namespace lojacert::search

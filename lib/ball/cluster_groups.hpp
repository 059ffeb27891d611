#pragma once
// The geometry of the cluster form: groups of neurons about axes, their offsets and residuals.

#include <lojacert/ball/approximate_vector.hpp>
#include <lojacert/ball/double_network.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lojacert::ball {

/// Rows times powers of two, exactly: the largest entry of each is in [1/2, 1), or all are 0.
struct NormalisedRows {
  std::size_t dimension = 0;
  std::vector<double> entries;
  std::vector<int> exponents;              ///< row = normalised row * 2^exponent
  std::vector<ApproximateVector> vectors;  ///< the normalised rows; without error
  std::vector<bool> is_zero;

  NormalisedRows() = default;
  NormalisedRows(NormalisedRows&&) noexcept = default;  // no copies: the vectors refer to the entries
  NormalisedRows& operator=(NormalisedRows&&) noexcept = default;

  [[nodiscard]] std::span<const double> row(std::size_t g) const {
    return std::span(entries).subspan(g * dimension, dimension);
  }
};

/// A neuron of a group. Turned to the axis a, its effective vector is height * (a + offset), the offset
/// orthogonal to a.
struct Member {
  std::size_t row = 0;
  double sign = 1;  ///< +1 student, -1 teacher
  double turn = 1;  ///< -1 where the vector was replaced by its negative
  DoubleInterval height;
  ApproximateVector offset;
  DoubleInterval squared_offset;
  UpperBound offset_length;
};

/// Neurons near one line. The first member is the axis itself, with offset 0.
struct Group {
  std::size_t begin = 0;  ///< of its members
  std::size_t end = 0;
  ApproximateVector axis;      ///< a unit vector
  ApproximateVector residual;  ///< the signed sum of the members' turned vectors
  UpperBound largest_offset;   ///< over the members
  UpperBound square_moment;    ///< sum of height * |offset|^2
  UpperBound cube_moment;      ///< sum of height * |offset|^3
};

/// All neurons but the zero students, in groups; effective vectors in units of 2^exponent.
struct Groups {
  NormalisedRows rows;
  std::vector<Group> groups;
  std::vector<Member> members;
  ApproximateVector odd_sum;  ///< z, the signed sum of all effective vectors as they are
  long exponent = 0;

  std::vector<double> axis_entries;  // what the vectors above refer to: moved with them, never copied
  std::vector<double> residual_entries;
  std::vector<double> offset_entries;
  std::vector<double> odd_sum_entries;
};

/// Empty where a teacher is zero or something does not fit a double. Which neuron belongs to which group is a
/// choice: every choice is sound.
[[nodiscard]] std::optional<Groups> groups_of(const DoubleNetwork& network);

}  // namespace lojacert::ball

#pragma once
// The sums over pairs of neurons in double-double arithmetic, by the best instructions of the machine. Only
// double_double_sum.cpp and tests call this: it knows the errors.

#include <cstddef>
#include <new>
#include <vector>

namespace lojacert::ball::double_double {

inline constexpr std::size_t padding = 8;  ///< a multiple of every target's lanes
[[nodiscard]] constexpr std::size_t padded(std::size_t n) { return (n + padding - 1) / padding * padding; }

/// Storage that starts where a vector of `padding` doubles may.
template <class T>
struct VectorAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{padding * sizeof(double)};

  VectorAllocator() = default;
  template <class U>
  VectorAllocator(const VectorAllocator<U>& /*other*/) {}
  [[nodiscard]] T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), alignment));
  }
  void deallocate(T* data, std::size_t /*n*/) { ::operator delete(data, alignment); }
  friend bool operator==(const VectorAllocator&, const VectorAllocator&) { return true; }
};

using AlignedDoubles = std::vector<double, VectorAllocator<double>>;

/// Two doubles a number, high + low, at the same index.
struct DoubleDoubles {
  AlignedDoubles high;
  AlignedDoubles low;

  DoubleDoubles() = default;
  explicit DoubleDoubles(std::size_t size) : high(size), low(size) {}
};

struct DoubleDouble {
  double high = 0;
  double low = 0;
};

/// Nonzero vectors x_g whose largest entry is in [1, 2), students first; no entry is smaller than 2^-300 and
/// not 0. Both arrays are filled with zeros up to the padded sizes.
struct PackedVectors {
  std::size_t count = 0;
  std::size_t student_count = 0;
  std::size_t dimension = 0;
  AlignedDoubles rows;     ///< entry k of x_g at g padded(dimension) + k
  AlignedDoubles columns;  ///< entry k of x_g at k padded(count) + g
};

/// |x_g|^2, 1/|x_g| and |x_g| for each g; zeros in the padding.
struct Lengths {
  DoubleDoubles squared;
  DoubleDoubles inverse;
  DoubleDoubles length;
};

/// The coefficients of R(x) = sum_g mass_g |x_g.x| / |x_g|, and direction_g = mass_g / |x_g|, both signed;
/// zeros in the padding.
struct Weights {
  DoubleDoubles mass;
  DoubleDoubles direction;
};

/// z = sum_g direction_g x_g (padded) and |z|^2.
struct OddSum {
  DoubleDoubles vector;
  DoubleDouble squared_norm;
};

/// E R(x)^2 and, where asked for, one row a student of the packed vectors: E[R(x) sign(x_j.x) x] + z, rounded
/// to double, entry k at j padded(dimension) + k. z is what `shift` holds; without one it is 0.
struct PairSums {
  DoubleDouble twice_loss;
  AlignedDoubles gradient;
};

[[nodiscard]] Lengths lengths_of(const PackedVectors& vectors);
[[nodiscard]] OddSum odd_sum_of(const PackedVectors& vectors, const Weights& weights);
[[nodiscard]] PairSums pair_sums_of(const PackedVectors& vectors, const Lengths& lengths,
                                    const Weights& weights, bool with_gradient, const DoubleDoubles* shift);

/// sqrt(1 - c^2), |arcsin c| and sqrt(1 - c^2) + c arcsin c, of cosines whose number is a multiple of
/// `padding`: what the sums use for each pair.
struct KernelValues {
  DoubleDoubles sine;
  DoubleDoubles complement;
  DoubleDoubles value;
};
[[nodiscard]] KernelValues kernel_values_of(const DoubleDoubles& cosines);

}  // namespace lojacert::ball::double_double

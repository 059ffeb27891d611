// Double-double arithmetic on vectors of lanes, and the kernel of the absolute value in it. Included once per
// target, as Highway wants it: no ordinary include guard. Every bound is proved in
// docs/numerics/double-double.md, sections 2 to 4; u = 2^-53.
#if defined(LOJACERT_BALL_DOUBLE_DOUBLE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef LOJACERT_BALL_DOUBLE_DOUBLE_INL_HPP
#undef LOJACERT_BALL_DOUBLE_DOUBLE_INL_HPP
#else
#define LOJACERT_BALL_DOUBLE_DOUBLE_INL_HPP
#endif

#include <lojacert/ball/double_double_arcsine.hpp>

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace lojacert::ball::double_double::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<double>;
using LaneIndices = hn::RebindToSigned<Lanes>;
using Vector = hn::Vec<Lanes>;
using Mask = hn::Mask<Lanes>;

/// The number high + low in each lane, |low| <= u |high| (where not said otherwise).
struct Pair {
  Vector high;
  Vector low;
};

HWY_INLINE Vector all(double value) { return hn::Set(Lanes(), value); }
HWY_INLINE Pair all(double high, double low) { return {all(high), all(low)}; }
HWY_INLINE Pair load(const double* high, const double* low) {
  return {hn::Load(Lanes(), high), hn::Load(Lanes(), low)};
}
HWY_INLINE void store(const Pair& a, double* high, double* low) {
  hn::Store(a.high, Lanes(), high);
  hn::Store(a.low, Lanes(), low);
}
HWY_INLINE Pair if_then_else(Mask condition, const Pair& yes, const Pair& no) {
  return {hn::IfThenElse(condition, yes.high, no.high), hn::IfThenElse(condition, yes.low, no.low)};
}

/// a + b, exactly.
HWY_INLINE Pair two_sum(Vector a, Vector b) {
  const Vector sum = hn::Add(a, b);
  const Vector part = hn::Sub(sum, a);
  return {sum, hn::Add(hn::Sub(a, hn::Sub(sum, part)), hn::Sub(b, part))};
}

/// a + b, exactly where |a| >= |b|.
HWY_INLINE Pair fast_two_sum(Vector a, Vector b) {
  const Vector sum = hn::Add(a, b);
  return {sum, hn::Sub(b, hn::Sub(sum, a))};
}

/// a b, exactly where |a b| >= 2^-900 or a b = 0. Without a fused instruction MulSub rounds twice, so there
/// the factors are split into halves of 26 bits (Dekker, Veltkamp).
HWY_INLINE Pair two_product(Vector a, Vector b) {
  const Vector product = hn::Mul(a, b);
#if HWY_NATIVE_FMA
  return {product, hn::MulSub(a, b, product)};
#else
  const Vector splitter = all(134217729.0);  // 2^27 + 1
  const Vector a_wide = hn::Mul(splitter, a);
  const Vector a_high = hn::Sub(a_wide, hn::Sub(a_wide, a));
  const Vector a_low = hn::Sub(a, a_high);
  const Vector b_wide = hn::Mul(splitter, b);
  const Vector b_high = hn::Sub(b_wide, hn::Sub(b_wide, b));
  const Vector b_low = hn::Sub(b, b_high);
  const Vector first = hn::Sub(hn::Mul(a_high, b_high), product);
  const Vector second = hn::Add(first, hn::Mul(a_high, b_low));
  const Vector third = hn::Add(second, hn::Mul(a_low, b_high));
  return {product, hn::Add(third, hn::Mul(a_low, b_low))};
#endif
}

/// Error at most 3.01 u^2 (|a| + |b|), for each sign of the numbers.
HWY_INLINE Pair add(const Pair& a, const Pair& b) {
  const Pair high = two_sum(a.high, b.high);
  return two_sum(high.high, hn::Add(high.low, hn::Add(a.low, b.low)));
}

HWY_INLINE Pair negative(const Pair& a) { return {hn::Neg(a.high), hn::Neg(a.low)}; }
HWY_INLINE Pair subtract(const Pair& a, const Pair& b) { return add(a, negative(b)); }

/// Relative error at most 8.01 u^2, whether MulAdd is fused or not.
HWY_INLINE Pair multiply(const Pair& a, const Pair& b) {
  const Pair product = two_product(a.high, b.high);
  const Vector cross = hn::MulAdd(a.high, b.low, hn::Mul(a.low, b.high));
  return fast_two_sum(product.high, hn::Add(product.low, cross));
}

/// Relative error at most 3.01 u^2.
HWY_INLINE Pair multiply(const Pair& a, Vector b) {
  const Pair product = two_product(a.high, b);
  return fast_two_sum(product.high, hn::MulAdd(a.low, b, product.low));
}

/// The square root of a = 0 or a >= 2^-201, with relative error at most 5.2 u^2.
HWY_INLINE Pair square_root(const Pair& a) {
  const Vector root = hn::Sqrt(a.high);
  const Pair square = two_product(root, root);
  const Vector rest = hn::Add(hn::Sub(hn::Sub(a.high, square.high), square.low), a.low);
  const Vector divisor = hn::Max(hn::Add(root, root), all(0x1p-300));  // 0/divisor = 0 where a = 0
  return fast_two_sum(root, hn::Div(rest, divisor));
}

/// 1/sqrt(a) for 1/2 <= a <= 2^100, with relative error at most 15 u^2.
HWY_INLINE Pair inverse_square_root(const Pair& a) {
  const Vector start = hn::Div(all(1), hn::Sqrt(a.high));
  const Pair close_to_one = multiply(a, two_product(start, start));
  const Vector rest = hn::Sub(hn::Sub(all(1), close_to_one.high), close_to_one.low);
  const Vector factor = hn::Mul(rest, hn::MulAdd(all(0.375), rest, all(0.5)));
  return fast_two_sum(start, hn::Mul(start, factor));
}

/// A sum of many pairs: the first two parts take every rounding error but the errors of `tiny`, which are of
/// the order u^3.
struct LongSum {
  Vector large;
  Vector small;
  Vector tiny;

  // Written out: the compiler's own constructor would not be for this target.
  HWY_INLINE LongSum() : large(hn::Zero(Lanes())), small(hn::Zero(Lanes())), tiny(hn::Zero(Lanes())) {}

  /// Adds high + low; needs no |low| <= u |high|.
  HWY_INLINE void add_pair(const Pair& a) {
    const Pair first = two_sum(large, a.high);
    const Pair second = two_sum(small, first.low);
    const Pair third = two_sum(second.high, a.low);
    large = first.high;
    small = third.high;
    tiny = hn::Add(tiny, hn::Add(second.low, third.low));
  }
  [[nodiscard]] HWY_INLINE Pair value() const {
    const Pair sum = two_sum(large, small);
    return two_sum(sum.high, hn::Add(sum.low, tiny));
  }
};

/// A sum of a few products, exact but for the roundings of `low`.
struct ShortSum {
  Vector high;
  Vector low;

  HWY_INLINE void start(Vector a, Vector b) {
    const Pair product = two_product(a, b);
    high = product.high;
    low = product.low;
  }
  HWY_INLINE void start(const Pair& a, Vector b) {
    const Pair product = two_product(a.high, b);
    high = product.high;
    low = hn::MulAdd(a.low, b, product.low);
  }
  HWY_INLINE void add_product(Vector a, Vector b) {
    const Pair product = two_product(a, b);
    const Pair sum = two_sum(high, product.high);
    high = sum.high;
    low = hn::Add(low, hn::Add(sum.low, product.low));
  }
  HWY_INLINE void add_product(const Pair& a, Vector b) {
    const Pair product = two_product(a.high, b);
    const Pair sum = two_sum(high, product.high);
    high = sum.high;
    low = hn::Add(low, hn::MulAdd(a.low, b, hn::Add(sum.low, product.low)));
  }
};

/// sqrt(1 - c^2), |arcsin c| and sqrt(1 - c^2) + c arcsin c as functions of one cosine c; one that is past 1
/// or within 2^-200 of it counts as 1. Absolute errors at most 11.3, 29 and 49 u^2.
struct Kernel {
  Pair sine;
  Pair complement;  ///< the angle between pi/2 and the arccosine of c
  Pair value;
};

/// arcsin x for |x| <= arcsine_radius, but for 0.4 u^2.
HWY_INLINE Pair small_arcsine(const Pair& x) {
  const auto& c = arcsine_coefficients;
  const Pair z = multiply(x, x);
  Vector tail = hn::MulAdd(all(c.high[5]), z.high, all(c.high[4]));
  tail = hn::MulAdd(tail, z.high, all(c.high[3]));
  tail = hn::MulAdd(tail, z.high, all(c.high[2]));
  const Pair second = fast_two_sum(all(c.high[1]), hn::MulAdd(tail, z.high, all(c.low[1])));
  const Pair product = multiply(z, second);
  const Pair first = fast_two_sum(all(c.high[0]), product.high);
  const Pair bracket{first.high, hn::Add(first.low, hn::Add(product.low, all(c.low[0])))};
  return add(x, multiply(multiply(x, z), bracket));
}

/// arcsin of the smaller of sine and cosine, from the nearest i/128 on.
HWY_INLINE Pair arcsine_of_smaller(const Pair& smaller, const Pair& larger) {
  const Vector shifter = all(0x1.8p45);  // its unit in the last place is 1/128
  const Vector shifted = hn::Add(smaller.high, shifter);
  const Vector node = hn::Sub(shifted, shifter);
  const auto index = hn::And(hn::BitCast(LaneIndices(), shifted), hn::Set(LaneIndices(), std::int64_t{127}));
  const auto at = hn::Add(index, index);
  const auto offset = hn::Add(at, at);  // rows of four
  const double* table = &arcsine_table[0][0];
  const auto column = [&](int k) { return hn::GatherIndex(Lanes(), table + k, offset); };
  const Pair node_cosine{column(0), column(1)};
  const Pair node_angle{column(2), column(3)};
  const Pair sine_of_rest = subtract(multiply(smaller, node_cosine), multiply(larger, node));
  return add(node_angle, small_arcsine(sine_of_rest));
}

HWY_INLINE Kernel kernel_of(const Pair& cosine) {
  const Vector sign = hn::And(cosine.high, hn::SignBit(Lanes()));
  Pair size{hn::Xor(cosine.high, sign), hn::Xor(cosine.low, sign)};
  const Pair one_minus = two_sum(all(1), hn::Neg(size.high));
  Pair below = two_sum(one_minus.high, hn::Sub(one_minus.low, size.low));
  // Past 1 and just below it: the sine is 0 or at least 2^-100, so nothing underflows.
  const Mask cut = hn::Lt(below.high, all(0x1p-200));
  below = if_then_else(cut, all(0, 0), below);
  size = if_then_else(cut, all(1, 0), size);
  const Pair one_plus = two_sum(all(1), size.high);
  const Pair above = fast_two_sum(one_plus.high, hn::Add(one_plus.low, size.low));

  Kernel kernel;
  kernel.sine = square_root(multiply(below, above));
  const Mask near_parallel = hn::Lt(kernel.sine.high, size.high);
  const Pair smaller = if_then_else(near_parallel, kernel.sine, size);
  const Pair larger = if_then_else(near_parallel, size, kernel.sine);
  const Pair angle = arcsine_of_smaller(smaller, larger);
  const Pair half_pi = all(half_pi_pair[0], half_pi_pair[1]);
  kernel.complement = if_then_else(near_parallel, subtract(half_pi, angle), angle);
  kernel.value = add(kernel.sine, multiply(size, kernel.complement));
  return kernel;
}

/// The arcsine with the sign of the cosine.
HWY_INLINE Pair signed_complement(const Kernel& kernel, const Pair& cosine) {
  const Vector sign = hn::And(cosine.high, hn::SignBit(Lanes()));
  return {hn::Xor(kernel.complement.high, sign), hn::Xor(kernel.complement.low, sign)};
}

}  // namespace lojacert::ball::double_double::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

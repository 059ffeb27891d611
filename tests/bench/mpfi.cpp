// The peer MPFI: plain C calls, temporaries reused.

#include "enclosures.hpp"

#include <mpfi.h>

#include <cstddef>
#include <vector>

namespace bench {

using lojacert::ball::DoubleNetwork;

namespace {

class MpfiArray {
 public:
  MpfiArray(std::size_t size, long bits) : numbers_(size) {
    for (auto& number : numbers_) {
      mpfi_init2(&number, bits);
      mpfi_set_ui(&number, 0);
    }
  }
  ~MpfiArray() {
    for (auto& number : numbers_) mpfi_clear(&number);
  }
  MpfiArray(const MpfiArray&) = delete;
  MpfiArray& operator=(const MpfiArray&) = delete;
  [[nodiscard]] mpfi_ptr operator[](std::size_t n) { return &numbers_[n]; }

 private:
  std::vector<__mpfi_struct> numbers_;
};

Enclosure enclosure_of(mpfi_srcptr x) {
  return {mpfr_get_d(&x->left, MPFR_RNDD), mpfr_get_d(&x->right, MPFR_RNDU)};
}

class MpfiEvaluation {
 public:
  MpfiEvaluation(const DoubleNetwork& network, bool with_gradient, long bits)
      : network_(network),
        with_gradient_(with_gradient),
        vectors_(network.vectors.size(), bits),
        squares_(network.count(), bits),
        along_(network.student_count, bits),
        partials_(with_gradient ? network.student_count * network.dimension : 0, bits),
        temporaries_(temporary_count, bits) {}

  Enclosures run() {
    Enclosures result;
    for (std::size_t n = 0; n < network_.vectors.size(); ++n) mpfi_set_d(vectors_[n], network_.vectors[n]);
    for (std::size_t g = 0; g < network_.count(); ++g) inner_product(squares_[g], g, g);
    mpfi_const_pi(at(two_over_pi));
    mpfi_ui_div(at(two_over_pi), 2, at(two_over_pi));
    sum_pairs();
    result.loss = enclosure_of(at(loss));
    if (with_gradient_) finish_gradient(result);
    return result;
  }

 private:
  enum Temporary { product, dot, gap, angle, kernel, pairs, loss, two_over_pi, norm, temporary_count };

  [[nodiscard]] mpfi_ptr at(Temporary which) { return temporaries_[which]; }
  [[nodiscard]] mpfi_ptr entry(std::size_t g, std::size_t k) { return vectors_[g * network_.dimension + k]; }

  void inner_product(mpfi_ptr result, std::size_t g, std::size_t h) {
    mpfi_set_ui(result, 0);
    for (std::size_t k = 0; k < network_.dimension; ++k) {
      mpfi_mul(at(product), entry(g, k), entry(h, k));
      mpfi_add(result, result, at(product));
    }
  }

  /// S, t' = pi/2 - t = atan(c / S), which is a little faster than atan2, and S + t' c = (pi/2) K.
  void pair_of(std::size_t g, std::size_t h) {
    inner_product(at(dot), g, h);
    mpfi_mul(at(gap), squares_[g], squares_[h]);
    mpfi_sqr(at(product), at(dot));
    mpfi_sub(at(gap), at(gap), at(product));
    if (mpfr_sgn(&at(gap)->left) < 0) mpfr_set_zero(&at(gap)->left, 1);
    mpfi_sqrt(at(gap), at(gap));
    mpfi_div(at(angle), at(dot), at(gap));
    mpfi_atan(at(angle), at(angle));
    mpfi_mul(at(kernel), at(angle), at(dot));
    mpfi_add(at(kernel), at(kernel), at(gap));
  }

  void add_signed(mpfi_ptr sum, mpfi_srcptr term, bool is_positive) {
    (is_positive ? mpfi_add : mpfi_sub)(sum, sum, term);
  }

  void sum_pairs() {
    for (std::size_t g = 0; g < network_.count(); ++g) {
      mpfi_add(at(loss), at(loss), squares_[g]);
      for (std::size_t h = g + 1; h < network_.count(); ++h) {
        pair_of(g, h);
        add_signed(at(pairs), at(kernel), network_.sign(g) == network_.sign(h));
        if (!with_gradient_) continue;
        if (g < network_.student_count) add_to_gradient(g, h);
        if (h < network_.student_count) add_to_gradient(h, g);
      }
    }
    mpfi_div_2ui(at(loss), at(loss), 1);
    mpfi_mul(at(pairs), at(pairs), at(two_over_pi));
    mpfi_add(at(loss), at(loss), at(pairs));
  }

  void add_to_gradient(std::size_t j, std::size_t other) {
    const bool is_positive = network_.sign(other) > 0;
    add_signed(along_[j], at(gap), is_positive);
    for (std::size_t k = 0; k < network_.dimension; ++k) {
      mpfi_mul(at(product), at(angle), entry(other, k));
      add_signed(partials_[j * network_.dimension + k], at(product), is_positive);
    }
  }

  void finish_gradient(Enclosures& result) {
    mpfi_set_ui(at(norm), 0);
    for (std::size_t j = 0; j < network_.student_count; ++j) {
      mpfi_div(along_[j], along_[j], squares_[j]);
      mpfi_mul(along_[j], along_[j], at(two_over_pi));
      mpfi_add_ui(along_[j], along_[j], 1);
      for (std::size_t k = 0; k < network_.dimension; ++k) {
        const mpfi_ptr partial = partials_[j * network_.dimension + k];
        mpfi_mul(partial, partial, at(two_over_pi));
        mpfi_mul(at(product), along_[j], entry(j, k));
        mpfi_add(partial, partial, at(product));
        mpfi_sqr(at(product), partial);
        mpfi_add(at(norm), at(norm), at(product));
        result.partials.push_back(enclosure_of(partial));
      }
    }
    mpfi_sqrt(at(norm), at(norm));
    result.gradient_norm = enclosure_of(at(norm));
  }

  const DoubleNetwork& network_;
  bool with_gradient_;
  MpfiArray vectors_;
  MpfiArray squares_;
  MpfiArray along_;
  MpfiArray partials_;
  MpfiArray temporaries_;
};

}  // namespace

Enclosures mpfi_evaluate(const DoubleNetwork& network, bool with_gradient, long bits) {
  return MpfiEvaluation(network, with_gradient, bits).run();
}

}  // namespace bench

// The peer Arb: as a good user of the library writes it.

#include "enclosures.hpp"

#include <arb.h>
#include <arb_mat.h>

#include <cstddef>

namespace bench {

using lojacert::ball::DoubleNetwork;

namespace {

class ArbNumber {
 public:
  ArbNumber() { arb_init(number_); }
  ~ArbNumber() { arb_clear(number_); }
  ArbNumber(const ArbNumber&) = delete;
  ArbNumber& operator=(const ArbNumber&) = delete;
  operator arb_ptr() { return number_; }

 private:
  arb_t number_;
};

class ArbMatrix {
 public:
  ArbMatrix(std::size_t rows, std::size_t cols) {
    arb_mat_init(matrix_, static_cast<slong>(rows), static_cast<slong>(cols));
  }
  ~ArbMatrix() { arb_mat_clear(matrix_); }
  ArbMatrix(const ArbMatrix&) = delete;
  ArbMatrix& operator=(const ArbMatrix&) = delete;
  [[nodiscard]] arb_mat_struct* get() { return matrix_; }
  [[nodiscard]] arb_ptr row(std::size_t i) { return matrix_->rows[i]; }
  [[nodiscard]] arb_ptr at(std::size_t i, std::size_t k) { return matrix_->rows[i] + k; }

 private:
  arb_mat_t matrix_;
};

Enclosure enclosure_of(const arb_t x) {
  arf_t lower;
  arf_t upper;
  arf_init(lower);
  arf_init(upper);
  arb_get_lbound_arf(lower, x, 128);
  arb_get_ubound_arf(upper, x, 128);
  const Enclosure result{arf_get_d(lower, ARF_RND_FLOOR), arf_get_d(upper, ARF_RND_CEIL)};
  arf_clear(lower);
  arf_clear(upper);
  return result;
}

/// One evaluation: products first, then the pass over all pairs, then the gradient's product.
class ArbEvaluation {
 public:
  ArbEvaluation(const DoubleNetwork& network, bool with_gradient, ArbProducts products, long bits,
                long product_bits)
      : network_(network),
        with_gradient_(with_gradient),
        products_(products),
        bits_(bits),
        product_bits_(product_bits),
        vectors_(network.count(), network.dimension),
        gram_(network.count(), network.count()),
        angles_(with_gradient ? network.student_count : 0, network.count()),
        along_(1, network.count()),
        partials_(with_gradient ? network.student_count : 0, network.dimension) {}

  Enclosures run() {
    Enclosures result;
    fill_vectors();
    fill_gram();
    sum_pairs();
    result.loss = enclosure_of(loss_);
    if (!with_gradient_) return result;
    multiply_angles();
    finish_gradient(result);
    return result;
  }

 private:
  void fill_vectors() {
    for (std::size_t g = 0; g < network_.count(); ++g) {
      for (std::size_t k = 0; k < network_.dimension; ++k) arb_set_d(vectors_.at(g, k), network_.row(g)[k]);
    }
    arb_const_pi(two_over_pi_, bits_ + 8);
    arb_ui_div(two_over_pi_, 2, two_over_pi_, bits_);
  }

  void fill_gram() {
    if (products_ == ArbProducts::mat_mul) {
      ArbMatrix transposed(network_.dimension, network_.count());
      arb_mat_transpose(transposed.get(), vectors_.get());
      arb_mat_mul(gram_.get(), vectors_.get(), transposed.get(), product_bits_);
      return;
    }
    for (std::size_t g = 0; g < network_.count(); ++g) {
      for (std::size_t h = g; h < network_.count(); ++h) {
        arb_dot(gram_.at(g, h), nullptr, 0, vectors_.row(g), 1, vectors_.row(h), 1,
                static_cast<slong>(network_.dimension), product_bits_);
      }
    }
  }

  /// S and t' = pi/2 - t = atan2(c, S) of a pair, and S + t' c = (pi/2) K.
  void pair_of(std::size_t g, std::size_t h) {
    const arb_ptr c = gram_.at(g, h);
    arb_mul(gap_, gram_.at(g, g), gram_.at(h, h), product_bits_);
    arb_submul(gap_, c, c, product_bits_);
    arb_sqrtpos(gap_, gap_, bits_);
    arb_atan2(angle_, c, gap_, bits_);
    arb_set(kernel_, gap_);
    arb_addmul(kernel_, angle_, c, bits_);
  }

  void sum_pairs() {
    arb_zero(pairs_);
    arb_zero(loss_);
    for (std::size_t g = 0; g < network_.count(); ++g) {
      arb_add(loss_, loss_, gram_.at(g, g), bits_);
      for (std::size_t h = g + 1; h < network_.count(); ++h) {
        pair_of(g, h);
        const bool is_positive = network_.sign(g) == network_.sign(h);
        (is_positive ? arb_add : arb_sub)(pairs_, pairs_, kernel_, bits_);
        if (with_gradient_) keep_for_gradient(g, h);
      }
    }
    arb_mul_2exp_si(loss_, loss_, -1);
    arb_addmul(loss_, pairs_, two_over_pi_, bits_);
  }

  void keep_for_gradient(std::size_t g, std::size_t h) {
    if (g < network_.student_count) keep_for_row(g, h);
    if (h < network_.student_count) keep_for_row(h, g);
  }

  void keep_for_row(std::size_t j, std::size_t other) {
    const bool is_positive = network_.sign(other) > 0;
    (is_positive ? arb_set : arb_neg)(angles_.at(j, other), angle_);
    (is_positive ? arb_add : arb_sub)(along_.at(0, j), along_.at(0, j), gap_, bits_);
  }

  void multiply_angles() {
    if (products_ == ArbProducts::mat_mul) {
      arb_mat_mul(partials_.get(), angles_.get(), vectors_.get(), bits_);
      return;
    }
    ArbMatrix transposed(network_.dimension, network_.count());
    arb_mat_transpose(transposed.get(), vectors_.get());
    for (std::size_t j = 0; j < network_.student_count; ++j) {
      for (std::size_t k = 0; k < network_.dimension; ++k) {
        arb_dot(partials_.at(j, k), nullptr, 0, angles_.row(j), 1, transposed.row(k), 1,
                static_cast<slong>(network_.count()), bits_);
      }
    }
  }

  void finish_gradient(Enclosures& result) {
    ArbNumber squares;
    for (std::size_t j = 0; j < network_.student_count; ++j) {
      const arb_ptr along = along_.at(0, j);
      arb_div(along, along, gram_.at(j, j), bits_);
      arb_mul(along, along, two_over_pi_, bits_);
      arb_add_ui(along, along, 1, bits_);
      for (std::size_t k = 0; k < network_.dimension; ++k) {
        const arb_ptr partial = partials_.at(j, k);
        arb_mul(partial, partial, two_over_pi_, bits_);
        arb_addmul(partial, along, vectors_.at(j, k), bits_);
        arb_addmul(squares, partial, partial, bits_);
        result.partials.push_back(enclosure_of(partial));
      }
    }
    arb_sqrtpos(squares, squares, bits_);
    result.gradient_norm = enclosure_of(squares);
  }

  const DoubleNetwork& network_;
  bool with_gradient_;
  ArbProducts products_;
  slong bits_;
  slong product_bits_;
  ArbMatrix vectors_;
  ArbMatrix gram_;    // above and on the diagonal
  ArbMatrix angles_;  // sign_h t'_jh of students j
  ArbMatrix along_;   // sum over h of sign_h S_jh
  ArbMatrix partials_;
  ArbNumber two_over_pi_;
  ArbNumber gap_;
  ArbNumber angle_;
  ArbNumber kernel_;
  ArbNumber pairs_;
  ArbNumber loss_;
};

}  // namespace

Enclosures arb_evaluate(const DoubleNetwork& network, bool with_gradient, ArbProducts products, long bits,
                        long product_bits) {
  return ArbEvaluation(network, with_gradient, products, bits, product_bits).run();
}

}  // namespace bench

#include "sphere.hpp"

namespace lojaverify {

namespace {

constexpr slong extra_bits = 64;  // for what is computed once

Matrix rounded(Matrix m, slong bits) {
  for (Ball& x : m.entries) arb_set_round(x.get(), x.get(), bits);
  return m;
}

Ball cosine_of(double angle, slong bits) {
  Ball x;
  arb_set_d(x.get(), angle);
  return made<Ball>(arb_cos, x, bits);
}

/// The conditions on one cell after the other.
class SphereCheck {
 public:
  SphereCheck(Setting& setting, const SphereBounds& bounds, const std::vector<double>& caps)
      : t_(setting),
        bits_(setting.bits),
        r_(setting.size()),
        n_(setting.frame.n),
        s_(ball(bounds.s, bits_)),
        s_squared_(square(s_, bits_)),
        z_(ball(bounds.z, bits_)),
        psi_far_(ball(bounds.psi_far, bits_)),
        cos_delta1_(made<Ball>(arb_cos, ball(setting.delta1, bits_), bits_)),
        teachers_(r_),
        slope_(n_),
        linear_(n_),
        columns_(r_ * n_, n_),
        x_(r_ * n_),
        whitened_(r_ * n_),
        base_(r_ * n_) {
    for (const double angle : caps) cos_caps_.push_back(cosine_of(angle, bits_));
  }

  Outcome operator()(const Cell& cell, std::string& text) {
    patch_.set(cell, 0, bits_);
    for (std::size_t k = 0; k < r_; ++k) {
      if (locate(k)) return Outcome::holds;  // the whole patch lies in a cap
    }
    enclose_psi();
    nearest_ = Ball(0);
    for (const Teacher& k : teachers_)
      nearest_ = made<Ball>(arb_max, nearest_, lower(absolute(k.y), bits_), bits_);
    Outcome result = Outcome::holds;
    const auto add_outcome = [&](Outcome outcome) {
      if (outcome == Outcome::fails || result == Outcome::holds) result = outcome;
    };
    // Every class that a direction of the patch can have, with either orientation.
    for (std::size_t i = 0; i < r_ && result != Outcome::fails; ++i) {
      for (const slong sign : {1, -1}) {
        if (can_be_class(i, sign)) add_outcome(check_class(i, sign, text));
      }
    }
    if (less_than(nearest_, cos_delta1_, bits_).truth != Truth::no) add_outcome(check_far(text));
    return result;
  }

 private:
  /// b and a teacher's direction a_k: at the centre, and over the patch.
  struct Teacher {
    Ball y0, sine0, rho0;
    Ball y, rho;
    Vector e;
  };

  static Ball absolute(const Ball& x) { return made<Ball>(arb_abs, x); }

  /// The angle to a_k changes by at most the arc, so its cosine and sine and e_k change as little.
  bool locate(std::size_t k) {
    Teacher& t = teachers_[k];
    const Vector& a = t_.frame.directions[k];
    t.y0 = dot(a, patch_.centre, bits_);
    t.sine0 = root(sub(Ball(1), square(t.y0, bits_), bits_), bits_);
    t.y = widened(t.y0, mul(add(t.sine0, patch_.arc, bits_), patch_.arc, bits_));
    if (less_than(cos_caps_[k], absolute(t.y), bits_).truth == Truth::yes) return true;
    t.rho0 = mul(t_.two_pi, atan2(t.y0, t.sine0, bits_), bits_);
    t.rho = widened(t.rho0, mul(t_.two_pi, patch_.arc, bits_));
    const Ball turn = div(patch_.arc, sub(t.sine0, patch_.arc, bits_), bits_);
    const bool turns_little = less_than(absolute(turn), Ball(1), bits_).truth == Truth::yes &&
                              less_than(patch_.arc, t.sine0, bits_).truth == Truth::yes;
    t.e.resize(n_);
    for (std::size_t p = 0; p < n_; ++p) {
      if (!turns_little) {
        t.e[p] = widened(Ball(0), Ball(1));
        continue;
      }
      const Ball along = sub(patch_.centre[p], mul(t.y0, a[p], bits_), bits_);
      t.e[p] = widened(div(along, t.sine0, bits_), turn);
    }
    return false;
  }

  /// d/dv_m of a function of b with the gradient `gradient` is <gradient, e_m - b_m b> / |v|.
  void enclose_psi() {
    t_.psi.evaluate(patch_.centre, 0, jet_);
    psi0_ = jet_.value;
    t_.psi.evaluate(patch_.box, 1, jet_);
    const std::size_t span = n_ - 1;
    const Ball radial = dot(jet_.gradient, std::span(patch_.box).first(span), bits_);
    for (std::size_t m = 0; m < n_; ++m) {
      const Ball along = m < span ? jet_.gradient[m] : Ball();
      slope_[m] = mul(sub(along, mul(patch_.box[m], radial, bits_), bits_), patch_.inverse_length, bits_);
    }
    psi_ = add(psi0_, dot(patch_.displacement, slope_, bits_), bits_);
  }

  /// Not certain that <b, sign a_i> is below that of another line, or of the class's border, on the patch.
  bool can_be_class(std::size_t i, slong sign) const {
    const Ball y = mul(teachers_[i].y, sign, bits_);
    return less_than(y, cos_delta1_, bits_).truth != Truth::yes &&
           less_than(y, nearest_, bits_).truth != Truth::yes;
  }

  /// Certain that the centre has this class.
  bool is_class_of_centre(std::size_t i, slong sign) const {
    const Ball y = mul(teachers_[i].y0, sign, bits_);
    bool certain = at_most(cos_delta1_, y, bits_).truth == Truth::yes;
    for (std::size_t k = 0; k < r_ && certain; ++k)
      certain = k == i || less_than(absolute(teachers_[k].y0), y, bits_).truth == Truth::yes;
    return certain;
  }

  Outcome check_class(std::size_t i, slong sign, std::string& text) {
    // Z psi >= 1 - |y_i|
    const Vector& a = t_.frame.directions[i];
    for (std::size_t m = 0; m < n_; ++m) {
      const Ball dy =
          mul(sub(a[m], mul(patch_.box[m], teachers_[i].y, bits_), bits_), patch_.inverse_length, bits_);
      linear_[m] = add(mul(z_, slope_[m], bits_), mul(dy, sign, bits_), bits_);
    }
    const Ball excess0 =
        sub(add(mul(z_, psi0_, bits_), mul(teachers_[i].y0, sign, bits_), bits_), Ball(1), bits_);
    const Ball excess = add(excess0, dot(patch_.displacement, linear_, bits_), bits_);
    if (arb_is_nonnegative(excess.get()) == 0) {
      text = "(C4) Z psi >= 1 - cos theta: Z psi - (1 - cos theta) = " + shown(excess0) + " at " + where(i);
      return excess0.is_negative() && is_class_of_centre(i, sign) ? Outcome::fails : Outcome::open;
    }
    return check_slack(i, sign, text);
  }

  Outcome check_far(std::string& text) {
    if (at_most(psi_far_, psi_, bits_).truth != Truth::yes) {
      text = "(C4) psi >= psi_far: psi = " + shown(psi0_) + " at the far " + shown(patch_.centre);
      return less_than(psi0_, psi_far_, bits_).truth == Truth::yes && is_far_centre() ? Outcome::fails
                                                                                      : Outcome::open;
    }
    if (at_most(Ball(1), mul(s_, psi_, bits_), bits_).truth == Truth::yes) return Outcome::holds;
    return check_slack(r_, 0, text);
  }

  bool is_far_centre() const {
    for (const Teacher& k : teachers_) {
      if (less_than(absolute(k.y0), cos_delta1_, bits_).truth != Truth::yes) return false;
    }
    return true;
  }

  std::string where(std::size_t i) const {
    return shown(patch_.centre) + (i < r_ ? " of class " + std::to_string(i) : ", far");
  }

  /// (C3) where b has class i and orientation `sign`; far where sign = 0.
  Outcome check_slack(std::size_t i, slong sign, std::string& text) {
    const Matrix* blocks = sign == 0 ? nullptr : &t_.blocks[i];
    const auto block_row = [&](std::size_t row, std::span<const Ball> x) {
      return blocks == nullptr ? Ball() : mul(dot(blocks->row(row), x, bits_), sign, bits_);
    };
    for (std::size_t k = 0; k < r_; ++k) {
      const Teacher& t = teachers_[k];
      const Vector& a = t_.frame.directions[k];
      const Ball along = mul(t_.two_pi, t.sine0, bits_);
      for (std::size_t p = 0; p < n_; ++p) {
        Ball& x = x_[k * n_ + p];
        x = mul(t.rho0, patch_.centre[p], bits_);
        arb_addmul(x.get(), along.get(), a[p].get(), bits_);
        arb_sub(x.get(), x.get(), block_row(k * n_ + p, patch_.centre).get(), bits_);
      }
    }
    t_.whiten(x_, base_);
    const Ball value0 = sub(mul(s_squared_, square(psi0_, bits_), bits_), dot(base_, base_, bits_), bits_);
    const Ball scaled_psi0 = mul(s_squared_, psi0_, bits_);
    Vector turn(n_);
    for (std::size_t m = 0; m < n_; ++m) {
      if (patch_.displacement[m].is_zero()) {
        linear_[m] = Ball();
        for (std::size_t row = 0; row < base_.size(); ++row) columns_(row, m) = Ball();
        continue;
      }
      for (std::size_t p = 0; p < n_; ++p) {
        arb_mul(turn[p].get(), patch_.box[m].get(), patch_.box[p].get(), bits_);
        arb_neg(turn[p].get(), turn[p].get());
      }
      arb_add_si(turn[m].get(), turn[m].get(), 1, bits_);
      for (std::size_t k = 0; k < r_; ++k) {
        const Teacher& t = teachers_[k];
        const Ball dy = sub(t_.frame.directions[k][m], mul(patch_.box[m], t.y, bits_), bits_);
        const Ball scaled = mul(t_.two_pi, dy, bits_);
        for (std::size_t p = 0; p < n_; ++p) {
          Ball& x = x_[k * n_ + p];
          arb_mul(x.get(), t.rho.get(), turn[p].get(), bits_);
          arb_addmul(x.get(), scaled.get(), t.e[p].get(), bits_);
          arb_sub(x.get(), x.get(), block_row(k * n_ + p, turn).get(), bits_);
        }
      }
      t_.whiten(x_, whitened_);
      for (std::size_t row = 0; row < whitened_.size(); ++row)
        arb_mul(columns_(row, m).get(), whitened_[row].get(), patch_.inverse_length.get(), bits_);
      linear_[m] = mul(scaled_psi0, slope_[m], bits_);
      arb_submul(linear_[m].get(), dot(base_, whitened_, bits_).get(), patch_.inverse_length.get(), bits_);
    }
    Ball value = add(value0, mul(dot(patch_.displacement, linear_, bits_), 2, bits_), bits_);
    for (std::size_t row = 0; row < base_.size(); ++row)
      value = sub(value, square(dot(patch_.displacement, columns_.row(row), bits_), bits_), bits_);
    if (arb_is_nonnegative(value.get()) != 0 && psi_.is_positive()) return Outcome::holds;
    text = "(C3) S psi >= s: S psi = " + shown(mul(s_, psi0_, bits_)) +
           ", s = " + shown(root(dot(base_, base_, bits_), bits_)) + " at " + where(i);
    const bool certain = sign == 0 ? is_far_centre() : is_class_of_centre(i, sign);
    return (value0.is_negative() || psi0_.is_negative()) && certain ? Outcome::fails : Outcome::open;
  }

  Setting& t_;
  slong bits_;
  std::size_t r_, n_;
  Ball s_, s_squared_, z_, psi_far_, cos_delta1_;
  Vector cos_caps_;
  Patch patch_;
  std::vector<Teacher> teachers_;
  Ball nearest_;  // a lower bound of max |y_k| over the patch
  Derivatives::Jet jet_;
  Ball psi0_, psi_;
  Vector slope_, linear_;  // by v_m; 0 where v_m is fixed
  Matrix columns_;         // W dc/dv_m
  Vector x_, whitened_, base_;
};

}  // namespace

Setting::Setting(const Teacher& teacher, const Polynomial& psi_polynomial, const Rational& mu_bound,
                 const Rational& delta_1, slong working_bits)
    : bits(working_bits),
      frame(teacher, working_bits),
      psi(psi_polynomial, teacher, working_bits),
      mu(mu_bound),
      delta1(delta_1),
      two_pi(two_over_pi(working_bits)) {
  const Matrix gram = tangent_gram(Frame(teacher, bits + extra_bits));
  whitening = rounded(lojaverify::whitening(gram, bits + extra_bits), bits);
  const std::size_t n = frame.n;
  for (std::size_t i = 0; i < size(); ++i) {
    Matrix& block = blocks.emplace_back(gram.rows, n);
    for (std::size_t p = 0; p < gram.rows; ++p) {
      for (std::size_t q = 0; q < n; ++q) arb_set_round(block(p, q).get(), gram(p, i * n + q).get(), bits);
    }
  }
}

void Setting::whiten(const Vector& x, Vector& result) const {
  for (std::size_t i = 0; i < x.size(); ++i)
    result[i] = dot(whitening.row(i).first(i + 1), std::span(x).first(i + 1), bits);
}

std::optional<Shortfall> check_sphere(Setting& setting, const SphereBounds& bounds,
                                      const std::vector<double>& caps, std::size_t& cells,
                                      const Deadline& deadline) {
  SphereCheck check(setting, bounds, caps);
  return cover(
      cube_faces(setting.frame.n, true),
      [&](const Cell& cell, std::string& text) { return check(cell, text); }, cells, deadline);
}

}  // namespace lojaverify

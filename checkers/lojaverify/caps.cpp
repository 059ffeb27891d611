#include "caps.hpp"

namespace lojaverify {

namespace {

Ball cosine_of(const Ball& x, slong bits) { return made<Ball>(arb_cos, x, bits); }
Ball sine_of(const Ball& x, slong bits) { return made<Ball>(arb_sin, x, bits); }

/// x += a y for vectors.
void add_multiple(Vector& x, const Ball& a, std::span<const Ball> y, slong bits) {
  for (std::size_t p = 0; p < x.size(); ++p) arb_addmul(x[p].get(), a.get(), y[p].get(), bits);
}

Vector combination(const Ball& a, std::span<const Ball> x, const Ball& b, std::span<const Ball> y,
                   slong bits) {
  Vector result(x.size());
  add_multiple(result, a, x, bits);
  add_multiple(result, b, y, bits);
  return result;
}

/// Orthonormal vectors that span the complement of a unit vector: the columns of the reflection that maps it
/// to an axis, but for that axis.
std::vector<Vector> complement(const Vector& a, slong bits) {
  const slong sign = arf_sgn(arb_midref(a[0].get())) < 0 ? -1 : 1;
  Vector u = a;  // a + sign e_0, of squared length 2 (1 + sign a_0)
  arb_add_si(u[0].get(), u[0].get(), sign, bits);
  const Ball half = mul(u[0], sign, bits);
  std::vector<Vector> result;
  for (std::size_t j = 1; j < a.size(); ++j) {
    Vector& column = result.emplace_back(a.size());
    column[j] = Ball(1);
    add_multiple(column, mul(div(u[j], half, bits), -1, bits), u, bits);
  }
  return result;
}

/// The curves from a_i: the parameters of a cell are eta and a direction v/|v| of the complement of a_i.
class CapCheck {
 public:
  CapCheck(Setting& setting, std::size_t teacher)
      : t_(setting),
        bits_(setting.bits),
        i_(teacher),
        n_(setting.frame.n),
        axes_(complement(setting.frame.directions[teacher], setting.bits)),
        displacement_(n_),
        x_(t_.size() * n_),
        base_(x_.size()),
        whitened_(x_.size()),
        columns_(x_.size(), n_),
        linear_(n_),
        dy_(n_) {}

  /// S Y >= |W X|, Y > 0 and Z Y >= 1 on the cell.
  Outcome second_order(const Cell& cell, const SphereBounds& bounds, std::string& text) {
    place(cell);
    if (!enclose_x()) return Outcome::open;
    const Ball s = ball(bounds.s, bits_);
    const Ball y0 = enclose_y();
    for (std::size_t m = 0; m < n_; ++m) linear_[m] = mul(mul(square(s, bits_), y0, bits_), dy_[m], bits_);
    const Ball start = square(mul(s, y0, bits_), bits_);
    const Ball slack = whitened_slack(start);
    const Ball y = add(y0, dot(displacement_, dy_, bits_), bits_);
    const Ball z_excess = sub(mul(ball(bounds.z, bits_), y, bits_), Ball(1), bits_);
    if (arb_is_nonnegative(slack.get()) != 0 && y.is_positive() && arb_is_nonnegative(z_excess.get()) != 0)
      return Outcome::holds;
    text = "(C3), (C4) near teacher " + std::to_string(i_) +
           " S Y >= |W X|, Z Y >= 1: S Y = " + shown(mul(s, y0, bits_)) +
           ", |W X| = " + shown(root(dot(base_, base_, bits_), bits_)) + ", Y = " + shown(y0) +
           " at eta = " + shown(eta_) + ", e = " + shown(e0_);
    const bool fails = y0.is_negative() || sub(start, dot(base_, base_, bits_), bits_).is_negative() ||
                       sub(mul(ball(bounds.z, bits_), y0, bits_), Ball(1), bits_).is_negative();
    return fails ? Outcome::fails : Outcome::open;
  }

  /// T >= |W X| on the cell.
  Outcome wedges(const Cell& cell, const Rational& t, std::string& text) {
    place(cell);
    if (!enclose_x()) return Outcome::open;
    for (Ball& x : linear_) x = Ball();
    const Ball bound = ball(t, bits_);
    const Ball start = square(bound, bits_);
    if (arb_is_nonnegative(whitened_slack(start).get()) != 0) return Outcome::holds;
    text = "(C5) T >= |W X| near teacher " + std::to_string(i_) + ": T = " + shown(bound) +
           ", |W X| = " + shown(root(dot(base_, base_, bits_), bits_)) + " at eta = " + shown(eta_) +
           ", e = " + shown(e0_);
    return sub(start, dot(base_, base_, bits_), bits_).is_negative() ? Outcome::fails : Outcome::open;
  }

 private:
  /// A unit vector u, the unit tangent t, and how they move with each parameter.
  struct Curve {
    Vector u, t;
  };

  void place(const Cell& cell) {
    const Vector& a = t_.frame.directions[i_];
    Ball deta;
    set_parameter(cell, 0, eta_, deta);
    patch_.set(cell, 1, bits_);
    const Ball eta = add(eta_, deta, bits_);
    e0_ = direction(patch_.centre);
    const Vector e = direction(patch_.box);
    const Ball sine = sine_of(eta, bits_), cosine = cosine_of(eta, bits_);
    const Ball minus_sine = mul(sine, -1, bits_);
    centre_ = {combination(cosine_of(eta_, bits_), a, sine_of(eta_, bits_), e0_, bits_),
               combination(mul(sine_of(eta_, bits_), -1, bits_), a, cosine_of(eta_, bits_), e0_, bits_)};
    box_ = {combination(cosine, a, sine, e, bits_), combination(minus_sine, a, cosine, e, bits_)};
    // No u of the cell is farther than this from the centre's.
    arc_ = add(magnitude_upper(deta, bits_),
               mul(magnitude_upper(sine, bits_), magnitude_upper(patch_.arc, bits_), bits_), bits_);
    moves_.resize(n_);
    displacement_[0] = deta;
    moves_[0] = {box_.t, combination(Ball(-1), box_.u, Ball(), box_.u, bits_)};
    for (std::size_t m = 1; m < n_; ++m) {
      displacement_[m] = patch_.displacement[m - 1];
      Vector de = axes_[m - 1];
      add_multiple(de, mul(patch_.box[m - 1], -1, bits_), e, bits_);
      for (Ball& x : de) x = mul(x, patch_.inverse_length, bits_);
      moves_[m] = {combination(sine, de, Ball(), de, bits_), combination(cosine, de, Ball(), de, bits_)};
    }
  }

  Vector direction(const Vector& coordinates) const {
    Vector e(n_);
    for (std::size_t m = 0; m < axes_.size(); ++m) add_multiple(e, coordinates[m], axes_[m], bits_);
    return e;
  }

  /// X at the centre, whitened into base_, and its derivatives over the cell, whitened into columns_; false
  /// where u can meet another teacher's line.
  bool enclose_x() {
    const std::size_t r = t_.size();
    std::vector<Vector> a_prime(r), a_prime0(r);
    Vector y(r), sine(r);
    const Ball two = mul(t_.two_pi, 2, bits_);
    for (std::size_t k = 0; k < r; ++k) {
      if (k == i_) {
        store(k, mul(two, -1, bits_), centre_.t, Ball(), centre_.t);
        continue;
      }
      const Vector& a = t_.frame.directions[k];
      const Ball y0 = dot(a, centre_.u, bits_);
      const Ball sine0 = root(sub(Ball(1), square(y0, bits_), bits_), bits_);
      sine[k] = widened(sine0, arc_);
      if (!sine[k].is_positive()) return false;
      y[k] = widened(y0, arc_);
      a_prime0[k] =
          combination(div(Ball(1), sine0, bits_), a, mul(div(y0, sine0, bits_), -1, bits_), centre_.u, bits_);
      // a' is a unit vector that moves at most 1/S_k times as fast as u.
      a_prime[k] = a_prime0[k];
      const Ball radius = div(arc_, sine[k], bits_);
      for (Ball& x : a_prime[k]) x = widened(x, radius);
      const Ball x0 = dot(centre_.t, a_prime0[k], bits_);
      store(k, mul(t_.two_pi, sub(Ball(1), square(x0, bits_), bits_), bits_), a_prime0[k],
            mul(two, x0, bits_), centre_.t);
    }
    t_.whiten(x_, base_);
    for (std::size_t m = 0; m < n_; ++m) {
      const Vector &du = moves_[m].u, &dt = moves_[m].t;
      const bool fixed = displacement_[m].is_zero();
      for (std::size_t k = 0; k < r && !fixed; ++k) {
        if (k == i_) {
          store(k, mul(two, -1, bits_), dt, Ball(), dt);
          continue;
        }
        const Vector& a = a_prime[k];
        const Ball x = dot(box_.t, a, bits_), along = dot(a, du, bits_), ratio = div(y[k], sine[k], bits_);
        // da' = -<a', du> u - (y/S) (du - <a', du> a');  dx = <dt, a'> + <t, da'>
        Vector da = combination(mul(along, -1, bits_), box_.u, mul(ratio, -1, bits_), du, bits_);
        add_multiple(da, mul(ratio, along, bits_), a, bits_);
        const Ball turn = sub(dot(box_.t, du, bits_), mul(x, along, bits_), bits_);
        const Ball dx = sub(dot(dt, a, bits_), mul(ratio, turn, bits_), bits_);
        // dX = (2/pi) (-2 x dx a' + (1 - x^2) da' + 2 dx t + 2 x dt)
        store(k, mul(mul(two, mul(x, dx, bits_), bits_), -1, bits_), a, mul(two, dx, bits_), box_.t);
        Vector part(x_.begin() + static_cast<std::ptrdiff_t>(k * n_),
                    x_.begin() + static_cast<std::ptrdiff_t>((k + 1) * n_));
        add_multiple(part, mul(t_.two_pi, sub(Ball(1), square(x, bits_), bits_), bits_), da, bits_);
        add_multiple(part, mul(two, x, bits_), dt, bits_);
        std::move(part.begin(), part.end(), x_.begin() + static_cast<std::ptrdiff_t>(k * n_));
      }
      if (!fixed) t_.whiten(x_, whitened_);
      for (std::size_t row = 0; row < x_.size(); ++row) columns_(row, m) = fixed ? Ball() : whitened_[row];
    }
    return true;
  }

  /// The part of x_ that belongs to k: f x + g y.
  void store(std::size_t k, const Ball& f, const Vector& x, const Ball& g, const Vector& y) {
    const Vector part = combination(f, x, g, y, bits_);
    std::copy(part.begin(), part.end(), x_.begin() + static_cast<std::ptrdiff_t>(k * n_));
  }

  /// start + 2 int (linear - <W X, W dX>) - sup |W dX|^2 - |W X|^2: what remains of `start` - |W X|^2 on the
  /// cell, where linear_ has half the slopes of `start`.
  Ball whitened_slack(const Ball& start) {
    for (std::size_t m = 0; m < n_; ++m) {
      for (std::size_t row = 0; row < base_.size(); ++row)
        arb_submul(linear_[m].get(), base_[row].get(), columns_(row, m).get(), bits_);
    }
    Ball value = sub(start, dot(base_, base_, bits_), bits_);
    value = add(value, mul(dot(displacement_, linear_, bits_), 2, bits_), bits_);
    for (std::size_t row = 0; row < base_.size(); ++row)
      value = sub(value, square(dot(displacement_, columns_.row(row), bits_), bits_), bits_);
    return value;
  }

  /// A form of the gradient, the Hessian or the third derivatives at vectors of the span.
  Ball form(const Vector& tensor, std::initializer_list<const Vector*> vectors) const {
    Vector rest = tensor;
    for (const Vector* x : vectors) {  // contract the first index
      const std::size_t span = n_ - 1, size = rest.size() / span;
      Vector next(size);
      for (std::size_t j = 0; j < span; ++j) {
        for (std::size_t p = 0; p < size; ++p)
          arb_addmul(next[p].get(), (*x)[j].get(), rest[j * size + p].get(), bits_);
      }
      rest = std::move(next);
    }
    return rest.front();
  }

  /// Y at the centre; its derivatives over the cell, D^3 psi[t, t, du] + 2 D^2 psi[t, dt] - D^2 psi[u, du],
  /// into dy_.
  Ball enclose_y() {
    t_.psi.evaluate(centre_.u, 2, jet_);
    const Ball y0 =
        add(sub(form(jet_.hessian, {&centre_.t, &centre_.t}), form(jet_.gradient, {&centre_.u}), bits_),
            jet_.value, bits_);
    t_.psi.evaluate(box_.u, 3, jet_);
    for (std::size_t m = 0; m < n_; ++m) {
      if (displacement_[m].is_zero()) {
        dy_[m] = Ball();
        continue;
      }
      dy_[m] = form(jet_.third, {&box_.t, &box_.t, &moves_[m].u});
      dy_[m] = add(dy_[m], mul(form(jet_.hessian, {&box_.t, &moves_[m].t}), 2, bits_), bits_);
      dy_[m] = sub(dy_[m], form(jet_.hessian, {&box_.u, &moves_[m].u}), bits_);
    }
    return y0;
  }

  Setting& t_;
  slong bits_;
  std::size_t i_, n_;
  std::vector<Vector> axes_;
  Ball eta_, arc_;
  Patch patch_;
  Vector e0_, displacement_;
  Curve centre_, box_;
  std::vector<Curve> moves_;  // by each parameter
  Derivatives::Jet jet_;
  Vector x_, base_, whitened_;
  Matrix columns_;
  Vector linear_, dy_;
};

/// eta in [0, cap], and the directions of the complement with last coordinate >= 0.
std::vector<Cell> cap_cells(std::size_t n, double cap) {
  std::vector<Cell> cells = cube_faces(n - 1, false);
  for (Cell& cell : cells) {
    cell.lo.insert(cell.lo.begin(), 0);
    cell.hi.insert(cell.hi.begin(), cap);
  }
  return cells;
}

}  // namespace

std::optional<Shortfall> check_cap(Setting& setting, const SphereBounds& bounds, std::size_t i, double cap,
                                   std::size_t& cells, const Deadline& deadline) {
  CapCheck check(setting, i);
  return cover(
      cap_cells(setting.frame.n, cap),
      [&](const Cell& cell, std::string& text) { return check.second_order(cell, bounds, text); }, cells,
      deadline);
}

std::optional<Shortfall> check_wedges(Setting& setting, const Rational& t, std::size_t i, double cap,
                                      std::size_t& cells, const Deadline& deadline) {
  CapCheck check(setting, i);
  return cover(
      cap_cells(setting.frame.n, cap),
      [&](const Cell& cell, std::string& text) { return check.wedges(cell, t, text); }, cells, deadline);
}

}  // namespace lojaverify

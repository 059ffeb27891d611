#include <lojacert/ball/cluster_form.hpp>

#include <lojacert/ball/approximate_vector.hpp>
#include <lojacert/ball/arctangent.hpp>
#include <lojacert/ball/cluster_groups.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

namespace lojacert::ball {

namespace {

constexpr double unit = 0x1p-53;

constexpr DoubleInterval whole_line = DoubleInterval::whole_line();

DoubleInterval exactly(double x) { return DoubleInterval(x); }
DoubleInterval symmetric(UpperBound bound) { return within(0, bound); }

Ball norm_of(const BallGradient& gradient) {
  UpperBound squared_error;
  for (const double row_radius : gradient.row_radii)
    squared_error += UpperBound(row_radius) * UpperBound(row_radius);
  const ApproximateVector all = approximate_vector(gradient.partials, UpperBound());
  const DoubleInterval norm =
      sqrt_nonnegative(inner_product(all, all)) + symmetric(square_root(squared_error));
  return ball_of(DoubleInterval::between(std::max(norm.inf(), 0.0), norm.sup()));
}

/// Two vectors u = a + y, u' = a + y' of one group at an angle t (section 2).
struct NearPair {
  DoubleInterval inner;   ///< <u, u'> = |u||u'| cos t
  DoubleInterval angle;   ///< t
  DoubleInterval excess;  ///< |u||u'| h(t), h(t) = sin t - t cos t
};

NearPair near_pair(const DoubleInterval& squared_difference, const DoubleInterval& difference_along,
                   const DoubleInterval& squared_offset) {
  const DoubleInterval length = exactly(1) + squared_offset;
  const DoubleInterval inner = length + difference_along;
  if (!(inner.inf() > 0)) return {whole_line, whole_line, whole_line};
  const DoubleInterval gap = sqrt_nonnegative(squared_difference * length - sqr(difference_along));
  const DoubleInterval tangent = gap / inner;
  const DoubleInterval defect = arctangent_defect(tangent);
  return {inner, tangent - defect, inner * defect};
}

/// Two axes, or a vector and an axis, at an angle t.
struct AxisPair {
  DoubleInterval cosine;
  DoubleInterval sine;
  DoubleInterval arcsine;         ///< (2/pi) arcsin cos t = 1 - 2t/pi
  DoubleInterval residual_along;  ///< <a_i, v_k>
  double least_area = 0;          ///< below |u ^ u'| for all u, u' between the axes and their groups' vectors
};

/// How sin and angle to b change from an axis a to u = a + y, y orthogonal to a (section 3). With c = <a, b>
/// and beta = <y, b>, S(u) = |u| sin t and t = angle(u, b), to first order S changes by -c beta / S(a) and t
/// by -beta / S(a).
struct Bend {
  DoubleInterval sine;          ///< S(u)
  DoubleInterval angle_change;  ///< t(u) - t(a)
  DoubleInterval angle_bend;    ///< the part of the change beyond the first order
  DoubleInterval sine_bend;
};

Bend bend(const DoubleInterval& cosine, const DoubleInterval& sine, const DoubleInterval& along,
          const DoubleInterval& squared_offset) {
  const DoubleInterval first_order = cosine * along;
  const DoubleInterval squared_along = sqr(along);
  const DoubleInterval rest = squared_offset - squared_along;
  const DoubleInterval square_change = rest - (first_order + first_order);  // of S^2
  const DoubleInterval new_sine = sqrt_nonnegative(sqr(sine) + square_change);
  const DoubleInterval sum = sine + new_sine;
  const DoubleInterval sine_change = square_change / sum;
  const DoubleInterval sine_bend = (sine * rest + first_order * sine_change) / (sine * sum);
  // tan of the change of t = (cosine * sine_change - along * sine) / denominator.
  const DoubleInterval lift = sine * sine_change;
  const DoubleInterval denominator = exactly(1) + first_order + lift;
  const DoubleInterval tangent = (cosine * sine_change - along * sine) / denominator;
  const DoubleInterval defect = arctangent_defect(tangent);
  const DoubleInterval tangent_bend =
      (cosine * (sine * sine_bend + squared_along) + along * lift) / (denominator * sine);
  return {new_sine, tangent - defect, tangent_bend - defect, sine_bend};
}

/// Loss and gradient from the groups. `applies` is false where two groups are too near to each other.
class ClusterForm {
 public:
  explicit ClusterForm(const DoubleNetwork& network, const Groups& groups)
      : network_(network), form_(groups), count_(groups.groups.size()) {
    find_axis_pairs();
  }

  [[nodiscard]] bool applies() const { return applies_; }

  /// 2 L_abs, and on the way all that the gradient needs of pairs within groups.
  [[nodiscard]] DoubleInterval twice_loss(bool with_gradient) {
    if (with_gradient) prepare_gradient();
    find_bends();
    DoubleInterval own(0);
    for (std::size_t i = 0; i < count_; ++i) own += own_group(i, with_gradient);
    tolerance_ = own.midpoint() * 0x1p-36 / static_cast<double>(count_ * count_);
    DoubleInterval crossed(0);
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t k = 0; k < i; ++k) crossed += two_groups(i, k);
    }
    return own + exactly(2) * crossed;
  }

  /// The gradient; after twice_loss(true).
  [[nodiscard]] BallGradient gradient();

 private:
  [[nodiscard]] const Group& group(std::size_t i) const { return form_.groups[i]; }
  [[nodiscard]] const Member& member(std::size_t n) const { return form_.members[n]; }
  [[nodiscard]] const AxisPair& axes(std::size_t i, std::size_t k) const { return axes_[i * count_ + k]; }
  [[nodiscard]] const Bend& bend_of(std::size_t n, std::size_t k) const { return bends_[n * count_ + k]; }
  /// <y_n, a_k> and <y_n, v_k>.
  [[nodiscard]] const DoubleInterval& along_axis(std::size_t n, std::size_t k) const {
    return along_axis_[n * count_ + k];
  }
  [[nodiscard]] const DoubleInterval& along_residual(std::size_t n, std::size_t k) const {
    return along_residual_[n * count_ + k];
  }
  [[nodiscard]] bool is_axis(std::size_t n, const Group& of) const { return n == of.begin; }

  void find_axis_pairs() {
    axes_.resize(count_ * count_);
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t k = 0; k < count_; ++k) {
        AxisPair& pair = axes_[i * count_ + k];
        pair.residual_along = inner_product(group(i).axis, group(k).residual);
        if (k < i) copy_angle(axes(k, i), pair);
        if (k > i) find_angle(i, k, pair);
      }
    }
  }
  static void copy_angle(const AxisPair& from, AxisPair& to) {
    to.cosine = from.cosine;
    to.sine = from.sine;
    to.arcsine = from.arcsine;
    to.least_area = from.least_area;
  }
  /// 1 - sign <a, b> = |a - sign b|^2 / 2 for unit vectors, without the cancellation.
  [[nodiscard]] DoubleInterval cosine_defect(const ApproximateVector& a, const ApproximateVector& b,
                                             double sign) {
    difference_.resize(network_.dimension);
    for (std::size_t k = 0; k < difference_.size(); ++k) difference_[k] = a.entries[k] - sign * b.entries[k];
    ApproximateVector difference = approximate_vector(difference_, UpperBound());
    difference.error = a.error + b.error + UpperBound(unit) * difference.length;
    return exactly(0.5) * sqr(length_of(difference));
  }
  void find_angle(std::size_t i, std::size_t k, AxisPair& pair) {
    pair.cosine = inner_product(group(i).axis, group(k).axis);
    const DoubleInterval defect =
        cosine_defect(group(i).axis, group(k).axis, pair.cosine.midpoint() < 0 ? -1 : 1);
    pair.sine = sqrt_nonnegative(defect * (exactly(2) - defect));
    pair.arcsine = two_over_pi() * arctangent_of_ratio(pair.cosine, pair.sine);
    const UpperBound y = group(i).largest_offset;
    const UpperBound z = group(k).largest_offset;
    pair.least_area = (exactly(pair.sine.inf()) - exactly((y + z + y * z).value())).inf();
    if (!(pair.least_area > 0.5 * pair.sine.sup())) applies_ = false;
  }

  void find_bends() {
    bends_.resize(form_.members.size() * count_);
    along_axis_.resize(bends_.size());
    along_residual_.resize(bends_.size());
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t n = group(i).begin; n < group(i).end; ++n) {
        for (std::size_t k = 0; k < count_; ++k) {
          if (k == i) continue;
          if (is_axis(n, group(i))) {
            bends_[n * count_ + k] = {axes(i, k).sine, exactly(0), exactly(0), exactly(0)};
            continue;
          }
          const std::size_t place = n * count_ + k;
          along_axis_[place] = inner_product(member(n).offset, group(k).axis);
          along_residual_[place] = inner_product(member(n).offset, group(k).residual);
          bends_[place] =
              bend(axes(i, k).cosine, axes(i, k).sine, along_axis_[place], member(n).squared_offset);
        }
      }
    }
  }

  /// E R_i^2 (section 2).
  [[nodiscard]] DoubleInterval own_group(std::size_t i, bool with_gradient) {
    const Group& own = group(i);
    DoubleInterval excess(0);
    difference_.resize(network_.dimension);
    for (std::size_t n = own.begin; n < own.end; ++n) {
      for (std::size_t l = own.begin; l < n; ++l) {
        const DoubleInterval masses = exactly(member(n).sign * member(l).sign) * member(n).height;
        excess += masses * member(l).height * own_pair(n, l, with_gradient);
      }
    }
    const DoubleInterval square = inner_product(own.residual, own.residual);
    return DoubleInterval::between(std::max(square.inf(), 0.0), square.sup()) +
           exactly(2) * two_over_pi() * excess;
  }

  /// |u||u'| h(t) for two members of a group.
  [[nodiscard]] DoubleInterval own_pair(std::size_t n, std::size_t l, bool with_gradient) {
    const ApproximateVector& y = member(n).offset;
    const ApproximateVector& z = member(l).offset;
    for (std::size_t k = 0; k < difference_.size(); ++k) difference_[k] = y.entries[k] - z.entries[k];
    ApproximateVector difference = approximate_vector(difference_, UpperBound());
    difference.error = y.error + z.error + UpperBound(unit) * difference.length;
    const DoubleInterval squared_difference = sqr(length_of(difference));
    const DoubleInterval along = inner_product(difference, z);
    const NearPair pair = near_pair(squared_difference, along, member(l).squared_offset);
    if (with_gradient) {
      add_own_gradient(n, l, pair, squared_difference + along, difference, 1);
      add_own_gradient(l, n, pair, -along, difference, -1);
    }
    return pair.excess;
  }

  /// Adds the pair's part to the gradient of member n: height' (e u + t D), D = orientation * difference from
  /// the other's vector to u, e = (excess - t <y, D>) / |u|^2.
  void add_own_gradient(std::size_t n, std::size_t other, const NearPair& pair, const DoubleInterval& along,
                        const ApproximateVector& difference, double orientation) {
    if (member(n).sign < 0) return;
    const DoubleInterval height = exactly(member(other).sign) * member(other).height;
    own_factors_[n] += height * (pair.excess - pair.angle * along) / (exactly(1) + member(n).squared_offset);
    own_sums_[n].add(exactly(orientation) * height * pair.angle, difference);
  }

  /// E R_i R_k for two groups (sections 3 and 4).
  [[nodiscard]] DoubleInterval two_groups(std::size_t i, std::size_t k) const {
    const AxisPair& pair = axes(i, k);
    const DoubleInterval& ii = axes(i, i).residual_along;
    const DoubleInterval& kk = axes(k, k).residual_along;
    const DoubleInterval& ik = pair.residual_along;
    const DoubleInterval& ki = axes(k, i).residual_along;
    const DoubleInterval plane = ii * (kk - pair.cosine * ik) + ki * (ik - pair.cosine * kk);
    return pair.arcsine * inner_product(group(i).residual, group(k).residual) +
           two_over_pi() / pair.sine * plane + residual_and_bends(i, k) + residual_and_bends(k, i) +
           bends_and_bends(i, k);
  }

  /// E C_i V_k = <v_k, E C_i sign(a_k.x) x>.
  [[nodiscard]] DoubleInterval residual_and_bends(std::size_t i, std::size_t k) const {
    DoubleInterval sum(0);
    for (std::size_t n = group(i).begin + 1; n < group(i).end; ++n) {
      const Bend& part = bend_of(n, k);
      sum += member(n).height *
             (part.sine_bend * axes(k, k).residual_along - part.angle_bend * axes(i, k).residual_along -
              part.angle_change * along_residual(n, k));
    }
    return two_over_pi() * sum;
  }

  /// E C_i C_k >= 0 (section 4).
  [[nodiscard]] DoubleInterval bends_and_bends(std::size_t i, std::size_t k) const {
    if (network_.dimension <= 2) return exactly(0);
    const AxisPair& pair = axes(i, k);
    const DoubleInterval factor = two_over_pi() / (exactly(4) * pair.sine);
    const DoubleInterval squares = squares_off_plane(i, k) * squares_off_plane(k, i);
    DoubleInterval mixed = squares * DoubleInterval::between(0, 1);
    if (network_.dimension == 3) {
      mixed = squares;  // on a line, <y, y'>^2 = |y|^2 |y'|^2
    } else if (!(factor.sup() * squares.sup() < tolerance_))
      mixed = common_part(mixed, mixed_squares(i, k));
    const DoubleInterval leading = factor * (squares + exactly(2) * mixed);
    const UpperBound most = UpperBound(two_over_pi().sup()) * UpperBound(0.75) * group(i).square_moment *
                            group(k).square_moment / pair.least_area;
    return common_part(DoubleInterval::between(0, most.value()),
                       leading + symmetric(bends_remainder(group(i), group(k), pair)));
  }

  /// sum over the group of height |P y|^2, P the projection off the plane of both axes.
  [[nodiscard]] DoubleInterval squares_off_plane(std::size_t i, std::size_t k) const {
    const DoubleInterval inverse = exactly(1) / sqr(axes(i, k).sine);
    DoubleInterval sum(0);
    for (std::size_t n = group(i).begin + 1; n < group(i).end; ++n) {
      const DoubleInterval square = member(n).squared_offset - sqr(along_axis(n, k)) * inverse;
      sum += member(n).height * DoubleInterval::between(std::max(square.inf(), 0.0), square.sup());
    }
    return sum;
  }

  /// sum over both groups of heights' products times <P y, P y'>^2.
  [[nodiscard]] DoubleInterval mixed_squares(std::size_t i, std::size_t k) const {
    const DoubleInterval plane = axes(i, k).cosine / sqr(axes(i, k).sine);
    DoubleInterval sum(0);
    for (std::size_t n = group(i).begin + 1; n < group(i).end; ++n) {
      const DoubleInterval in_plane = plane * along_axis(n, k);
      DoubleInterval with_n(0);
      for (std::size_t l = group(k).begin + 1; l < group(k).end; ++l) {
        const DoubleInterval inner =
            inner_product(member(n).offset, member(l).offset) + in_plane * along_axis(l, i);
        with_n += member(l).height * sqr(inner);
      }
      sum += member(n).height * with_n;
    }
    return sum;
  }

  /// Of the leading term of E C_i C_k: Proposition 4.
  static UpperBound bends_remainder(const Group& i, const Group& k, const AxisPair& pair) {
    const UpperBound mixed = i.cube_moment * k.square_moment + i.square_moment * k.cube_moment;
    const UpperBound y(std::max(i.largest_offset.value(), k.largest_offset.value()));
    const UpperBound length = square_root(UpperBound(1) + y * y);
    const UpperBound turning = length * mixed / (2 * pair.least_area) / pair.least_area;
    const UpperBound area =
        (UpperBound(0.25) * mixed + i.cube_moment * k.cube_moment / 12) / pair.least_area / pair.sine.inf();
    return UpperBound(two_over_pi().sup()) * (turning + area);
  }

  void prepare_gradient() {
    const std::size_t d = network_.dimension;
    own_entries_.assign(form_.members.size() * d, 0);
    own_factors_.assign(form_.members.size(), exactly(0));
    for (std::size_t n = 0; n < form_.members.size(); ++n)
      own_sums_.emplace_back(std::span(own_entries_).subspan(n * d, d));
  }

  /// H_i = sum over the other groups of E C_k sign(a_i.x) x (section 3).
  [[nodiscard]] ApproximateVector other_bends(std::size_t i, std::span<double> entries) const {
    VectorSum sum(entries);
    DoubleInterval own_factor(0);
    for (std::size_t k = 0; k < count_; ++k) {
      if (k == i) continue;
      DoubleInterval axis_factor(0);
      for (std::size_t l = group(k).begin + 1; l < group(k).end; ++l)
        add_bend(member(l), bend_of(l, i), axis_factor, own_factor, sum);
      sum.add(axis_factor, group(k).axis);
    }
    sum.add(own_factor, group(i).axis);
    return approximate_vector(entries, sum.error());
  }
  /// Adds a member's part of E C_k sign(b.x) x: (2/pi) height (sine_bend b - angle_bend a_k - angle_change
  /// y).
  static void add_bend(const Member& member, const Bend& bend, DoubleInterval& axis_factor,
                       DoubleInterval& own_factor, VectorSum& sum) {
    const DoubleInterval height = two_over_pi() * member.height;
    axis_factor -= height * bend.angle_bend;
    own_factor += height * bend.sine_bend;
    sum.add(-(height * bend.angle_change), member.offset);
  }

  /// |E C_k (sign(u.x) - sign(a_i.x)) x|, over all other groups k (Proposition 5).
  [[nodiscard]] UpperBound turning_remainder(std::size_t n, std::size_t i) const {
    UpperBound sum;
    if (network_.dimension <= 2) return sum;
    for (std::size_t k = 0; k < count_; ++k) {
      if (k != i) sum += group(k).square_moment / axes(i, k).least_area;
    }
    return UpperBound(1.5) * UpperBound(two_over_pi().sup()) * member(n).offset_length * sum;
  }

  /// E R sign(u.x) x for member n of group i, the terms E C_k sign(u.x) x only if `bends` is not given: else
  /// they are near to it.
  [[nodiscard]] ApproximateVector turned_gradient(std::size_t n, std::size_t i,
                                                  const ApproximateVector* bends,
                                                  std::span<double> entries) const {
    std::fill(entries.begin(), entries.end(), 0);
    VectorSum sum(entries);
    const DoubleInterval squared_length = exactly(1) + member(n).squared_offset;
    DoubleInterval own_factor = two_over_pi() * own_factors_[n];
    sum.add(exactly(1), group(i).residual);
    sum.add(two_over_pi(), approximate_vector(own_sums_[n].entries(), own_sums_[n].error()));
    if (bends) {
      sum.add(exactly(1), *bends);
      sum.add_error(turning_remainder(n, i));
    }
    for (std::size_t k = 0; k < count_; ++k) {
      if (k == i) continue;
      const DoubleInterval inner = axes(i, k).cosine + along_axis(n, k);  // <u, a_k>
      const DoubleInterval along = axes(i, k).residual_along + along_residual(n, k);
      const DoubleInterval& axis_along = axes(k, k).residual_along;
      const DoubleInterval factor = two_over_pi() / bend_of(n, k).sine;
      own_factor += factor * (axis_along - inner * along / squared_length);
      DoubleInterval axis_factor = factor * (along - inner * axis_along);
      sum.add(axes(i, k).arcsine - two_over_pi() * bend_of(n, k).angle_change, group(k).residual);
      if (!bends) add_bends(n, i, k, axis_factor, own_factor, sum);
      sum.add(axis_factor, group(k).axis);
    }
    sum.add(own_factor, group(i).axis);
    sum.add(own_factor, member(n).offset);
    return approximate_vector(entries, sum.error());
  }
  /// Adds E C_k sign(b.x) x, b = u/|u| for member n of group i.
  void add_bends(std::size_t n, std::size_t i, std::size_t k, DoubleInterval& axis_factor,
                 DoubleInterval& own_factor, VectorSum& sum) const {
    const DoubleInterval inverse = exactly(1) / sqrt_nonnegative(exactly(1) + member(n).squared_offset);
    const DoubleInterval cosine = (axes(i, k).cosine + along_axis(n, k)) * inverse;
    const DoubleInterval sine = bend_of(n, k).sine * inverse;
    DoubleInterval unit_factor(0);
    for (std::size_t l = group(k).begin + 1; l < group(k).end; ++l) {
      const DoubleInterval along =
          (along_axis(l, i) + inner_product(member(l).offset, member(n).offset)) * inverse;
      add_bend(member(l), bend(cosine, sine, along, member(l).squared_offset), axis_factor, unit_factor, sum);
    }
    own_factor += unit_factor * inverse;
  }

  void write_row(std::size_t n, const ApproximateVector& turned, BallGradient& gradient) const;
  [[nodiscard]] UpperBound through_norm_form(std::size_t g, std::span<double> row, UpperBound error) const;
  /// The largest exponent of a student's row.
  [[nodiscard]] long longest_student() const;

  const DoubleNetwork& network_;
  const Groups& form_;
  std::size_t count_;
  bool applies_ = true;
  double tolerance_ = 0;
  std::vector<AxisPair> axes_;
  std::vector<Bend> bends_;
  std::vector<DoubleInterval> along_axis_;
  std::vector<DoubleInterval> along_residual_;
  std::vector<double> difference_;
  std::vector<double> own_entries_;
  std::vector<VectorSum> own_sums_;
  std::vector<DoubleInterval> own_factors_;
};

/// Where the shared bends are farther than this from a row's own, relative to the row, its own are found.
constexpr double shared_bends_tolerance = 0x1p-26;

BallGradient ClusterForm::gradient() {
  const std::size_t d = network_.dimension;
  BallGradient result;
  result.partials.assign(network_.student_count * d, 0);
  result.row_radii.assign(network_.student_count, 0);
  result.exponent = form_.exponent + (network_.neuron == NeuronForm::norm ? longest_student() : 0);
  std::vector<double> shared(d);
  std::vector<double> row(d);
  for (std::size_t i = 0; i < count_; ++i) {
    std::fill(shared.begin(), shared.end(), 0);
    const ApproximateVector bends = other_bends(i, shared);
    for (std::size_t n = group(i).begin; n < group(i).end; ++n) {
      if (member(n).sign < 0) continue;
      ApproximateVector turned = turned_gradient(n, i, &bends, row);
      const double remainder = turning_remainder(n, i).value();
      if (!(remainder <= shared_bends_tolerance * turned.length.value()))
        turned = turned_gradient(n, i, nullptr, row);
      write_row(n, turned, result);
    }
  }
  result.norm = norm_of(result);
  return result;
}

/// The row of the gradient in w, from E R sign(u.x) x (docs/theory/landscape.md, sections 5 and 6).
void ClusterForm::write_row(std::size_t n, const ApproximateVector& turned, BallGradient& gradient) const {
  const std::size_t g = member(n).row;
  const std::span<double> row =
      std::span(gradient.partials).subspan(g * network_.dimension, network_.dimension);
  VectorSum sum(row);
  const double share = network_.activation == Activation::abs ? 1 : 0.25;
  sum.add(exactly(share * member(n).turn), turned);
  if (network_.activation == Activation::relu) sum.add(exactly(share), form_.odd_sum);
  UpperBound error = sum.error();
  if (network_.neuron == NeuronForm::norm) error = through_norm_form(g, row, error);
  gradient.row_radii[g] = error.value();
}

/// |w| (g + w <w, g> / |w|^2) in place, in units of 2^longest_student(); returns the error's bound.
UpperBound ClusterForm::through_norm_form(std::size_t g, std::span<double> row, UpperBound error) const {
  const ApproximateVector& w = form_.rows.vectors[g];
  const ApproximateVector p = approximate_vector(row, UpperBound());
  const DoubleInterval squared_length = inner_product(w, w);
  const double factor = std::ldexp(1.0, static_cast<int>(form_.rows.exponents[g] - longest_student()));
  const DoubleInterval length = sqrt_nonnegative(squared_length) * exactly(factor);
  const DoubleInterval along = inner_product(w, p) / squared_length;
  const UpperBound sizes = p.length + UpperBound(along.midpoint()) * w.length;
  for (std::size_t k = 0; k < row.size(); ++k)
    row[k] = length.midpoint() * (row[k] + along.midpoint() * w.entries[k]);
  return UpperBound(length.sup()) *
             (UpperBound(2) * error + radius(along) * w.length + UpperBound(4 * unit) * sizes) +
         radius(length) * sizes + UpperBound(1e-290);
}

long ClusterForm::longest_student() const {
  std::optional<long> longest;
  for (std::size_t g = 0; g < network_.student_count; ++g) {
    const long exponent = form_.rows.exponents[g];
    if (!form_.rows.is_zero[g]) longest = std::max(longest.value_or(exponent), exponent);
  }
  return longest.value_or(0);
}

/// L from 2 L_abs and z (docs/theory/landscape.md, section 5).
DoubleInterval loss_from(const DoubleInterval& twice_loss, const Groups& form, Activation activation) {
  const DoubleInterval loss_abs =
      exactly(0.5) * DoubleInterval::between(std::max(twice_loss.inf(), 0.0), twice_loss.sup());
  if (activation == Activation::abs) return loss_abs;
  const DoubleInterval even = exactly(0.25) * loss_abs;
  if (activation == Activation::relu_linear) return even;
  const DoubleInterval square = inner_product(form.odd_sum, form.odd_sum);
  return even + exactly(0.125) * DoubleInterval::between(std::max(square.inf(), 0.0), square.sup());
}

bool has_zero_student(const Groups& form, std::size_t student_count) {
  const auto& is_zero = form.rows.is_zero;
  return std::any_of(is_zero.begin(), is_zero.begin() + static_cast<std::ptrdiff_t>(student_count),
                     [](bool zero) { return zero; });
}

bool is_finite(const BallGradient& gradient) {
  const auto finite = [](double x) { return std::isfinite(x); };
  return gradient.norm.is_finite() &&
         std::all_of(gradient.partials.begin(), gradient.partials.end(), finite) &&
         std::all_of(gradient.row_radii.begin(), gradient.row_radii.end(), finite);
}

}  // namespace

std::optional<BallEvaluation> cluster_form(const DoubleNetwork& network, bool with_gradient) {
  if (!network.is_exact || network.dimension == 0) return std::nullopt;
  const std::optional<Groups> groups = groups_of(network);
  if (!groups || groups->groups.empty()) return std::nullopt;
  if (with_gradient && network.neuron == NeuronForm::unit && has_zero_student(*groups, network.student_count))
    return std::nullopt;
  ClusterForm form(network, *groups);
  if (!form.applies()) return std::nullopt;
  const DoubleInterval twice_loss = form.twice_loss(with_gradient);
  const Ball loss = ball_of(loss_from(twice_loss, *groups, network.activation));
  if (!loss.is_finite()) return std::nullopt;
  BallEvaluation result{{loss, 2 * groups->exponent}, std::nullopt};
  if (with_gradient) {
    result.gradient = form.gradient();
    if (!is_finite(*result.gradient)) return std::nullopt;
  }
  return result;
}

}  // namespace lojacert::ball

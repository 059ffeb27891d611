#include "teacher.hpp"

#include <algorithm>

namespace lojaverify {

namespace {

std::vector<std::vector<Rational>> inner_products(const Instance& instance) {
  const std::size_t r = instance.teacher.size();
  std::vector<std::vector<Rational>> gram(r, std::vector<Rational>(r));
  std::vector<IntegerRow> rows;
  if (!instance.gram) {
    for (const Row& row : instance.teacher) rows.push_back(clear_denominators(row));
  }
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      gram[i][k] = instance.gram ? instance.teacher[i][k].lo
                                 : Rational(dot(rows[i].numerators, rows[k].numerators),
                                            rows[i].denominator * rows[k].denominator);
      gram[k][i] = gram[i][k];
    }
  }
  return gram;
}

/// The exact factorisation of a positive semidefinite matrix, its zero pivots left out; false where it is not
/// one.
bool factorise(Teacher& teacher) {
  std::vector<std::vector<Rational>> rest = teacher.gram;  // the Schur complement
  const std::size_t r = rest.size();
  teacher.factor.assign(r, {});
  for (std::size_t j = 0; j < r; ++j) {
    const Rational pivot = rest[j][j];
    if (pivot.sign() < 0) return false;
    if (pivot.sign() == 0) {
      for (std::size_t i = j + 1; i < r; ++i) {
        if (rest[i][j].sign() != 0) return false;
      }
      continue;
    }
    for (std::size_t i = 0; i < r; ++i) {
      teacher.factor[i].push_back(i < j ? Rational() : rest[i][j] / pivot);
    }
    for (std::size_t i = j + 1; i < r; ++i) {
      const Rational multiple = teacher.factor[i].back();
      for (std::size_t k = j + 1; k < r; ++k) rest[i][k] = rest[i][k] - multiple * rest[j][k];
    }
    teacher.pivots.push_back(pivot);
  }
  return true;
}

std::optional<std::string> misfit_of(const Teacher& teacher) {
  for (std::size_t i = 0; i < teacher.size(); ++i) {
    if (teacher.gram[i][i].sign() == 0) return "teacher " + std::to_string(i) + " is zero";
    for (std::size_t k = 0; k < i; ++k) {
      if (teacher.cosine_squared(i, k) == Rational(1))
        return "teachers " + std::to_string(k) + " and " + std::to_string(i) + " lie on one line";
    }
  }
  return {};
}

}  // namespace

Teacher::Teacher(const Instance& instance) : form(instance.teacher_neuron) {
  if (!std::ranges::all_of(instance.teacher, [](const Row& row) { return is_point(row); })) {
    misfit = "the teacher has boxes, and the claim is about one teacher";
    return;
  }
  gram = inner_products(instance);
  if (!factorise(*this)) {
    misfit = "the Gram matrix is not positive semidefinite: no vectors have these inner products";
    return;
  }
  misfit = misfit_of(*this);
}

Rational Teacher::cosine_squared(std::size_t i, std::size_t k) const {
  return gram[i][k] * gram[i][k] / (gram[i][i] * gram[k][k]);
}

Frame::Frame(const Teacher& teacher, slong working_bits)
    : n(teacher.rank() + 1),
      bits(working_bits),
      cosine(teacher.size(), teacher.size()),
      sine(teacher.size(), teacher.size()) {
  for (std::size_t i = 0; i < teacher.size(); ++i) {
    Vector& a = directions.emplace_back(n);
    for (std::size_t j = 0; j < teacher.rank(); ++j) {
      // Every factor under one root, which is then as exact as the working precision.
      const Rational& x = teacher.factor[i][j];
      a[j] = root(ball(x * x * teacher.pivots[j] / teacher.gram[i][i], bits), bits);
      if (x.sign() < 0) a[j] = mul(a[j], -1, bits);
    }
    for (std::size_t k = 0; k < teacher.size(); ++k) {
      const Rational c2 = teacher.cosine_squared(i, k);
      cosine(i, k) = root(ball(c2, bits), bits);
      if (teacher.gram[i][k].sign() < 0) cosine(i, k) = mul(cosine(i, k), -1, bits);
      sine(i, k) = root(ball(Rational(1) - c2, bits), bits);
    }
    const Ball square = ball(teacher.gram[i][i], bits);
    masses.push_back(teacher.form == Form::norm ? square : root(square, bits));
    smallest_mass = i == 0 ? masses[0] : made<Ball>(arb_min, smallest_mass, masses[i], bits);
  }
}

Ball Frame::angle(std::size_t i, std::size_t k) const { return atan2(sine(i, k), cosine(i, k), bits); }

Ball Frame::line_angle(std::size_t i, std::size_t k) const {
  return atan2(sine(i, k), made<Ball>(arb_abs, cosine(i, k)), bits);
}

Matrix tangent_gram(const Frame& frame) {
  const std::size_t r = frame.size(), n = frame.n;
  const slong bits = frame.bits;
  const Ball two_pi = two_over_pi(bits);
  Matrix gram(r * n, r * n);
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t p = 0; p < n; ++p) gram(i * n + p, i * n + p) = Ball(1);
    for (std::size_t k = 0; k < i; ++k) {
      const Vector &u = frame.directions[i], &w = frame.directions[k];
      const Ball &c = frame.cosine(i, k), &s = frame.sine(i, k);
      const Ball rho = mul(two_pi, atan2(c, s, bits), bits);
      const Ball cs = mul(mul(two_pi, s, bits), c, bits), ss = mul(two_pi, square(s, bits), bits);
      Vector e(n);
      for (std::size_t p = 0; p < n; ++p) e[p] = div(sub(w[p], mul(c, u[p], bits), bits), s, bits);
      for (std::size_t p = 0; p < n; ++p) {
        for (std::size_t q = 0; q < n; ++q) {
          Ball x = p == q ? rho : Ball();
          add_product(x, cs, sub(mul(u[p], u[q], bits), mul(e[p], e[q], bits), bits), bits);
          add_product(x, ss, add(mul(u[p], e[q], bits), mul(e[p], u[q], bits), bits), bits);
          gram(i * n + p, k * n + q) = x;
          gram(k * n + q, i * n + p) = x;
        }
      }
    }
  }
  return gram;
}

bool eigenvalues_exceed(const Matrix& symmetric, const Rational& bound, slong bits) {
  Matrix shifted = symmetric;
  for (std::size_t i = 0; i < shifted.rows; ++i) shifted(i, i) = sub(shifted(i, i), ball(bound, bits), bits);
  return is_positive_definite(shifted, bits);
}

namespace {

/// Elimination of a symmetric matrix: `yes`, positive definite, where every pivot is certainly positive;
/// `no`, some vector has a negative form, where what positive pivots leave has a negative pivot or a 2 x 2
/// minor that is negative.
Truth is_positive_definite_or_not(Matrix m, slong bits) {
  for (std::size_t j = 0; j < m.rows; ++j) {
    const Ball pivot = m(j, j);
    if (!pivot.is_finite()) return Truth::unknown;
    if (pivot.is_negative()) return Truth::no;
    if (!pivot.is_positive()) {
      for (std::size_t i = j + 1; i < m.rows; ++i) {
        const Ball minor = sub(mul(pivot, m(i, i), bits), square(m(i, j), bits), bits);
        if (minor.is_negative()) return Truth::no;
      }
      return Truth::unknown;
    }
    for (std::size_t i = j + 1; i < m.rows; ++i) {
      const Ball multiple = div(m(i, j), pivot, bits);
      for (std::size_t k = j + 1; k <= i; ++k) {
        m(i, k) = sub(m(i, k), mul(multiple, m(k, j), bits), bits);
      }
    }
  }
  return Truth::yes;
}

}  // namespace

Truth is_at_most_mu(const Rational& bound, const Frame& frame) {
  if (frame.size() == 1) return bound <= Rational(1) ? Truth::yes : Truth::no;  // the matrix is the identity
  Matrix shifted = tangent_gram(frame);
  for (std::size_t i = 0; i < shifted.rows; ++i)
    shifted(i, i) = sub(shifted(i, i), ball(bound, frame.bits), frame.bits);
  return is_positive_definite_or_not(std::move(shifted), frame.bits);
}

}  // namespace lojaverify

#include <lojacert/claims/not_convex.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/theory/curvature.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace lojacert {

namespace {

void check(const Instance& instance, const ExactMatrix& rows, const char* name) {
  if (instance.gram || !instance.student)
    throw InstanceError("not-convex: the instance needs the teachers' vectors and a student");
  if (!instance.is_point())
    throw UnsupportedError("not-convex: decided for points only, and the instance has boxes");
  if (!rows.is_point()) throw InputError(fmt::format("{}: its entries must be points", name));
  if (rows.rows() != instance.student_count() || rows.cols() != instance.dimension()) {
    throw InputError(fmt::format("{}: has {} x {} entries; the student has {} x {}", name, rows.rows(),
                                 rows.cols(), instance.student_count(), instance.dimension()));
  }
}

void refuse_zero_students(const Instance& instance) {
  if (const auto j = zero_student(instance)) {
    throw UndecidedError(fmt::format(
        "the Hessian needs nonzero students, and student[{}] is zero; a chord may do (--chord)", *j));
  }
}

Instance with_students(const Instance& instance, ExactMatrix student) {
  Instance other = instance;
  other.student = std::move(student);
  return other;
}

/// (1 - lambda) W + lambda W_1, exactly.
ExactMatrix between(const ExactMatrix& begin, const ExactMatrix& end, const Rational& lambda) {
  ExactMatrix rows(begin.cols());
  for (std::size_t j = 0; j < begin.rows(); ++j) {
    for (std::size_t k = 0; k < begin.cols(); ++k) {
      const Rational x = begin.point(j, k);
      rows.append(Rational(x + lambda * (end.point(j, k) - x)));
    }
  }
  return rows;
}

/// The three losses that a chord compares.
struct Chord {
  Landscape begin;
  Landscape end;
  Landscape middle;
  Rational lambda;

  [[nodiscard]] Decision decide(Bits bits) const {
    const Interval mean = Interval::from(Rational(1 - lambda), bits) * begin.loss(bits) +
                          Interval::from(lambda, bits) * end.loss(bits);
    return decide_less(mean, middle.loss(bits), "(1 - lambda) L(W) + lambda L(W_1) < L between");
  }
};

}  // namespace

Claim negative_curvature_claim(const Instance& instance, const ExactMatrix& direction) {
  check(instance, direction, "direction");
  refuse_zero_students(instance);
  Claim claim;
  claim.kind = "not-convex";
  claim.constants = {{"direction", rows_value(direction)}};
  claim.body = "the second derivative U.H(W)U of L along the listed direction U is negative";
  claim.negated_body = "the second derivative U.H(W)U of L along the listed direction U is not negative";
  claim.attempt_for = [direction](const Instance& at) -> Attempt {
    return [curvature = std::make_shared<const Curvature>(at, direction)](Bits bits) {
      return decide_less(curvature->along_direction(bits), Interval::zero(bits), "U.H(W)U < 0");
    };
  };
  return claim;
}

Claim chord_claim(const Instance& instance, const ExactMatrix& end, const std::string& lambda) {
  check(instance, end, "chord");
  const Rational share = parse_constant("lambda", lambda);
  if (share <= 0 || share >= 1) throw InputError(fmt::format("lambda = {} must lie between 0 and 1", lambda));
  Claim claim;
  claim.kind = "not-convex";
  claim.constants = {{"chord", rows_value(end)}, {"lambda", json::string(lambda)}};
  const std::string sides = "L((1 - {0}) W + {0} W_1) {1} (1 - {0}) L(W) + {0} L(W_1) for the listed W_1";
  claim.body = fmt::format(fmt::runtime(sides), lambda, ">");
  claim.negated_body = fmt::format(fmt::runtime(sides), lambda, "<=");
  claim.attempt_for = [end, share](const Instance& at) -> Attempt {
    const auto chord = std::make_shared<const Chord>(
        Chord{Landscape(at), Landscape(with_students(at, end)),
              Landscape(with_students(at, between(*at.student, end, share))), share});
    return [chord](Bits bits) { return chord->decide(bits); };
  };
  return claim;
}

}  // namespace lojacert

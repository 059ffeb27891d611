#pragma once
// How linearly independent the teachers are: what Theorem G_relu needs.

#include <lojacert/theory/teacher_geometry.hpp>

namespace lojacert {

/// A lower bound of lambda_min(<a_i, a_k>), the smallest eigenvalue of the Gram matrix of the directions, by
/// positive pivots; about as large as 30 digits allow. 0 where the teachers are dependent.
[[nodiscard]] Rational independence_bound(const TeacherGeometry& teacher);

}  // namespace lojacert

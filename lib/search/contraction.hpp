#pragma once
// Instances of a prescribed tiny loss, made by contraction towards the teachers (no training reaches them).

#include "real.hpp"

#include <lojacert/network/instance.hpp>

namespace lojacert::search {

struct Contraction {
  ExactMatrix student;  ///< m x d
  Real scale;           ///< s
  Real loss;            ///< the loss of `student` as written
};

/// Moves every effective vector of a class T_i (nearest teacher; line for abs and relu+linear) along
///   p_j -> lambda_j p_i* + s (p_j - lambda_j p_i*),   lambda_j = |p_j| / sum over T_i of |p|,
/// with p_j oriented towards its teacher, and students farther than `delta1` from every teacher by p_j -> s
/// p_j; one factor 0 < s < 1 is solved for so that the loss of the rounded student is `loss` to three digits
/// or better. Throws InputError where loss is not below the instance's own, is below 1e-600, or a teacher has
/// no student.
[[nodiscard]] Contraction contract_to_loss(const Instance& instance, const Rational& loss, double delta1);

}  // namespace lojacert::search

#pragma once
// What is attacked: the claim in a certificate, in exact numbers; and the rigorous answer whether a student
// breaks it.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/search/double_double.hpp>

#include <optional>
#include <span>
#include <string>

namespace lojacert::attack {

using search::DoubleDouble;

/// "L(W) <= eps0 (and every student within delta) implies ||grad L|| >= kappa L^beta and >= kappa_1 L".
struct Target {
  std::string kind;
  Rational eps0;
  Rational kappa;
  Rational kappa_1;
  Rational beta;
  std::optional<Rational> delta;
};

/// Reads the claim of a certificate `threshold` or `landscape` for the teacher of `instance`; throws
/// InputError for another claim or another teacher. Whether the certificate is valid is lojaverify's
/// business.
[[nodiscard]] Target read_target(const std::string& certificate_path, const Instance& instance);

/// The teacher with zeros appended to its vectors: the claims hold in every dimension.
[[nodiscard]] Instance in_dimension(const Instance& instance, std::size_t dimension);

/// The instance with the student of these effective vectors, exactly as they are in unit form; in norm form
/// their weights p / sqrt|p|, rounded.
[[nodiscard]] Instance with_student(const Instance& teacher, std::span<const DoubleDouble> effective);

/// ||grad L|| / L^beta by enclosures, and whether the instance breaks the claim beyond doubt.
struct Confirmation {
  bool decided = false;   ///< loss and gradient could be enclosed narrowly
  bool violated = false;  ///< the hypotheses hold and the conclusion fails, both certainly
  double loss = 0;        ///< the middle of its enclosure
  double ratio_lower = 0;
  double ratio_upper = 0;
};
[[nodiscard]] Confirmation confirm(const Instance& instance, const Target& target);

}  // namespace lojacert::attack

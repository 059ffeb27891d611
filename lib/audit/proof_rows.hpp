#pragma once
// Our theorems at one instance: every hypothesis with its slack, and the factor that each step of the proof
// gives away. docs/theory/audit.md, Section 3.

#include <lojacert/audit/classed_network.hpp>
#include <lojacert/audit/report.hpp>
#include <lojacert/claims/threshold_proof.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <vector>

namespace lojacert {

/// Theorem A with the best classes and weights that the search finds: 2L > P, and the factors from there to
/// ||grad L||; without a network (`relu`) only the factor in all. Students with a gradient; the loss must not
/// be 0.
void add_theorem_a(AuditReport& report, const Instance& instance, const ClassedNetwork* network,
                   const Evaluation& evaluation, Bits bits);

/// Theorem L with its best delta: every angle, the loss, and the factors.
void add_theorem_l(AuditReport& report, const ClassedNetwork& network, const TeacherGeometry& teacher,
                   const Evaluation& evaluation, Bits bits);

/// The hypotheses of Theorem G with the given certificate: (*), (**) and the loss.
void add_theorem_g_hypotheses(AuditReport& report, const ThresholdProof& proof, const Interval& loss);

/// Theorem G's bounds on every student, which need no threshold; and where the loss is below it the factors.
void add_theorem_g_factors(AuditReport& report, const ClassedNetwork& network, const ThresholdProof& proof,
                           const Evaluation& evaluation, Bits bits);

}  // namespace lojacert

#include <lojacert/claims/coverage.hpp>

namespace lojacert {

namespace {

constexpr const char* all_activations = "abs, relu, relu+linear";
constexpr const char* all_forms = "unit, norm";
constexpr const char* both_kinds = "points, boxes";

constexpr Coverage table[] = {
    {"loss", "lo <= L(W) <= hi", all_activations, all_forms, both_kinds, "none"},
    {"gradient", "every partial derivative and ||grad L(W)||_F", all_activations, all_forms, both_kinds,
     "undefined at a zero student in unit form"},
    {"lojasiewicz", "||grad L(W)||_F >= kappa L(W)^beta", all_activations, all_forms, both_kinds,
     "undefined at a zero student in unit form"},
    {"recovery", "assignment, mean angles, residuals, far mass", all_activations, all_forms, both_kinds,
     "zero or parallel teachers are refused (abs, relu+linear: antiparallel too)"},
    {"not-pl", "0 < ||grad L(W)||_F^2 < 2 c L(W)", all_activations, all_forms, both_kinds,
     "undefined at a zero student in unit form"},
    {"not-convex", "U.H(W)U < 0, or a chord below the graph of L", all_activations, all_forms, "points",
     "directions: no zero student"},
    {"teacher", "smallest angle, norms, tangent Gram matrix", all_activations, all_forms, "exact teachers",
     "zero, parallel or antiparallel teachers are refused"},
    {"landscape", "the inequality for all students near the teachers", all_activations, all_forms,
     "exact teachers",
     "students within delta, itself below about 5 degrees (one teacher), 0.3 (two orthogonal)"},
    {"threshold", "the inequality for all students with small loss", all_activations, all_forms,
     "exact teachers", "relu: linearly independent teachers"},
    {"recovery-for-all", "what a small loss says about every student", all_activations, all_forms,
     "exact teachers", "relu: linearly independent teachers"},
    {"convergence", "descent or flow goes to zero loss, how fast, and where to", all_activations,
     "norm; unit: flow", "points", "L(W) below a threshold, or students near their teachers"},
    {"trajectory", "recorded iterates are steps of descent up to an error", all_activations, all_forms,
     "points", "undefined at a zero student in unit form"},
};

}  // namespace

std::span<const Coverage> coverage() { return table; }

}  // namespace lojacert

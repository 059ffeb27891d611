#pragma once
// The loss and the gradient on given data beside those of the population (the paper's Theorem 7).
// docs/theory/audit.md, Section 4.

#include <lojacert/audit/report.hpp>
#include <lojacert/exact/matrix.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <optional>

namespace lojacert {

/// What N inputs say of the population. The differences are enclosures, rigorous for these inputs. The
/// bounds are statistical: N independent inputs x ~ N(0, I) keep each difference below its bound with at
/// least the given confidence. Whether the inputs were drawn like that is nothing that can be proved.
struct SampleAudit {
  std::size_t count = 0;                        ///< N
  Interval loss;                                ///< L_N(W) = (1/2N) sum R(x_n)^2
  Interval loss_difference;                     ///< |L_N - L|
  std::optional<Interval> gradient_difference;  ///< ||grad L_N - grad L||_F; nothing where undefined
  Interval loss_bound;
  Interval gradient_bound;
  AuditRow theorem_7;
};

/// `samples` holds an input a row. Throws InputError where its rows have not the instance's dimension or the
/// confidence is not in (0, 1), InstanceError on boxes, UnsupportedError for `relu+linear`, whose loss on
/// data needs a fit of the linear term.
[[nodiscard]] SampleAudit audit_samples(const Instance& instance, const ExactMatrix& samples,
                                        const Rational& confidence, long max_bits);

}  // namespace lojacert

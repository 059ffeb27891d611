#pragma once
// Theorem G: the constants eps0 and kappa that a dual certificate gives for every width.
// docs/theory/theorem-g.md.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace lojacert {

/// What (C1) to (C5) establish, as bounds in the direction that each is used in, and the teacher's data.
/// E is Interval (rigorous) or double (to steer a search).
template <class E>
struct CertificateConstants {
  std::size_t r = 0;
  std::vector<E> masses;              ///< |p_i*|
  std::vector<std::vector<E>> sines;  ///< of the angles between teachers
  E mu;
  E N;
  E S;
  E Z;
  E psi_far;
  E T;
  E e_prime;
  E gam;
};

/// The free numbers of (C6): q, c in (0, 1), h_prime > 0, delta_cap in (0, pi/2).
template <class E>
struct FreeConstants {
  E q;
  E c;
  E h_prime;
  E delta_cap;
};

/// What Theorem G gives. kappa goes with L^(3/4) for students in norm form, with L^(2/3) in unit form.
template <class E>
struct Threshold {
  E eps0;
  E kappa;
  E kappa_1;      ///< kappa eps0^(-1/4), resp. kappa eps0^(-1/3)
  E star;         ///< the left side of (*), which must be at most 1 - c
  E double_star;  ///< the right side of (**), which h_prime must exceed
};

/// What ReLU adds (Theorem G_relu).
struct ReluData {
  Interval independence;  ///< s_A = lambda_min(<a_i, a_k>)^(1/2), a lower bound
  Rational delta_prime;
};

/// Whether (*) and (**) hold, and the constants: rigorous. `relu` only for Activation::relu.
struct ProvedThreshold {
  bool conditions_hold = false;
  std::string failure;
  Threshold<Interval> constants;
};
[[nodiscard]] ProvedThreshold prove_theorem_g(const CertificateConstants<Interval>& certificate,
                                              const FreeConstants<Rational>& free, Activation activation,
                                              NeuronForm students, const ReluData* relu, Bits bits);

/// What (C1) to (C5) say about every student, in units of rho = sqrt(2L) for abs and sqrt(8L) otherwise
/// (convergence.md, Section 4). No condition on L.
struct RecoveryConstants {
  Interval misalignment;  ///< Z N: sum over the classes of |p_j| (1 - cos theta_j)
  Interval far_mass;      ///< N / psi_far
  Interval residual;      ///< A / sqrt(mu): (sum |v_i|^2)^(1/2), and how much a class can lack
  Interval excess;        ///< A / sqrt(mu) + Z N
  Interval opposed;       ///< nu_-: the mass that points away from its teacher, for relu; else 0
  Interval turn;          ///< b: 2 sin(theta_j / 2) <= (b rho / |p_j|)^(2/3) for every heavy student
  Interval heavy;         ///< a student with |p_j| > heavy rho is heavy: b u_cap^(-3/2), N / psi_far
};
[[nodiscard]] RecoveryConstants recovery_constants(const CertificateConstants<Interval>& certificate,
                                                   const Rational& delta_cap, const ReluData* relu,
                                                   Bits bits);

/// The same in doubles, to steer a search; no bound.
[[nodiscard]] Threshold<double> approximate_theorem_g(const CertificateConstants<double>& certificate,
                                                      const FreeConstants<double>& free,
                                                      Activation activation, NeuronForm students,
                                                      double nu_minus);

/// What a search for the free constants aims at.
enum class Aim { eps0, kappa };

/// Free constants with (*) and (**) holding with a little to spare, for the largest eps0 with c = 1/10, or
/// for the largest kappa. Steered by doubles: a proposal.
[[nodiscard]] FreeConstants<double> approximate_best_constants(
    const CertificateConstants<double>& certificate, Activation activation, NeuronForm students,
    double nu_minus, Aim aim);

/// nu_- of Theorem G_relu for a delta_prime, and the delta_prime that makes it small.
[[nodiscard]] double approximate_nu_minus(const CertificateConstants<double>& certificate,
                                          double independence, double delta_prime);
[[nodiscard]] double approximate_best_delta_prime(const CertificateConstants<double>& certificate,
                                                  double independence);

}  // namespace lojacert

#include <lojacert/claims/threshold_proof.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/dual_certificate.hpp>
#include <lojacert/theory/dual_certificate.hpp>
#include <lojacert/theory/independence.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace lojacert {

namespace {

constexpr Bits bits{128};
constexpr std::size_t most_boxes = 500'000;
constexpr std::size_t most_boxes_of_stated = 3'000'000;
constexpr long long most_exponent = 100;
constexpr int digits_of_evidence = 8;

Rational decimal_above(const Rational& x, int n) { return parse_exact_point(decimal_upper(x, n)); }
Rational decimal_below(const Rational& x, int n) { return parse_exact_point(decimal_lower(x, n)); }
Rational decimal_above(double x, int n) { return decimal_above(exact(x), n); }
Rational decimal_below(double x, int n) { return decimal_below(exact(x), n); }

/// A certificate whose polynomial is proved, with the supremum behind T where the search knows it.
struct Candidate {
  DualCertificate certificate;
  double descent_supremum = 0;  ///< 0: unknown
};

std::vector<std::vector<double>> approximate_directions(const TeacherGeometry& teacher) {
  std::vector<std::vector<double>> rows;
  for (const auto& row : teacher.directions(bits)) {
    rows.emplace_back();
    for (const Interval& x : row) rows.back().push_back(x.approximate_mid());
  }
  return rows;
}

double smallest_angle(const TeacherGeometry& teacher) {
  constexpr double single = 1.5;  // one teacher is near to none
  return teacher.count() < 2 ? single : teacher.separation(bits).approximate_mid();
}

/// What the search tries: degree, classes, the room left for the proof, and how long a proof may be.
struct SearchStep {
  int half_degree;
  double delta1;
  double margin;
  std::size_t boxes;
};

std::vector<SearchStep> steps(std::size_t rank) {
  constexpr std::size_t enough = 500'000;
  if (rank == 1)
    return {
        {1, 1.2, 0.001, enough}, {1, 1.35, 0.001, enough}, {2, 1.2, 0.001, enough}, {3, 1.2, 0.001, enough}};
  if (rank == 2) return {{6, 1.2, 0.003, enough}, {8, 1.2, 0.003, enough}, {4, 1.2, 0.02, enough}};
  return {{6, 1.0, 0.025, 300'000}, {4, 1.0, 0.05, 1'000'000}, {6, 1.0, 0.08, 3'000'000}};
}

/// One attempt of the search: solve, round, prove; where the proof names a direction, solve again with it.
std::optional<Candidate> search_with(const CertificateProver& prover, const SearchStep& attempt,
                                     const Rational& mu) {
  constexpr int rounds = 24;
  constexpr int tries = 4;
  constexpr int bits_of_coefficients = 40;
  const TeacherGeometry& teacher = prover.teacher();
  const auto directions = approximate_directions(teacher);
  auto scaled = directions;
  for (std::size_t k = 0; k < scaled.size(); ++k)
    for (double& x : scaled[k]) x *= std::sqrt(static_cast<double>(teacher.inner(k, k)));
  search::DualCertificateSearch search(directions, attempt.half_degree, attempt.delta1, attempt.margin);
  for (int n = 0; n < tries; ++n) {
    const auto found = search.solve(rounds);
    if (!found) return std::nullopt;
    std::vector<OrthonormalTerm> terms;
    for (const search::ApproximateTerm& term : found->terms)
      terms.push_back({term.exponents, term.coefficient});
    Candidate candidate;
    candidate.descent_supremum = search.descent_supremum();
    DualCertificate& certificate = candidate.certificate;
    try {
      certificate.psi = exact_certificate_near(terms, scaled, teacher.gram(), bits_of_coefficients);
    } catch (const UndecidedError&) {
      return std::nullopt;
    }
    certificate.mu = mu;
    certificate.sphere = {decimal_below(attempt.delta1, 4), 1, decimal_above(found->Z * 1.02, 4),
                          decimal_below(found->psi_far * 0.98, 4)};
    // Only the polynomial is proved here: the other constants come later.
    certificate.delta_cap = Rational(1, 1000);
    certificate.T = certificate.e_prime = certificate.gam = 1;
    const CertificateProof proof = prover.prove_polynomial(certificate, attempt.boxes);
    if (proof.proved) return candidate;
    if (proof.gave_up || proof.at.empty()) return std::nullopt;
    search.add(proof.at);
  }
  return std::nullopt;
}

/// The product certificate with the class angle that makes S small.
Candidate product_candidate(const CertificateProver& prover, const Rational& mu) {
  Candidate best;
  best.certificate.psi = product_polynomial(prover.teacher().gram());
  best.certificate.is_product = true;
  best.certificate.mu = mu;
  bool first = true;
  for (int step = 6; step <= 14; ++step) {
    const SphereBounds bounds = prover.product_bounds(mu, Rational(step, 10), digits_of_evidence);
    if (!first && bounds.S >= best.certificate.sphere.S) continue;
    best.certificate.sphere = bounds;
    first = false;
  }
  return best;
}

CertificateConstants<double> approximate(const CertificateConstants<Interval>& k) {
  const auto mid = [](const Interval& x) { return x.approximate_mid(); };
  CertificateConstants<double> result{.r = k.r,
                                      .masses = {},
                                      .sines = {},
                                      .mu = mid(k.mu),
                                      .N = mid(k.N),
                                      .S = mid(k.S),
                                      .Z = mid(k.Z),
                                      .psi_far = mid(k.psi_far),
                                      .T = mid(k.T),
                                      .e_prime = mid(k.e_prime),
                                      .gam = mid(k.gam)};
  for (const Interval& mass : k.masses) result.masses.push_back(mid(mass));
  for (const auto& row : k.sines) {
    result.sines.emplace_back();
    for (const Interval& x : row) result.sines.back().push_back(mid(x));
  }
  return result;
}

/// Chooses delta_cap, q, c, h_prime (and delta_prime), then T, e_prime and gam for it, and proves the rest.
ThresholdProof complete(const CertificateProver& prover, Candidate candidate, const Instance& instance,
                        Aim aim) {
  DualCertificate& certificate = candidate.certificate;
  const Rational T0 = prover.wedge_constant(certificate.mu, digits_of_evidence);
  certificate.gam = prover.least_gam(certificate.psi, digits_of_evidence);
  certificate.delta_cap = Rational(1, 100);
  certificate.e_prime = prover.least_e_prime(certificate.delta_cap, digits_of_evidence);
  certificate.T =
      candidate.descent_supremum > 0 ? std::min(T0, decimal_above(candidate.descent_supremum * 1.01, 6)) : T0;
  const bool relu = instance.activation == Activation::relu;
  const Rational independence = relu ? independence_bound(prover.teacher()) : Rational(0);
  ThresholdProof proved;
  for (int round = 0; round < 2; ++round) {
    const CertificateConstants<double> steering = approximate(prover.constants(certificate, bits));
    double nu_minus = 0;
    if (relu) {
      const double size = std::sqrt(static_cast<double>(independence));
      const double delta_prime = approximate_best_delta_prime(steering, size);
      proved.relu =
          ReluData{sqrt_nonnegative(Interval::from(independence, bits)), decimal_below(delta_prime, 5)};
      nu_minus = approximate_nu_minus(steering, size, delta_prime);
    }
    const FreeConstants<double> best =
        approximate_best_constants(steering, instance.activation, instance.neuron, nu_minus, aim);
    if (!(best.h_prime > 0))
      throw UndecidedError("no constants q, c, h' satisfy the conditions (*) and (**) of Theorem G");
    proved.free = {decimal_below(best.q, 5), decimal_below(best.c, 5),
                   decimal_above(best.h_prime * 1.0005, 6), decimal_below(best.delta_cap, 5)};
    certificate.delta_cap = proved.free.delta_cap;
    certificate.e_prime = prover.least_e_prime(certificate.delta_cap, digits_of_evidence);
    // The supremum of ||Pi E'_b||/(1 - cos theta) for theta <= delta_cap exceeds the limit by about
    // delta_cap.
    for (const double room : {0.001, 0.003, 0.01, 0.03, 0.1, 0.0}) {
      const double T = candidate.descent_supremum * (1 + room + 2 * best.delta_cap);
      certificate.T = room > 0 && candidate.descent_supremum > 0 ? std::min(T0, decimal_above(T, 6)) : T0;
      constexpr std::size_t boxes_for_T = 200'000;
      if (prover.prove_constants(certificate, boxes_for_T).proved) break;
    }
  }
  // The polynomial of a search was proved when it was found, with the constants that concern it.
  const CertificateProof proof = certificate.is_product ? prover.prove(certificate, most_boxes)
                                                        : prover.prove_constants(certificate, most_boxes);
  if (!proof.proved) throw UndecidedError(proof.failure);
  // The choice was steered by doubles; a little more h_prime where it was too tight.
  std::string failure;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const ProvedThreshold threshold =
        prove_theorem_g(prover.constants(certificate, bits), proved.free, instance.activation,
                        instance.neuron, proved.relu ? &*proved.relu : nullptr, bits);
    if (threshold.conditions_hold) {
      proved.constants = threshold.constants;
      proved.certificate = std::move(certificate);
      return proved;
    }
    failure = threshold.failure;
    proved.free.h_prime = decimal_above(proved.free.h_prime * Rational(101, 100), 6);
  }
  throw UndecidedError("Theorem G: " + failure);
}

json::Value psi_value(const DualCertificate& certificate) {
  if (certificate.is_product) return json::string("product");
  json::Value terms = json::array();
  for (const DualTerm& term : certificate.psi.terms) {
    json::Value exponents = json::array();
    for (const int n : term.exponents) exponents.items.push_back(json::number(static_cast<long long>(n)));
    terms.items.push_back(json::object(
        {{"exponents", std::move(exponents)}, {"coefficient", json::string(exact_text(term.coefficient))}}));
  }
  return terms;
}

/// An exact decimal stays a decimal.
json::Value constant(const Rational& x) {
  for (int n = 1; n <= 17; ++n) {
    const std::string text = decimal_lower(x, n);
    if (parse_exact_point(text) == x) return json::string(text);
  }
  return json::string(exact_text(x));
}

DualPolynomial read_psi(const json::Value& array, std::size_t r) {
  DualPolynomial psi;
  for (const json::Value& entry : array.as_array()) {
    DualTerm term;
    for (const json::Value& n : entry.at("exponents").as_array()) {
      if (n.as_integer() < 0 || n.as_integer() > most_exponent)
        throw InputError(n.place + ": an exponent must be from 0 to 100");
      term.exponents.push_back(static_cast<int>(n.as_integer()));
    }
    const int degree = std::accumulate(term.exponents.begin(), term.exponents.end(), 0);
    if (degree % 2 != 0 || degree > most_exponent)
      throw InputError(entry.place + ": the sum of the exponents must be even and at most 100");
    if (term.exponents.size() != r)
      throw InputError(entry.place + ": a term needs one exponent for each teacher");
    term.coefficient = parse_exact_point(entry.at("coefficient").as_string());
    psi.terms.push_back(std::move(term));
  }
  if (psi.terms.empty()) throw InputError(array.place + ": psi has no term");
  return psi;
}

void refuse_what_is_not_covered(const Instance& instance, const TeacherGeometry& teacher) {
  if (instance.activation == Activation::relu && teacher.rank() < teacher.count()) {
    throw UnsupportedError(
        "threshold for relu needs linearly independent teachers: for dependent ones recovery is false and "
        "the "
        "inequality is open (docs/theory/README.md)");
  }
}

}  // namespace

std::vector<std::pair<std::string, json::Value>> evidence_of(const ThresholdProof& proved) {
  const DualCertificate& c = proved.certificate;
  std::vector<std::pair<std::string, json::Value>> evidence = {{"by", json::string("G")},
                                                               {"psi", psi_value(c)},
                                                               {"mu", constant(c.mu)},
                                                               {"delta1", constant(c.sphere.delta1)},
                                                               {"S", constant(c.sphere.S)},
                                                               {"Z", constant(c.sphere.Z)},
                                                               {"psi_far", constant(c.sphere.psi_far)},
                                                               {"delta_cap", constant(c.delta_cap)},
                                                               {"T", constant(c.T)},
                                                               {"e_prime", constant(c.e_prime)},
                                                               {"gam", constant(c.gam)},
                                                               {"q", constant(proved.free.q)},
                                                               {"c", constant(proved.free.c)},
                                                               {"h_prime", constant(proved.free.h_prime)}};
  if (proved.relu) evidence.emplace_back("delta_prime", constant(proved.relu->delta_prime));
  return evidence;
}

ThresholdProof find_threshold(const Instance& instance, const ThresholdRequest& request) {
  std::vector<std::string> notes;
  const TeacherGeometry teacher(instance);
  refuse_what_is_not_covered(instance, teacher);
  const CertificateProver prover(teacher);
  const Rational mu = mu_to_rest_on(teacher);
  const Aim aim = request.maximise_kappa ? Aim::kappa : Aim::eps0;
  constexpr std::size_t largest_rank_of_search = 3;
  constexpr double smallest_angle_of_search = 0.1;
  std::optional<ThresholdProof> proved;
  const auto keep_better = [&](ThresholdProof other) {
    const auto value = [&](const ThresholdProof& p) {
      return (aim == Aim::eps0 ? p.constants->eps0 : p.constants->kappa).approximate_mid();
    };
    if (!proved || value(other) > value(*proved)) proved = std::move(other);
  };
  if (request.product_only) {
    notes.emplace_back("the closed-form product certificate, as asked");
  } else if (teacher.rank() > largest_rank_of_search) {
    notes.push_back(
        fmt::format("the closed-form product certificate: optimised ones are searched up to rank {}, this "
                    "teacher has rank {}",
                    largest_rank_of_search, teacher.rank()));
  } else if (smallest_angle(teacher) < smallest_angle_of_search) {
    notes.emplace_back("the closed-form product certificate: two teachers are nearly parallel");
  } else {
    for (const SearchStep& step : steps(teacher.rank())) {
      std::optional<Candidate> found = search_with(prover, step, mu);
      if (!found) continue;
      keep_better(complete(prover, std::move(*found), instance, aim));
      constexpr std::size_t largest_rank_of_choice = 2;  // beyond, one certificate takes seconds
      if (teacher.rank() > largest_rank_of_choice) break;
    }
    if (proved)
      notes.push_back(fmt::format("an optimised certificate of degree {}", proved->certificate.psi.degree()));
    else
      notes.emplace_back("the closed-form product certificate: no optimised one could be proved");
  }
  if (!proved) {
    Candidate candidate = product_candidate(prover, mu);
    if (teacher.rank() <= largest_rank_of_search && smallest_angle(teacher) >= smallest_angle_of_search) {
      const search::DualCertificateSearch search(approximate_directions(teacher), 1, 1.0, 0.01);
      candidate.descent_supremum = search.descent_supremum();
    }
    proved = complete(prover, std::move(candidate), instance, aim);
  }
  proved->notes = std::move(notes);
  return *std::move(proved);
}

ThresholdProof check_threshold(const Instance& instance, const json::Value& evidence) {
  const TeacherGeometry teacher(instance);
  refuse_what_is_not_covered(instance, teacher);
  if (evidence.at("by").as_string() != "G")
    throw UnsupportedError("threshold by " + evidence.at("by").as_string() + ": only by G is known here");
  const auto number = [&](const char* key) { return parse_exact_point(evidence.at(key).as_string()); };
  const CertificateProver prover(teacher);
  ThresholdProof proved;
  DualCertificate& certificate = proved.certificate;
  certificate.is_product = evidence.at("psi").kind == json::Kind::string;
  certificate.psi = certificate.is_product ? product_polynomial(teacher.gram())
                                           : read_psi(evidence.at("psi"), teacher.count());
  certificate.mu = number("mu");
  certificate.sphere = {number("delta1"), number("S"), number("Z"), number("psi_far")};
  certificate.delta_cap = number("delta_cap");
  certificate.T = number("T");
  certificate.e_prime = number("e_prime");
  certificate.gam = number("gam");
  proved.free = {number("q"), number("c"), number("h_prime"), certificate.delta_cap};
  if (instance.activation == Activation::relu) {
    proved.relu =
        ReluData{sqrt_nonnegative(Interval::from(independence_bound(teacher), bits)), number("delta_prime")};
  }
  const CertificateProof proof = prover.prove(certificate, most_boxes_of_stated);
  if (!proof.proved) throw UndecidedError("threshold: " + proof.failure);
  const ProvedThreshold threshold =
      prove_theorem_g(prover.constants(certificate, bits), proved.free, instance.activation, instance.neuron,
                      proved.relu ? &*proved.relu : nullptr, bits);
  if (!threshold.conditions_hold) throw UndecidedError("threshold: Theorem G: " + threshold.failure);
  proved.constants = threshold.constants;
  return proved;
}

RecoveryConstants recovery_constants(const Instance& instance, const ThresholdProof& proof, Bits precision) {
  const CertificateProver prover{TeacherGeometry(instance)};
  return recovery_constants(prover.constants(proof.certificate, precision), proof.free.delta_cap,
                            proof.relu ? &*proof.relu : nullptr, precision);
}

}  // namespace lojacert

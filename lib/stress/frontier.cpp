#include <lojacert/stress/frontier.hpp>

#include <lojacert/claims/gradient.hpp>
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/claims/loss.hpp>
#include <lojacert/claims/not_pl.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/stress/prediction.hpp>

#include <algorithm>

namespace lojacert::stress {

namespace {

constexpr int bound_digits = 20;   // far finer than 2^-40
constexpr int margin_digits = 10;  // far finer than 0.1%

/// Decimals within 2^-40 of the truth on both sides.
struct NearBounds {
  std::string lo;
  std::string hi;
};

NearBounds near_bounds(const Interval& truth) {
  const Rational share(1, Integer(1) << 40);
  return {decimal_lower(Rational(truth.inf() * (1 - share)), bound_digits),
          decimal_upper(Rational(truth.sup() * (1 + share)), bound_digits)};
}

/// "3/4", "1": as people write it.
std::string fraction_text(const Rational& value) {
  const Integer below = denominator(value);
  return numerator(value).str() + (below == 1 ? "" : "/" + below.str());
}

}  // namespace

std::optional<long> least_bits(const std::function<bool(long)>& succeeds, long guess, long max_bits) {
  constexpr long fewest = 2;
  long success = std::clamp(guess, fewest, max_bits);
  long failure = fewest - 1;  // no precision at all decides nothing
  if (succeeds(success)) {
    for (long step = 1; success > fewest; step *= 2) {
      const long tried = std::max(fewest, success - step);
      if (!succeeds(tried)) {
        failure = tried;
        break;
      }
      success = tried;
    }
  } else {
    for (long step = 1;; step *= 2) {
      failure = success;
      if (failure >= max_bits) return std::nullopt;
      success = std::min(failure + step, max_bits);
      if (succeeds(success)) break;
    }
  }
  while (success - failure > 1) {
    const long middle = failure + (success - failure) / 2;
    (succeeds(middle) ? success : failure) = middle;
  }
  // success - 1 = failure is known to fail.
  for (long bits = success - 2; bits >= std::max(fewest, success - scanned_below); --bits) {
    if (succeeds(bits)) success = bits;
  }
  return success;
}

std::vector<FrontierClaim> frontier_claims(const Reference& reference) {
  std::vector<FrontierClaim> claims;
  if (reference.loss_is_zero) return claims;
  const NearBounds loss = near_bounds(reference.loss);
  claims.push_back({"loss", {{"lo", loss.lo}, {"hi", loss.hi}}, "2^-40", loss_claim(loss.lo, loss.hi)});
  if (!reference.gradient || reference.gradient->norm.contains_zero()) return claims;
  const Interval& norm = reference.gradient->norm;
  const NearBounds bounds = near_bounds(norm);
  claims.push_back({"gradient",
                    {{"norm_lo", bounds.lo}, {"norm_hi", bounds.hi}},
                    "2^-40",
                    gradient_norm_claim(bounds.lo, bounds.hi)});
  const std::string beta = fraction_text(reference.beta);
  const std::string kappa =
      decimal_lower(Rational(reference.ratio->inf() * Rational(999, 1000)), margin_digits);
  claims.push_back(
      {"lojasiewicz", {{"kappa", kappa}, {"beta", beta}}, "0.1%", lojasiewicz_claim(kappa, beta)});
  const Interval quotient = sqr(norm) / (Interval::exact(2L, reference.bits) * reference.loss);
  const std::string constant = decimal_upper(Rational(quotient.sup() * Rational(1001, 1000)), margin_digits);
  claims.push_back({"not-pl", {{"constant", constant}}, "0.1%", not_pl_claim(constant)});
  return claims;
}

std::vector<FrontierRow> frontier(const Instance& instance, const Reference& reference, long max_bits) {
  std::vector<FrontierRow> rows;
  if (reference.loss_is_zero) return rows;
  Prediction prediction(instance, reference);
  for (const FrontierClaim& asked : frontier_claims(reference)) {
    const Attempt attempt = asked.claim.attempt_for(instance);
    const auto decides = [&](long bits) { return attempt(Bits{bits}).verdict == Verdict::proved; };
    const long predicted = prediction.bits_for(asked.kind);
    rows.push_back(
        {asked.kind, asked.constants, asked.margin, least_bits(decides, predicted, max_bits), predicted});
  }
  return rows;
}

}  // namespace lojacert::stress

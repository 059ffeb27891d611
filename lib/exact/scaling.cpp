#include <lojacert/exact/scaling.hpp>

#include <cstdlib>

namespace lojacert {

Integer power(unsigned long base, unsigned long exponent) {
  Integer result;
  mpz_ui_pow_ui(result.backend().data(), base, exponent);
  return result;
}

Integer shifted_left(const Integer& value, unsigned long bits) {
  Integer result;
  mpz_mul_2exp(result.backend().data(), value.backend().data(), bits);
  return result;
}

Rational fraction(const Integer& numerator, const Integer& denominator) {
  Rational result;
  mpq_ptr q = result.backend().data();
  mpz_set(mpq_numref(q), numerator.backend().data());
  mpz_set(mpq_denref(q), denominator.backend().data());
  mpq_canonicalize(q);
  return result;
}

Rational scaled_by_ten(const Integer& mantissa, long exponent) {
  if (mantissa == 0) return Rational(0);
  const Integer factor = power(10, static_cast<unsigned long>(std::abs(exponent)));
  return exponent >= 0 ? Rational(mantissa * factor) : fraction(mantissa, factor);
}

Rational scaled_by_two(const Integer& mantissa, long exponent) {
  Rational result(mantissa);
  mpq_ptr q = result.backend().data();
  if (exponent >= 0) {
    mpq_mul_2exp(q, q, static_cast<mp_bitcnt_t>(exponent));
  } else {
    mpq_div_2exp(q, q, static_cast<mp_bitcnt_t>(-exponent));
  }
  return result;
}

}  // namespace lojacert

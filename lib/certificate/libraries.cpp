#include <lojacert/certificate/libraries.hpp>

#include <fmt/format.h>
#include <hwy/highway.h>
#include <mpfi.h>
#include <openssl/crypto.h>
#include <zip.h>
#include <Eigen/Core>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>

namespace lojacert {

namespace {

/// major.minor.patch of a number like 90100, in which each part but the first has two digits.
std::string decimal_version(long number) {
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

/// "3.0.15" of "OpenSSL 3.0.15 3 Sep 2024".
std::string second_word(const std::string& text) {
  const std::size_t start = text.find(' ') + 1;
  return text.substr(start, text.find(' ', start) - start);
}

}  // namespace

std::vector<Library> libraries() {
  const std::string boost =
      fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
  const std::string eigen =
      fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
  const std::string json = fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                       NLOHMANN_JSON_VERSION_PATCH);
  const std::string highway = fmt::format("{}.{}.{}", HWY_MAJOR, HWY_MINOR, HWY_PATCH);
  const std::string gmp =
      fmt::format("{}.{}.{}", __GNU_MP_VERSION, __GNU_MP_VERSION_MINOR, __GNU_MP_VERSION_PATCHLEVEL);
  return {{"Boost", boost, boost, true},
          {"MPFI", MPFI_VERSION_STRING, mpfi_get_version(), true},
          {"MPFR", MPFR_VERSION_STRING, mpfr_get_version(), true},
          {"GMP", gmp, gmp_version, true},
          {"Eigen", eigen, eigen},
          {"Highway", highway, highway},
          {"fmt", decimal_version(FMT_VERSION), decimal_version(FMT_VERSION)},
          {"nlohmann-json", json, json},
          {"OpenSSL", second_word(OPENSSL_VERSION_TEXT), second_word(OpenSSL_version(OPENSSL_VERSION))},
          {"libzip", LIBZIP_VERSION, zip_libzip_version()}};
}

}  // namespace lojacert

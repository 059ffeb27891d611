// The conditions over directions: c, c' and s(b) in plain doubles against their definitions as expectations,
// then the coverings against the largest ratios found on grids of directions.

#include <cmath>
#include <numbers>
#include <random>

#include "caps.hpp"
#include "product.hpp"
#include "support.hpp"

using namespace lojaverify;
using test::network;

namespace {

using Vec = std::vector<double>;
using Mat = std::vector<Vec>;

double dot_of(const Vec& a, const Vec& b) {
  double sum = 0;
  for (std::size_t p = 0; p < a.size(); ++p) sum += a[p] * b[p];
  return sum;
}

Vec times(const Mat& m, const Vec& x) {
  Vec result;
  for (const Vec& row : m) result.push_back(dot_of(row, x));
  return result;
}

/// G(u, w) of the teacher's page, for unit vectors at an angle in (0, pi).
Mat g_matrix(const Vec& u, const Vec& w) {
  const double c = std::clamp(dot_of(u, w), -1.0, 1.0), t = std::acos(c), s = std::sin(t),
               pi = std::numbers::pi;
  Mat g(u.size(), Vec(u.size()));
  for (std::size_t p = 0; p < u.size(); ++p) {
    for (std::size_t q = 0; q < u.size(); ++q) {
      g[p][q] = p == q ? 1 - 2 * t / pi : 0;
      if (s > 1e-14) g[p][q] += 2 / pi * (u[p] * w[q] + w[p] * u[q] - c * (u[p] * u[q] + w[p] * w[q])) / s;
    }
  }
  return g;
}

/// Solves a symmetric positive definite system by elimination; returns x.m^-1 x.
double inverse_form(Mat m, Vec x) {
  double sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    sum += x[j] * x[j] / m[j][j];
    for (std::size_t i = j + 1; i < x.size(); ++i) {
      const double f = m[i][j] / m[j][j];
      for (std::size_t k = j; k < x.size(); ++k) m[i][k] -= f * m[j][k];
      x[i] -= f * x[j];
    }
  }
  return sum;
}

struct Plain {
  std::vector<Vec> a;  // unit, in R^n with last coordinate 0
  Mat gram;

  explicit Plain(std::vector<Vec> directions) : a(std::move(directions)) {
    const std::size_t n = a[0].size();
    gram.assign(a.size() * n, Vec(a.size() * n));
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t k = 0; k < a.size(); ++k) {
        const Mat block = g_matrix(a[i], a[k]);
        for (std::size_t p = 0; p < n; ++p) {
          for (std::size_t q = 0; q < n; ++q)
            gram[i * n + p][k * n + q] = i == k ? (p == q ? 1 : 0) : block[p][q];
        }
      }
    }
  }

  [[nodiscard]] std::size_t nearest(const Vec& b) const {
    std::size_t best = 0;
    for (std::size_t k = 1; k < a.size(); ++k) {
      if (std::abs(dot_of(a[k], b)) > std::abs(dot_of(a[best], b))) best = k;
    }
    return best;
  }

  /// The stacked c_k of a direction of class i (oriented), or of a far one.
  [[nodiscard]] Vec c_of(Vec b, std::size_t i, bool far) const {
    if (dot_of(a[i], b) < 0) {
      for (double& x : b) x = -x;
    }
    Vec c;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const Vec with_b = times(g_matrix(a[k], b), b);
      const Vec with_a = k == i ? b : times(g_matrix(a[k], a[i]), b);
      for (std::size_t p = 0; p < b.size(); ++p) c.push_back(with_b[p] - (far ? 0 : with_a[p]));
    }
    return c;
  }

  [[nodiscard]] double s(const Vec& b, double delta1) const {
    const std::size_t i = nearest(b);
    return std::sqrt(inverse_form(gram, c_of(b, i, std::abs(dot_of(a[i], b)) < std::cos(delta1))));
  }

  /// ||Pi E'_b|| for b of class i.
  [[nodiscard]] double wedge(const Vec& b, std::size_t i) const {
    Vec c;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const Vec with_a = k == i ? a[i] : times(g_matrix(a[i], a[k]), a[i]),
                with_b = times(g_matrix(b, a[k]), a[i]);
      for (std::size_t p = 0; p < b.size(); ++p) c.push_back(with_a[p] - with_b[p]);
    }
    return std::sqrt(inverse_form(gram, c));
  }
};

/// The mean over the sphere of R^3 of f, by equal areas.
template <typename Function>
Vec sphere_mean(Function f, int n) {
  Vec sum(3);
  for (int i = 0; i < n; ++i) {
    const double z = 2 * (i + 0.5) / n - 1, rho = std::sqrt(1 - z * z);
    for (int j = 0; j < 2 * n; ++j) {
      const double psi = std::numbers::pi * (j + 0.5) / n;
      const Vec value = f(Vec{rho * std::cos(psi), rho * std::sin(psi), z});
      for (std::size_t p = 0; p < 3; ++p) sum[p] += value[p] / (2.0 * n * n);
    }
  }
  return sum;
}

Teacher teacher_of(const std::string& rows) {
  return Teacher(network("abs", "norm", "unit", rows, "[[1, 0]]"));
}

Polynomial example_psi() {
  Polynomial psi;
  const std::vector<std::pair<Exponents, std::string>> terms{{{0, 0}, "1.06"},  {{2, 0}, "-0.69"},
                                                             {{0, 2}, "-0.69"}, {{4, 0}, "-0.37"},
                                                             {{0, 4}, "-0.37"}, {{2, 2}, "1.48"}};
  for (const auto& [exponents, text] : terms) psi.emplace(exponents, parse_number(text));
  return psi;
}

double example_psi_at(const Vec& b) {
  const double x = b[0] * b[0], y = b[1] * b[1];
  return 1.06 - 0.69 * (x + y) - 0.37 * (x * x + y * y) + 1.48 * x * y;
}

SphereBounds bounds(const std::string& s, const std::string& z, const std::string& psi_far) {
  return {parse_number(s), parse_number(z), parse_number(psi_far)};
}

const Plain orthonormal({{1, 0, 0}, {0, 1, 0}});

Setting example_setting() {
  return {teacher_of("[[1, 0], [0, 1]]"), example_psi(), parse_number("0.36338"), parse_number("1.2"), 64};
}

}  // namespace

TEST_CASE("c and c' are the expectations that define them") {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  const Plain plain({{1, 0, 0}, {0.5, std::sqrt(0.75), 0}});
  for (int trial = 0; trial < 3; ++trial) {
    Vec b{1, 0.5 * normal(random), 0.5 * normal(random)};
    const double length = std::sqrt(dot_of(b, b));
    for (double& x : b) x /= length;
    const Vec c = plain.c_of(b, 0, trial == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      const auto sign = [](double x) { return x < 0 ? -1.0 : 1.0; };
      // E over the Gaussian is 3 times the mean over the sphere for a function of degree 2.
      const Vec mean = sphere_mean(
          [&](const Vec& x) {
            const double ridge =
                std::abs(dot_of(b, x)) - (trial == 2 ? 0 : sign(dot_of(plain.a[0], x)) * dot_of(b, x));
            const double factor = 3 * ridge * sign(dot_of(plain.a[k], x));
            return Vec{factor * x[0], factor * x[1], factor * x[2]};
          },
          400);
      for (std::size_t p = 0; p < 3; ++p) CHECK(c[3 * k + p] == Approx(mean[p]).margin(5e-3));
    }
  }
}

TEST_CASE("S of the example is the largest ratio on a grid") {
  double most = 0, most_z = 0, least_far = 10;
  for (int i = 1; i < 300; ++i) {
    for (int j = 0; j < 300; ++j) {
      const double polar = std::numbers::pi / 2 * i / 300, azimuth = std::numbers::pi / 4 * j / 299;
      const Vec b{std::sin(polar) * std::cos(azimuth), std::sin(polar) * std::sin(azimuth), std::cos(polar)};
      const double psi = example_psi_at(b), y = std::abs(dot_of(orthonormal.a[orthonormal.nearest(b)], b));
      if (psi < 1e-4) continue;
      most = std::max(most, orthonormal.s(b, 1.2) / psi);
      if (y >= std::cos(1.2))
        most_z = std::max(most_z, (1 - y) / psi);
      else
        least_far = std::min(least_far, psi);
    }
  }
  CHECK(most == Approx(1.00528).margin(2e-5));
  CHECK(most_z == Approx(0.71512).margin(5e-4));
  CHECK(least_far == Approx(0.89156).margin(3e-3));
  Setting setting = example_setting();
  const auto holds = [&](const SphereBounds& stated) {
    std::size_t cells = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      if (check_cap(setting, stated, i, 0.2, cells, Deadline())) return false;
    }
    return !check_sphere(setting, stated, {0.2, 0.2}, cells, Deadline());
  };
  CHECK(holds(bounds("1.01", "0.72", "0.89")));
  CHECK(holds(bounds("1.0054", "0.7152", "0.8915")));
  CHECK_FALSE(holds(bounds("1.0052", "0.72", "0.89")));
  CHECK_FALSE(holds(bounds("1.005", "0.72", "0.89")));
  CHECK_FALSE(holds(bounds("1.01", "0.715", "0.89")));
  CHECK_FALSE(holds(bounds("1.01", "0.72", "0.892")));
}

TEST_CASE("T is the largest wedge near a teacher") {
  Setting setting = example_setting();
  const auto holds = [&](const std::string& t, double cap) {
    std::size_t cells = 0;
    return !check_wedges(setting, parse_number(t), 0, cap, cells, Deadline());
  };
  for (const double theta : {0.001, 0.1}) {
    double most = 0;
    for (int j = 0; j <= 1000; ++j) {
      const double azimuth = std::numbers::pi * j / 1000;
      const Vec b{std::cos(theta), std::sin(theta) * std::cos(azimuth), std::sin(theta) * std::sin(azimuth)};
      most = std::max(most, orthonormal.wedge(b, 0) / (1 - std::cos(theta)));
    }
    CHECK(most <= 2.33492);
    if (theta < 0.01) CHECK(most == Approx(2.33491).epsilon(1e-3));
    CHECK(holds("2.335", theta));
  }
  CHECK(holds("2.335", 0.0057));
  CHECK_FALSE(holds("2.3348", 0.0057));
}

TEST_CASE("a wrong psi is not dominated near a teacher") {
  // Twice as flat at teacher 0 as s allows, with S = 1.
  Setting setting = example_setting();
  std::size_t cells = 0;
  CHECK(check_cap(setting, bounds("0.5", "0.72", "0.89"), 0, 0.01, cells, Deadline()));
  CHECK(check_cap(setting, bounds("1.01", "0.2", "0.89"), 0, 0.01, cells, Deadline()));
}

TEST_CASE("caps and the rest overlap whatever the caps are") {
  Setting setting = example_setting();
  for (const double cap : {0.02, 0.07, 0.2}) {
    std::size_t cells = 0;
    CHECK_FALSE(check_cap(setting, bounds("1.01", "0.72", "0.89"), 1, cap, cells, Deadline()));
    CHECK_FALSE(check_sphere(setting, bounds("1.01", "0.72", "0.89"), {cap, cap}, cells, Deadline()));
  }
}

TEST_CASE("bounds for the product in the angle alone") {
  const auto holds = [](const std::string& rows, const std::string& mu, const std::string& delta1,
                        const SphereBounds& stated) {
    const Teacher teacher = teacher_of(rows);
    const Setting setting(teacher, product_polynomial(teacher), parse_number(mu), parse_number(delta1), 64);
    std::size_t cells = 0;
    return !check_product(setting, stated, cells, Deadline());
  };
  CHECK(holds("[[1, 0]]", "1", "1.350", bounds("1.0505", "0.8204", "0.9519")));
  CHECK_FALSE(holds("[[1, 0]]", "1", "1.350", bounds("1.0440", "0.8204", "0.9519")));
  CHECK_FALSE(holds("[[1, 0]]", "1", "1.350", bounds("1.0505", "0.8200", "0.9519")));
  CHECK_FALSE(holds("[[1, 0]]", "1", "1.350", bounds("1.0505", "0.8204", "0.9522")));
  CHECK(holds("[[1, 0], [0, 1]]", "0.36338", "0.94", bounds("2.42", "2", "0.42")));
  CHECK_FALSE(holds("[[1, 0], [0, 1]]", "0.36338", "0.94", bounds("2.3", "2", "0.42")));
}

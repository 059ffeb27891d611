// The teacher's exact side, and the tangent Gram matrix against known eigenvalues and the definition.

#include "teacher.hpp"

#include <numbers>
#include <random>

#include "support.hpp"

using namespace lojaverify;
using test::network;

namespace {

Teacher teacher_of(const std::string& rows, const std::string& form = "unit") {
  return Teacher(network("abs", "norm", form, rows, "[[1, 0, 0]]"));
}

Teacher teacher_of_gram(const std::string& gram) {
  return Teacher(test::instance_of(R"({"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm",
                                       "teacher": {"gram": )" +
                                   gram + "}}"));
}

double middle(const Ball& x) { return arf_get_d(arb_midref(x.get()), ARF_RND_NEAR); }

void check_mu(const Teacher& teacher, const std::string& below, const std::string& above) {
  REQUIRE_FALSE(teacher.misfit);
  const Frame frame(teacher, 128);
  CHECK(is_at_most_mu(parse_number(below), frame) == Truth::yes);
  CHECK(is_at_most_mu(parse_number(above), frame) == Truth::no);
}

}  // namespace

TEST_CASE("mu of known teachers") {
  check_mu(teacher_of("[[0, 0, 7]]"), "1", "1.0000000001");
  check_mu(teacher_of("[[1, 0, 0], [0, 2, 0]]"), "0.36338022", "0.36338023");  // 1 - 2/pi
  check_mu(teacher_of("[[1, 0, 0], [0, 1, 0], [0, 0, 1]]"), "0.36338022", "0.36338023");
  check_mu(teacher_of_gram(R"([["1", "1/2"], ["1/2", "1"]])"), "0.1152", "0.1154");
  check_mu(teacher_of_gram(R"([["4", "-3"], ["-3", "9"]])"), "0.1152", "0.3633");
}

TEST_CASE("a bound is at most mu or it is not") {
  const Frame two(teacher_of("[[1, 0, 0], [0, 1, 0]]"), 64), one(teacher_of("[[3, 4, 0]]"), 64);
  const auto answer = [](const Frame& frame, const char* bound) {
    return is_at_most_mu(parse_number(bound), frame);
  };
  CHECK(answer(two, "-1") == Truth::yes);
  CHECK(answer(two, "0.36338022763") == Truth::yes);
  CHECK(answer(two, "0.36338022764") == Truth::no);
  CHECK(answer(two, "1") == Truth::no);  // pivots that are exactly 0
  CHECK(answer(two, "2") == Truth::no);
  CHECK(answer(two, "0.3633802276324186569244649465") == Truth::unknown);  // to more digits than 64 bits
  CHECK(answer(one, "1") == Truth::yes);
  CHECK(answer(one, "1.0000000000000000000000001") == Truth::no);
}

TEST_CASE("teachers that the theory leaves out") {
  CHECK(teacher_of("[[1, 0, 0], [0, 0, 0]]").misfit);
  CHECK(teacher_of("[[1, 2, 3], [2, 4, 6]]").misfit);
  CHECK(teacher_of("[[0.1, 0.2, 0.3], [-0.1, -0.2, -0.3]]").misfit);
  CHECK(teacher_of(R"([["[1, 2]", 0, 0]])").misfit);
  CHECK(teacher_of_gram(R"([["1", "2"], ["2", "1"]])").misfit);                             // indefinite
  CHECK(teacher_of_gram(R"([["0", "1"], ["1", "1"]])").misfit);                             // likewise
  CHECK(teacher_of_gram(R"([["1", "0", "1"], ["0", "1", "1"], ["1", "1", "1"]])").misfit);  // likewise
  CHECK(teacher_of_gram(R"([["1", "1"], ["1", "1"]])").misfit);                             // parallel
  CHECK_FALSE(teacher_of_gram(R"([["1", "0", "1"], ["0", "1", "1"], ["1", "1", "2"]])").misfit);  // rank 2
}

TEST_CASE("coordinates, angles and masses are those of the rows") {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<std::array<double, 3>> rows(4);
    std::string text;
    for (auto& row : rows) {
      for (double& x : row) x = normal(random);
      if (trial % 2 == 1) row[2] = 0;  // rank 2
      text += (text.empty() ? "[[" : ", [") + std::to_string(row[0]) + ", " + std::to_string(row[1]) + ", " +
              std::to_string(row[2]) + "]";
    }
    const Teacher teacher = teacher_of(text + "]", trial % 3 == 0 ? "norm" : "unit");
    REQUIRE_FALSE(teacher.misfit);
    CHECK(teacher.rank() == (trial % 2 == 1 ? 2 : 3));
    CHECK_FALSE(teacher.is_independent());
    const Frame frame(teacher, 64);
    for (std::size_t i = 0; i < 4; ++i) {
      const auto dot3 = [&](std::size_t k) {
        return rows[i][0] * rows[k][0] + rows[i][1] * rows[k][1] + rows[i][2] * rows[k][2];
      };
      const double norm = std::sqrt(dot3(i));
      CHECK(middle(frame.masses[i]) == Approx(trial % 3 == 0 ? norm * norm : norm).epsilon(1e-4));
      CHECK(middle(dot(frame.directions[i], frame.directions[i], 64)) == Approx(1));
      CHECK(frame.directions[i].back().is_zero());
      for (std::size_t k = 0; k < i; ++k) {
        const Ball c = dot(frame.directions[i], frame.directions[k], 64);
        CHECK(arb_overlaps(c.get(), frame.cosine(i, k).get()) != 0);
        const double norms =
            norm * std::sqrt(rows[k][0] * rows[k][0] + rows[k][1] * rows[k][1] + rows[k][2] * rows[k][2]);
        CHECK(std::abs(middle(c) - dot3(k) / norms) < 1e-4);
        CHECK(middle(frame.angle(i, k)) == Approx(std::acos(middle(c))));
        CHECK(middle(frame.line_angle(i, k)) == Approx(std::acos(std::abs(middle(c)))));
      }
    }
  }
}

TEST_CASE("a block of the tangent Gram matrix is the expectation that defines it") {
  // In the plane of the teachers x = r (cos psi, sin psi) with E r^2 = 2; sums over 4 * 10^5 equal angles.
  const double t = 2.0;
  const Teacher teacher = teacher_of("[[1, 0, 0], [" + std::to_string(std::cos(t)) + ", " +
                                     std::to_string(std::sin(t)) + ", 0]]");
  const Frame frame(teacher, 64);
  const Matrix gram = tangent_gram(frame);
  const double x = middle(frame.directions[1][0]), y = middle(frame.directions[1][1]);
  double sums[2][2] = {}, sign_sum = 0;
  constexpr int n = 400000;
  for (int k = 0; k < n; ++k) {
    const double psi = 2 * std::numbers::pi * (k + 0.5) / n, p[2] = {std::cos(psi), std::sin(psi)};
    const double sign = (p[0] > 0) == (p[0] * x + p[1] * y > 0) ? 1 : -1;
    sign_sum += sign / n;
    for (int a = 0; a < 2; ++a) {
      for (int b = 0; b < 2; ++b) sums[a][b] += 2 * sign * p[a] * p[b] / n;
    }
  }
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      const double expected = a < 2 && b < 2 ? sums[a][b] : a == b ? sign_sum : 0;
      CHECK(middle(gram(a, 3 + b)) == Approx(expected).margin(1e-4));
      CHECK(middle(gram(3 + b, a)) == Approx(expected).margin(1e-4));
    }
  }
  const Matrix w = whitening(gram, 64);
  Matrix transposed(6, 6);
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = 0; b < 6; ++b) transposed(a, b) = w(b, a);
  }
  const Matrix identity = product(product(w, gram, 64), transposed, 64);
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = 0; b < 6; ++b) {
      CHECK(arb_contains_si(identity(a, b).get(), a == b ? 1 : 0) != 0);
      if (b > a) CHECK(w(a, b).is_zero());
    }
  }
}

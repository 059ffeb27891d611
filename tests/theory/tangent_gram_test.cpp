// The tangent Gram matrix and its smallest eigenvalue: against the definition and where they are known.

#include "support/circle.hpp"
#include "support/instances.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <rapidcheck.h>
#include <boost/math/constants/constants.hpp>
#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::test;
using Catch::Matchers::Contains;

namespace {

constexpr Bits working{192};

Rational rational(const char* text) { return parse_exact_point(text); }

bool between(const MuBounds& bounds, const char* lo, const char* hi) {
  return rational(lo) <= bounds.lo && bounds.lo <= bounds.hi && bounds.hi <= rational(hi);
}

bool contains(const Interval& enclosure, const Reference& value, const Reference& slack) {
  return enclosure.is_finite() && reference(enclosure.inf()) <= value + slack &&
         value - slack <= reference(enclosure.sup());
}

bool overlap(const Interval& a, const Interval& b) {
  return a.is_finite() && b.is_finite() && !certainly_less(a, b) && !certainly_less(b, a);
}

/// E[sign(u.x) sign(w.x) x x^T] in the plane: E r^2 = 2, and the signs change at the angles orthogonal to u
/// and w. The integrals of (cos^2, cos sin, sin^2) are elementary on each arc.
std::vector<Reference> definition_in_plane(const Reference& u, const Reference& w) {
  const Reference pi = boost::math::constants::pi<Reference>();
  std::vector<Reference> ends;
  for (const Reference& angle : {u, w}) {
    for (int k = -4; k <= 4; ++k) ends.push_back(angle + pi / 2 + k * pi);
  }
  ends.push_back(Reference(0));
  ends.push_back(2 * pi);
  std::sort(ends.begin(), ends.end());
  std::vector<Reference> sums(3, Reference(0));
  for (std::size_t n = 0; n + 1 < ends.size(); ++n) {
    const Reference from = ends[n];
    const Reference to = ends[n + 1];
    if (from < 0 || to > 2 * pi) continue;
    const Reference middle = (from + to) / 2;
    const int sign = (cos(middle - u) < 0) == (cos(middle - w) < 0) ? 1 : -1;
    const Reference doubled = (sin(2 * to) - sin(2 * from)) / 2;
    sums[0] += sign * ((to - from) + doubled) / 2;
    sums[1] += sign * (cos(2 * from) - cos(2 * to)) / 4;
    sums[2] += sign * ((to - from) - doubled) / 2;
  }
  for (Reference& sum : sums) sum /= pi;
  return sums;
}

}  // namespace

TEST_CASE("the blocks contain the definition, integrated over the circle") {
  REQUIRE(rc::check([] {
    const auto entry = [] { return std::to_string(*rc::gen::inRange(-9, 10)); };
    const TextRows rows{{entry(), entry()}, {entry(), entry()}};
    const auto number = [&](std::size_t i, std::size_t k) { return Reference(rows[i][k]); };
    RC_PRE(number(0, 0) * number(1, 1) != number(0, 1) * number(1, 0));
    const TeacherGeometry geometry(teachers(rows));
    const auto matrix = tangent_gram(geometry, working);
    // The program's own coordinates: those of the directions.
    const auto a = geometry.directions(working);
    const auto angle = [&](std::size_t i) {
      return atan2(reference(a[i][1].midpoint().inf()), reference(a[i][0].midpoint().inf()));
    };
    const std::vector<Reference> block = definition_in_plane(angle(0), angle(1));
    const Reference slack("1e-50");
    RC_ASSERT(contains(matrix[0][3], block[0], slack));
    RC_ASSERT(contains(matrix[0][4], block[1], slack));
    RC_ASSERT(contains(matrix[1][3], block[1], slack));
    RC_ASSERT(contains(matrix[1][4], block[2], slack));
    const Reference pi = boost::math::constants::pi<Reference>();
    const Reference cosine = cos(angle(0) - angle(1));
    RC_ASSERT(contains(matrix[2][5], 1 - 2 * acos(cosine) / pi, slack));
    for (std::size_t k = 0; k < 3; ++k) RC_ASSERT(contains(matrix[k][k], Reference(1), Reference(0)));
  }));
}

TEST_CASE("orthonormal teachers have mu = 1 - 2/pi") {
  const Interval truth = Interval::exact(1L, working) - Interval::exact(2L, working) / Interval::pi(working);
  for (const TextRows& rows :
       {TextRows{{"1", "0"}, {"0", "1"}}, TextRows{{"3", "4", "0"}, {"-4", "3", "0"}, {"0", "0", "1/7"}}}) {
    const MuBounds bounds = mu_bounds(TeacherGeometry(teachers(rows)));
    CHECK(bounds.lo <= truth.inf());
    CHECK(truth.sup() <= bounds.hi);
    CHECK(bounds.hi - bounds.lo <= Rational(1, Integer(1000000000000)));
  }
}

TEST_CASE("mu of one teacher is exactly 1") {
  const TeacherGeometry one(teachers({{"0", "2", "1/3"}}));
  CHECK(mu_bounds(one).lo == 1);
  CHECK(mu_bounds(one).hi == 1);
  CHECK(mu_is_at_least(one, 1, working).verdict == Verdict::proved);
  CHECK(mu_is_at_least(one, rational("1.0000000001"), working).verdict == Verdict::disproved);
  CHECK(tangent_gram(one, working).size() == 2);
}

TEST_CASE("mu of two teachers at 60 degrees, of dependent and of nearly parallel teachers") {
  CHECK(between(mu_bounds(TeacherGeometry(gram({{"1", "1/2"}, {"1/2", "1"}}))), "0.1153", "0.1154"));
  const Instance three_lines = gram({{"1", "1/2", "-1/2"}, {"1/2", "1", "1/2"}, {"-1/2", "1/2", "1"}});
  const TeacherGeometry plane(three_lines);
  CHECK(plane.rank() == 2);
  CHECK(between(mu_bounds(plane), "0.0890460561", "0.0890460562"));
  // For an angle t -> 0: mu ~ t^3 / (3 pi).
  const TeacherGeometry near(teachers({{"1", "0"}, {"1", "1/1000000"}}));
  CHECK(between(mu_bounds(near), "1.0610329e-19", "1.061033e-19"));
}

TEST_CASE("a bound is proved or disproved on its side of mu") {
  for (const Instance& instance : {teachers({{"1", "0"}, {"0", "1"}}), gram({{"1", "1/2"}, {"1/2", "1"}}),
                                   teachers({{"1", "0", "0"}, {"1", "1/60", "0"}, {"0", "2", "5"}})}) {
    const TeacherGeometry geometry(instance);
    const MuBounds bounds = mu_bounds(geometry);
    const Rational little = rational("1e-11");
    CHECK(mu_is_at_least(geometry, bounds.lo * (1 - little), working).verdict == Verdict::proved);
    CHECK(mu_is_at_least(geometry, bounds.lo * (1 + little), working).verdict == Verdict::disproved);
    CHECK(mu_is_at_least(geometry, 2, working).verdict == Verdict::disproved);
    CHECK(mu_is_at_least(geometry, -1, working).verdict == Verdict::proved);
  }
}

TEST_CASE("mu depends on the lines alone") {
  REQUIRE(rc::check([] {
    const auto entry = [] { return std::to_string(*rc::gen::inRange(-5, 6)); };
    TextRows rows;
    for (int i = 0; i < 3; ++i) rows.push_back({entry(), entry(), entry(), entry()});
    const auto mu = [&](const TextRows& of) {
      return tangent_eigenvalue(TeacherGeometry(teachers(of)), working);
    };
    try {
      TeacherGeometry{teachers(rows)};
    } catch (const InputError&) {
      RC_DISCARD("a zero teacher, or two on one line");
    }
    const Interval before = mu(rows);
    TextRows turned;
    for (const auto& row : rows) {
      turned.push_back({row[2], row[0], row[3], row[1], "0"});
      for (std::string& text : turned.back()) text += "/3";
    }
    std::swap(turned[0], turned[2]);
    for (std::string& text : turned[1]) text = text[0] == '-' ? text.substr(1) : "-" + text;
    RC_ASSERT(overlap(before, mu(turned)));
    RC_ASSERT(before.sup() - before.inf() < before.sup() / (Integer(1) << 100));
  }));
}

TEST_CASE("coordinates give back the exact inner products") {
  const Instance instance =
      gram({{"2", "1", "0", "1"}, {"1", "3", "1", "2"}, {"0", "1", "5", "1"}, {"1", "2", "1", "3"}});
  const TeacherGeometry geometry(instance);
  const auto a = geometry.directions(working);
  for (std::size_t i = 0; i < geometry.count(); ++i) {
    for (std::size_t k = 0; k < geometry.count(); ++k) {
      Interval product = Interval::zero(working);
      for (std::size_t j = 0; j < geometry.rank(); ++j) product.add_product(a[i][j], a[k][j]);
      CHECK(overlap(product, geometry.cosine(i, k, working)));
      CHECK(overlap(sqr(geometry.sine(i, k, working)) + sqr(product), Interval::exact(1L, working)));
      CHECK(overlap(cos(geometry.angle(i, k, working)), product));
      CHECK(overlap(cos(geometry.angle_of_lines(i, k, working)), abs(product)));
    }
    CHECK(geometry.mass(i, working).contains_zero() == false);
  }
}

TEST_CASE("masses follow the form of the teachers") {
  Instance instance = teachers({{"3", "4"}, {"0", "1"}});
  CHECK(TeacherGeometry(instance).mass(0, working).inf() == 5);
  instance.teacher_neuron = NeuronForm::norm;
  CHECK(TeacherGeometry(instance).mass(0, working).inf() == 25);
}

TEST_CASE("teachers without a geometry are refused") {
  const auto refuse = [](const Instance& instance, const char* message) {
    CHECK_THROWS_WITH(TeacherGeometry(instance), Contains(message));
    CHECK_THROWS_AS(TeacherGeometry(instance), InstanceError);
  };
  refuse(teachers({{"1", "0"}, {"[1, 2]", "1"}}), "has boxes");
  refuse(teachers({{"1", "0"}, {"0", "0"}}), "teacher[1]: is zero");
  refuse(teachers({{"1", "2"}, {"0", "1"}, {"2", "4"}}),
         "teacher[0] and teacher[2]: are parallel; merge them");
  refuse(teachers({{"1", "2"}, {"-1", "-2"}}), "are antiparallel; merge them");
  refuse(teachers({{"1", "2"}, {"-1", "-2"}}, {.activation = Activation::relu}),
         "relu does not let them be merged");
  refuse(gram({{"1", "2"}, {"2", "1"}}), "not positive semidefinite");
  refuse(gram({{"1", "1", "0"}, {"1", "1", "1"}, {"0", "1", "1"}}), "not positive semidefinite");
  refuse(gram({{"1", "-1"}, {"-1", "1"}}), "antiparallel");
}

// Gradient descent, the flow and recovery below a loss: constants against plain doubles written from the
// page, and certificates on both sides of every condition.

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "support.hpp"
#include "theorem_g.hpp"
#include "theorem_i.hpp"
#include "verdict.hpp"

using namespace lojaverify;
using json = nlohmann::json;
using test::network;

namespace {

constexpr double pi = std::numbers::pi;

double middle(const Real& x) { return arf_get_d(arb_midref(x.ball().get()), ARF_RND_NEAR); }

std::string text(double x) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", x);
  return buffer;
}
double value(const json& x) { return std::stod(x.get<std::string>()); }

/// "1 0; 0 1": rows of entries that hold no spaces.
json rows(const std::string& entries) {
  json result = json::array({json::array()});
  std::istringstream stream(entries);
  for (std::string entry; stream >> entry;) {
    const bool ends = entry.back() == ';';
    if (ends) entry.pop_back();
    result.back().push_back(entry);
    if (ends) result.push_back(json::array());
  }
  return result;
}

/// One line of an envelope.
json line(const std::string& a, const std::string& c) { return {{"a", a}, {"c", c}}; }

json point_instance(const std::string& activation, const json& teacher, const json& student,
                    const std::string& neuron = "norm") {
  return {{"format", "lojacert-instance/1"}, {"activation", activation}, {"neuron", neuron},
          {"teacher_neuron", "unit"},        {"teacher", teacher},       {"student", student}};
}

Instance read(const json& instance) { return test::instance_of(instance.dump()); }

json bound(const json& instance, DigestOf part, json claim, json evidence) {
  json binding = {{"digest", digest(read(instance), part)}, {"r", instance["teacher"].size()}};
  if (part == DigestOf::instance) {
    binding["d"] = instance["teacher"][0].size();
    binding["m"] = instance["student"].size();
  }
  return {{"format", "lojacert-certificate/1"},
          {"claim", std::move(claim)},
          {"instance", std::move(binding)},
          {"evidence", std::move(evidence)}};
}

/// "VERIFIED", or the code and its explanation.
std::string answer(const json& instance, const json& certificate) {
  const Document document("test", certificate.dump());
  const Verdict verdict = verify(Certificate(document.root()), read(instance), {1024, {}});
  return verdict.verified ? "VERIFIED" : verdict.code + ": " + verdict.explanation;
}

std::string course(const json& instance, const json& claim, const json& evidence) {
  return answer(instance, bound(instance, DigestOf::instance, claim, evidence));
}

using Catch::Matchers::Contains;

double loss_of(const json& instance) { return middle(Real(landscape_of(read(instance), 128, {}).loss, 128)); }

/// Section 5 of the page, in doubles and in terms of the abs problem: L' = 4 L and step' = step / 4 for
/// relu+linear. For relu L' is L, and rho_0 = sqrt(8 L).
struct Plain {
  Plain(const json& instance, double mu, double delta, double chi, const json& classes,
        std::optional<double> step) {
    const std::string activation = instance["activation"];
    const bool relu = activation == "relu";
    const double quarter = activation == "relu+linear" ? 4 : 1;
    loss = loss_of(instance);
    const double l = quarter * loss, rho = relu ? std::sqrt(8 * l) : std::sqrt(2 * l);
    std::vector<std::vector<double>> a, w;
    for (const json& row : instance["teacher"]) a.push_back(numbers(row));
    for (const json& row : instance["student"]) w.push_back(numbers(row));
    const double r = static_cast<double>(a.size());
    double cross = 0, all = 0, inverse = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double p = length(a[i]);
      least = std::min(least, p);
      all += p;
      inverse += 1 / p;
      for (std::size_t k = 0; k < a.size(); ++k) {
        if (k == i) continue;
        const double cosine = product(a[i], a[k]) / p / length(a[k]);
        cross += 1 / (8 * pi * std::sqrt(1 - cosine * cosine));
      }
    }
    const double phi0 = 1 / std::sqrt(2 * pi), j2 = (1 - std::sqrt(0.5)) / (3 * std::sqrt(pi)),
                 j2_prime = (3 - 2 * std::sqrt(2.0)) / (10 * std::sqrt(pi)), t = std::tan(delta);
    const double i_low = phi0 * (j2 - t * t * j2_prime / 2), t0 = 4 / pi * std::sqrt(r / mu);
    const double f = std::sqrt(2 * r * t * phi0 * j2 + t * t * cross);
    const double e = r * t / std::sqrt(mu) *
                     std::sqrt((r - 1) * (1 + 4 * t * t / 9) / (4 * pi * pi) + t * t / (9 * pi * pi));
    const double free = 1 + chi * std::sqrt(r / mu);
    denominator = 8 * i_low - e * t0;
    b = (f + e * free) / denominator;
    a_constant = free + t0 * b;
    const double s = 1 / (1 - a_constant * rho / (std::sqrt(mu) * least));
    residual = a_constant / std::sqrt(mu);
    excess = residual + b;
    const double s_tilde = 1 / (1 - (residual + 3 * b) * rho / least);
    c = 1 - t0 * a_constant * b * s;
    c_prime = 1 - s_tilde * b * ((relu ? std::sqrt(2.0) : 1) + t0 * a_constant);
    const double q = s * excess * excess * rho * inverse / 2 + 2 * s * s * b + chi / 4;
    const double kappa_prime = c * std::pow(2, relu ? 0.25 : 0.75) / std::sqrt(q);
    turn = 2 * b / std::sqrt(2 * std::sin(delta / 2));
    const double m = 4 * std::sqrt(pi / 2) + 2;
    lbar = relu ? 2 * all + (2 * std::sqrt(2 * pi) + std::sqrt(2.0)) * std::sqrt(2 * l)
                : (4 * all + m * std::sqrt(2 * l)) / quarter;

    std::vector<double> mass(a.size()), deep(a.size());
    double lyapunov = 0;
    for (std::size_t j = 0; j < w.size(); ++j) {
      const double square = product(w[j], w[j]);
      if (classes[j].is_null()) {
        lyapunov += square / 4;
        continue;
      }
      const std::size_t i = classes[j];
      const double cosine = product(w[j], a[i]) / std::sqrt(square) / length(a[i]);
      mass[i] += square;
      deep[i] += square * std::pow(cosine, 4);
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double p = length(a[i]);
      lyapunov += (mass[i] - p - p * std::log(deep[i] / p)) / 4;
    }
    // The abs problem, and back: L_t = L'_t / 4, and the flow's time runs at a quarter.
    const double step_prime = step ? *step / quarter : 1;
    const double beta_prime = step ? step_prime * (1 - step_prime * lbar * quarter / 2) : 1;
    k = step ? (1 + 5 * s_tilde) / 4 : 0;
    budget = lyapunov + k * step_prime * step_prime / beta_prime * l;
    path = 4 * step_prime / (beta_prime * kappa_prime) * std::pow(l, 0.25);
    const double a_prime = 1 / std::sqrt(l), c_line = beta_prime * kappa_prime * kappa_prime / 2;
    const double clock = step ? 1 : 1 / quarter;
    line_a = std::sqrt(quarter) * a_prime;
    line_c = std::sqrt(quarter) * c_line * clock;
    distance = 4 * step_prime / (beta_prime * kappa_prime) * std::pow(quarter, 0.25);
    rate = 2 * c_prime * step_prime / budget * quarter * clock;
    kappa = kappa_prime / std::sqrt(std::sqrt(quarter));
    growth = 4 * std::sqrt(2.0) * step_prime / (beta_prime * kappa_prime * kappa_prime);
    unit = activation == "abs" ? std::sqrt(2.0) : std::sqrt(8.0);
  }

  static std::vector<double> numbers(const json& row) {
    std::vector<double> result;
    for (const json& x : row) result.push_back(value(x));
    return result;
  }
  static double product(const std::vector<double>& u, const std::vector<double>& v) {
    double sum = 0;
    for (std::size_t n = 0; n < u.size(); ++n) sum += u[n] * v[n];
    return sum;
  }
  static double length(const std::vector<double>& u) { return std::sqrt(product(u, u)); }

  double loss, least = 1e300, denominator, b, a_constant, residual, excess, c, c_prime, kappa, k, turn, lbar,
               budget, path, line_a, line_c, distance, rate, growth, unit;
};

const json one_teacher = rows("1 0");
const json near_students = rows("0.7 0.0006; 0.7139 -0.0004; 0 0");
const json near_classes = json::array({0, 0, nullptr});

json evidence_i(const json& classes, const std::string& delta = "0.03", const std::string& mu = "1") {
  return {{"by", "I"}, {"mu", mu}, {"delta", delta}, {"chi", "0"}, {"classes", classes}};
}

/// The best claim, moved to the safe side (slack > 0) or beyond the theorem (slack < 0).
json claim_of(const Plain& p, std::optional<double> step, double slack) {
  const auto less = [&](double x) { return text(x * (1 - slack)); };
  json claim = {{"kind", "convergence"},
                {"quantifier", "forall"},
                {"negated", false},
                {"dynamics", step ? "descent" : "flow"},
                {"envelope", json::array({line(less(p.line_a), less(p.line_c))})}};
  if (step) claim["step"] = text(*step);
  return claim;
}

json full_claim(const Plain& p, std::optional<double> step, const json& classes, double slack) {
  const auto more = [&](double x) { return text(x * (1 + slack)); };
  json claim = claim_of(p, step, slack);
  claim["linear_rate"] = text(p.rate * (1 - slack));
  claim["distance"] = more(p.distance);
  claim["limit"] = classes;
  claim["recovery"] = {{"classes", classes},
                       {"delta", "0.03"},
                       {"misalignment", more(p.b * p.unit)},
                       {"residual", more(p.residual * p.unit)},
                       {"deficit", more(p.residual * p.unit)},
                       {"excess", more(p.excess * p.unit)},
                       {"angle", more(p.turn * p.unit)}};
  return claim;
}

/// Theorem G for one teacher in closed form.
const json constants_g = {
    {"by", "G"},      {"psi", "product"},      {"mu", "1"},           {"delta1", "1.350"},
    {"S", "1.054"},   {"Z", "0.8204"},         {"psi_far", "0.9519"}, {"delta_cap", "0.1558"},
    {"T", "1.27324"}, {"e_prime", "0.016672"}, {"gam", "0.66556"},    {"q", "0.6"},
    {"c", "0.1"},     {"h_prime", "44.6"}};

TheoremG theorem_g(const json& instance, const json& constants) {
  const Teacher teacher(read(instance));
  const auto number = [&](const char* key) { return parse_number(constants[key].get<std::string>()); };
  CertificateG stated{.mu = number("mu"),
                      .delta1 = number("delta1"),
                      .s = number("S"),
                      .z = number("Z"),
                      .psi_far = number("psi_far"),
                      .delta_cap = number("delta_cap"),
                      .t = number("T"),
                      .e_prime = number("e_prime"),
                      .gam = number("gam"),
                      .q = number("q"),
                      .c = number("c"),
                      .h_prime = number("h_prime"),
                      .delta_prime = {}};
  if (constants.contains("delta_prime")) stated.delta_prime = number("delta_prime");
  return {Frame(teacher, 128), stated, squared_norm_over_pi(product_polynomial(teacher), teacher),
          read(instance).activation};
}

struct Threshold {
  explicit Threshold(const json& instance) {
    json constants = constants_g;
    if (instance["activation"] == "relu") constants["delta_prime"] = "0.5";
    const TheoremG g = theorem_g(instance, constants);
    const bool norm = instance["neuron"] == "norm";
    eps0 = middle(g.eps0()) * 0.999;
    kappa = middle(g.kappa(norm ? Form::norm : Form::unit)) * 0.999;
    const json claim = {
        {"kind", "threshold"},  {"quantifier", "forall-students"}, {"negated", false}, {"eps0", text(eps0)},
        {"kappa", text(kappa)}, {"beta", norm ? "3/4" : "2/3"},    {"kappa_1", "1e-6"}};
    certificate = bound(instance, DigestOf::teacher, claim, constants);
    const double n = middle(g.n), a = middle(g.a), z = 0.8204, far = 0.9519;
    const double t = std::tan(0.1558), phi0 = 1 / std::sqrt(2 * pi);
    const double j2 = (1 - std::sqrt(0.5)) / (3 * std::sqrt(pi)), j2_prime = 0.00967995828;
    const double cap = 2 * std::sin(0.1558 / 2);
    const double b_cap =
        (std::sqrt(2 * t * phi0 * j2) + a * 0.016672 * t) / (8 * phi0 * (j2 - t * t * j2_prime / 2));
    turn = 2 * b_cap / std::sqrt(cap);
    heavy = std::max(n / far, turn * std::pow(cap, -1.5));
    bounds = {{"misalignment", z * n},
              {"far_mass", n / far},
              {"residual", a},
              {"deficit", a},
              {"excess", a + z * n}};
    if (instance["activation"] == "relu") {
      bounds["opposed"] =
          ((a + n / far + 1) / 2 + std::sqrt(2) * z * n / (1 - std::cos(0.5))) / (1 - 2 * std::sin(0.25));
    }
    rho = std::sqrt(instance["activation"] == "abs" ? 2 : 8);
  }

  double eps0, kappa, turn, heavy, rho;
  std::map<std::string, double> bounds;
  json certificate;
};

}  // namespace

TEST_CASE("lbar bounds the curvature") {
  for (const double loss : {1e-6, 0.1}) {
    const Frame frame(Teacher(read(point_instance("abs", rows("1 0; 0 2"), rows("1 0")))), 96);
    const Real l(Rational::exact(loss), 96);
    const double rho = std::sqrt(2 * loss), rho_linear = std::sqrt(8 * loss);
    const double share = 4 * std::sqrt(pi / 2) + 2;
    CHECK(middle(curvature_bound(Activation::abs, frame, l)) == Approx(12 + share * rho).epsilon(1e-12));
    CHECK(middle(curvature_bound(Activation::relu_linear, frame, l)) ==
          Approx((12 + share * rho_linear) / 4).epsilon(1e-12));
    CHECK(middle(curvature_bound(Activation::relu, frame, l)) ==
          Approx(6 + (2 * std::sqrt(2 * pi) + std::sqrt(2)) * rho).epsilon(1e-12));
  }
  // One student w along one teacher: L = (w^2 - 1)^2 / 2 and L'' = 6 w^2 - 2 = 4 M + 2 rho.
  const Frame frame(Teacher(read(point_instance("abs", one_teacher, rows("1 0")))), 96);
  for (const double w : {1.001, 1.2, 2.0}) {
    const double loss = std::pow(w * w - 1, 2) / 2;
    CHECK(6 * w * w - 2 <= middle(curvature_bound(Activation::abs, frame, Real(Rational::exact(loss), 96))));
  }
}

TEST_CASE("the constants of Theorem I") {
  const json teacher = rows("1 0; 0.5 0.8");
  const json student = rows("1.0001 0.0001; 0.515 0.824; 0 0");
  const json classes = json::array({0, 1, nullptr});
  for (const std::string activation : {"abs", "relu+linear", "relu"}) {
    for (const char* chi : {"0", "0.25"}) {
      const json instance = point_instance(activation, teacher, student);
      const Plain plain(instance, 0.1, 0.0005, value(json(chi)), classes, 0.1);
      const Teacher exact(read(instance));
      const Frame frame(exact, 128);
      const Real loss(landscape_of(read(instance), 128, {}).loss, 128);
      const TheoremI proved(frame, parse_number("0.0005"), parse_number("0.1"), parse_number(chi),
                            read(instance).activation, loss);
      CHECK(middle(proved.denominator) == Approx(plain.denominator).epsilon(1e-9));
      CHECK(middle(proved.b_constant) == Approx(plain.b).epsilon(1e-9));
      CHECK(middle(proved.a_constant) == Approx(plain.a_constant).epsilon(1e-9));
      CHECK(middle(proved.c) == Approx(plain.c).epsilon(1e-9));
      CHECK(middle(proved.c_prime) == Approx(plain.c_prime).epsilon(1e-9));
      CHECK(middle(proved.kappa) == Approx(plain.kappa).epsilon(1e-9));
      CHECK(middle(proved.k) == Approx(plain.k).epsilon(1e-9));
      CHECK(middle(proved.turn()) == Approx(plain.turn).epsilon(1e-9));
      for (const auto& [name, number] : proved.conditions()) CHECK(number.is_positive());
    }
  }
}

TEST_CASE("without the sign conditions Theorem I would be false") {
  // One student p = 1.91963 a at delta = 1.2: c and c' are positive, but 8 I - e T0 is not.
  const Frame frame(Teacher(read(point_instance("abs", one_teacher, rows("1 0")))), 128);
  const double p = 1.91963;
  const TheoremI proved(frame, parse_number("1.2"), Rational(1), Rational(), Activation::abs,
                        Real(Rational::exact((p - 1) * (p - 1) / 2), 128));
  CHECK(proved.c.is_positive());
  CHECK(middle(proved.c) == Approx(0.37).margin(0.01));
  CHECK(proved.c_prime.is_positive());
  CHECK(middle(proved.c_prime) == Approx(1.06).margin(0.01));
  CHECK(proved.denominator.ball().is_negative());

  const json instance = point_instance("abs", one_teacher, rows("1.3855 0"));
  json claim = claim_of(Plain(instance, 1, 1, 0, {0}, {}), {}, 0.9);
  claim["envelope"] = json::array({line("0.01", "1e-9")});
  CHECK_THAT(course(instance, claim, evidence_i({0}, "1")),
             Contains("bad-evidence: not shown: 8 I_low - e T0 > 0"));
  CHECK_THAT(course(instance, claim, evidence_i({0}, "1.2")), Contains("bad-evidence: evidence.delta"));
}

TEST_CASE("convergence by Theorem I, and every constant beyond it") {
  for (const std::string activation : {"abs", "relu+linear", "relu"}) {
    const json instance = point_instance(activation, one_teacher, near_students);
    const double lbar = Plain(instance, 1, 0.03, 0, near_classes, {}).lbar;
    for (const std::optional<double> step : {std::optional<double>(0.9 / lbar), std::optional<double>()}) {
      const Plain plain(instance, 1, 0.03, 0, near_classes, step);
      const json evidence = evidence_i(near_classes);
      const json good = full_claim(plain, step, near_classes, 1e-7);
      const json beyond = full_claim(plain, step, near_classes, -1e-7);
      CHECK(course(instance, good, evidence) == "VERIFIED");
      const auto refused_with = [&](const json::json_pointer& place) {
        json claim = good;
        claim[place] = beyond[place];
        CHECK_THAT(course(instance, claim, evidence), Contains("bad-evidence: not shown: " + place.back()));
      };
      for (const char* place : {"/envelope/0/a", "/envelope/0/c", "/linear_rate", "/distance"})
        refused_with(json::json_pointer(place));
      for (const char* key : {"misalignment", "residual", "deficit", "excess", "angle"})
        refused_with(json::json_pointer(std::string("/recovery/") + key));
    }
  }
}

TEST_CASE("the conditions of Theorem I by name") {
  const json instance = point_instance("abs", one_teacher, near_students);
  const Plain plain(instance, 1, 0.03, 0, near_classes, {});
  const json claim = claim_of(plain, {}, 0.5);
  const json evidence = evidence_i(near_classes);
  const auto with = [&](const char* key, const json& x) {
    json other = evidence;
    other[key] = x;
    return course(instance, claim, other);
  };
  CHECK(course(instance, claim, evidence) == "VERIFIED");
  CHECK_THAT(with("mu", "1.000001"), Contains("not shown: mu is at most"));
  CHECK_THAT(with("mu", "0"), Contains("bad-evidence: evidence.mu"));
  CHECK_THAT(with("delta", "0.2"), Contains("not shown: c > 0"));
  CHECK_THAT(with("delta", "0.0006"), Contains("student 0 lies within delta"));
  CHECK_THAT(with("chi", "-1"), Contains("bad-evidence: evidence.chi"));
  CHECK_THAT(with("classes", {0, nullptr, nullptr}), Contains("bad-evidence: not shown"));
  CHECK_THAT(with("classes", {0, 0, 0}), Contains("not shown: a zero student has no class"));
  CHECK_THAT(with("classes", {nullptr, nullptr, nullptr}), Contains("not shown: Z_i > 0"));
  CHECK_THROWS_AS(with("classes", {0, 0}), InputError);
  CHECK_THROWS_AS(with("classes", {0, 0, 1}), InputError);

  // A student without a class that is not zero, though too small to matter elsewhere.
  const json stray = point_instance("abs", one_teacher, rows("0.7 0.0006; 0.7139 -0.0004; 0 1e-6"));
  json wide = claim;
  wide["envelope"] = json::array({line("1", "1e-3")});
  CHECK_THAT(course(stray, wide, evidence), Contains("not shown: without hand-over"));
  // relu: the other side of the teacher
  const json opposed = point_instance("relu", one_teacher, rows("-0.7 0.0006; 0.7139 -0.0004; 0 0"));
  CHECK_THAT(course(opposed, wide, evidence), Contains("bad-evidence: not shown"));
}

TEST_CASE("the steps that the theorems allow") {
  const json instance = point_instance("abs", one_teacher, near_students);
  const double lbar = Plain(instance, 1, 0.03, 0, near_classes, {}).lbar;
  json claim = claim_of(Plain(instance, 1, 0.03, 0, near_classes, 0.1), 0.1, 0.5);
  claim["envelope"] = json::array({line("1", "1e-12")});
  claim["step"] = text((1 - 1e-12) / lbar);
  CHECK(course(instance, claim, evidence_i(near_classes)) == "VERIFIED");
  claim["step"] = text((1 + 1e-12) / lbar);
  CHECK_THAT(course(instance, claim, evidence_i(near_classes)),
             Contains("bad-evidence: not shown: step lbar <= 1"));

  const json by_g = {{"by", "G"}, {"threshold", Threshold(instance).certificate}};
  claim["envelope"][0]["c"] = "1e-18";
  CHECK(course(instance, claim, by_g) == "VERIFIED");
  claim["step"] = text(2 * (1 - 1e-9) / lbar);
  CHECK(course(instance, claim, by_g) == "VERIFIED");
  claim["step"] = text(2 * (1 + 1e-9) / lbar);
  CHECK_THAT(course(instance, claim, by_g), Contains("bad-evidence: not shown: step lbar < 2"));
}

TEST_CASE("a light student must outweigh the path and FFbar") {
  // The second student has the length x; the first makes the masses add up to nearly 1.
  const auto instance_at = [](double x) {
    const double rest = std::sqrt(1 - x * x - 0.0003);
    return point_instance("abs", one_teacher, rows(text(rest) + " 0; " + text(x) + ' ' + text(1e-3 * x)));
  };
  const json classes = json::array({0, 0});
  const auto boundary = [&](auto holds) {
    double low = 1e-3, high = 0.7;
    for (int n = 0; n < 60; ++n) {
      const double x = (low + high) / 2;
      (holds(x, Plain(instance_at(x), 1, 0.03, 0, classes, {})) ? high : low) = x;
    }
    return high;
  };
  const auto length = [](double x) { return x * std::sqrt(1 + 1e-6); };
  const auto answer_at = [&](double x) {
    const Plain plain(instance_at(x), 1, 0.03, 0, classes, {});
    return course(instance_at(x), claim_of(plain, {}, 1e-6), evidence_i(classes));
  };
  const double path = boundary([&](double x, const Plain& p) { return length(x) > p.path; });
  CHECK_THAT(answer_at(path * (1 - 1e-9)), Contains("not shown: |w_j| - l0 > 0 for student 1"));
  CHECK_THAT(answer_at(path * (1 + 1e-9)), Contains("not shown: 4 FFbar < (|w_j| - l0)^2"));
  const double enough = boundary([&](double x, const Plain& p) {
    return length(x) > p.path &&
           std::pow(length(x) - p.path, 2) * (1 - std::pow(std::cos(0.03), 4)) > 4 * p.budget;
  });
  CHECK(enough > path * 1.01);
  CHECK_THAT(answer_at(enough * (1 - 1e-7)), Contains("not shown: 4 FFbar < (|w_j| - l0)^2"));
  CHECK(answer_at(enough * (1 + 1e-7)) == "VERIFIED");
}

TEST_CASE("convergence by Theorem G, and every constant beyond it") {
  for (const std::string form : {"norm", "unit"}) {
    for (const std::string activation : {"abs", "relu+linear", "relu"}) {
      const bool norm = form == "norm";
      const json students = norm ? rows("0.7 0.0006; 0.7139 -0.0004") : rows("0.5 0.0004; 0.5001 -0.0003");
      const json instance = point_instance(activation, one_teacher, students, form);
      const Threshold threshold(instance);
      const double loss = loss_of(instance), kappa = threshold.kappa;
      const double lbar = Plain(instance, 1, 0.03, 0, {0, 0}, {}).lbar;
      for (const std::optional<double> step : {std::optional<double>(), std::optional<double>(1.5 / lbar)}) {
        if (!norm && step) continue;
        const double beta = step ? *step * (1 - *step * lbar / 2) : 1, stretch = step ? *step / beta : 1;
        const auto claim_at = [&](double slack) {
          const auto less = [&](double x) { return text(x * (1 - slack)); };
          const auto more = [&](double x) { return text(x * (1 + slack)); };
          json claim = {{"kind", "convergence"},
                        {"quantifier", "forall"},
                        {"negated", false},
                        {"dynamics", step ? "descent" : "flow"},
                        {"distance", more(norm ? 4 * stretch / kappa : 3 / kappa)}};
          claim["envelope"] = json::array({line(less(norm ? 1 / std::sqrt(loss) : 1 / std::cbrt(loss)),
                                                less(norm ? beta * kappa * kappa / 2 : kappa * kappa / 3))});
          if (step) claim["step"] = text(*step);
          json recovery = {{"delta1", "1.350"},
                           {"heavy", more(threshold.heavy * threshold.rho)},
                           {"angle", more(threshold.turn * threshold.rho)}};
          for (const auto& [key, x] : threshold.bounds) recovery[key] = more(x * threshold.rho);
          claim["recovery"] = recovery;
          return claim;
        };
        const json evidence = {{"by", "G"}, {"threshold", threshold.certificate}};
        const json good = claim_at(1e-7), beyond = claim_at(-1e-7);
        CHECK(course(instance, good, evidence) == "VERIFIED");
        std::vector<std::string> places{"/envelope/0/a", "/envelope/0/c", "/distance", "/recovery/heavy",
                                        "/recovery/angle"};
        for (const auto& [key, x] : threshold.bounds) places.push_back("/recovery/" + key);
        for (const std::string& place : places) {
          const json::json_pointer pointer(place);
          json claim = good;
          claim[pointer] = beyond[pointer];
          CHECK_THAT(course(instance, claim, evidence),
                     Contains("bad-evidence: not shown: " + pointer.back()));
        }
        json claim = good;
        claim["recovery"]["delta1"] = "1.3500001";
        CHECK_THAT(course(instance, claim, evidence), Contains("delta1 is the certificate's"));
        claim = good;
        claim["linear_rate"] = "1e-9";
        CHECK_THAT(course(instance, claim, evidence), Contains("Theorem G gives no linear_rate"));
      }
    }
  }
}

TEST_CASE("what Theorem G and its certificate must be for the start") {
  const json instance = point_instance("abs", one_teacher, near_students);
  json claim = claim_of(Plain(instance, 1, 0.03, 0, near_classes, {}), {}, 0.5);
  claim["envelope"][0]["c"] = "1e-9";
  const Threshold threshold(instance);
  const auto with = [&](const json& certificate) {
    return course(instance, claim, {{"by", "G"}, {"threshold", certificate}});
  };
  CHECK(with(threshold.certificate) == "VERIFIED");

  json other = threshold.certificate;
  other["evidence"]["S"] = "0.9";
  CHECK_THAT(with(other),
             Contains("bad-evidence: not shown: the threshold certificate within is not verified"));
  other = threshold.certificate;
  other["claim"]["eps0"] = text(threshold.eps0 * 1.01);
  CHECK_THAT(with(other), Contains("is not verified: bad-evidence"));
  other = Threshold(point_instance("abs", one_teacher, near_students, "unit")).certificate;
  CHECK_THAT(with(other), Contains("is not verified: hash-mismatch"));
  other = threshold.certificate;
  other["claim"]["statement"] = "Everything converges.";
  CHECK_THAT(with(other), Contains("is not verified: bad-evidence: the statement"));
  other = threshold.certificate;
  other["claim"]["eps0"] = text(loss_of(instance) * (1 - 1e-9));
  CHECK_THAT(with(other), Contains("bad-evidence: not shown: L(W) <= eps0"));
  other = threshold.certificate;
  other["claim"]["negated"] = true;
  CHECK_THROWS_AS(with(other), InputError);
  other = threshold.certificate;
  other["claim"]["surprise"] = "1";
  CHECK_THROWS_AS(with(other), InputError);
  CHECK_THROWS_AS(with("certificate"), InputError);
  other = threshold.certificate;
  other["evidence"]["by"] = "Z";
  CHECK_THROWS_AS(with(other), Unsupported);

  // No other kind, and no chain of them.
  json chain =
      bound(instance, DigestOf::instance, claim, {{"by", "G"}, {"threshold", threshold.certificate}});
  CHECK_THAT(with(chain), Contains("is not one of the claim threshold"));
  other = threshold.certificate;
  other["claim"]["kind"] = "landscape";
  CHECK_THAT(with(other), Contains("is not one of the claim threshold"));
}

TEST_CASE("the hand-over from Theorem I to Theorem G") {
  // A tiny student of no class, and a loss above eps0.
  const json instance = point_instance("abs", one_teacher, rows("0.994 0.001; 0.003 0.007"));
  const json classes = json::array({0, nullptr});
  const Threshold threshold(instance);
  const double chi = 0.05;
  const Plain plain(instance, 1, 0.03, chi, classes, {});
  REQUIRE(plain.loss > threshold.eps0);
  const double loss_1 = threshold.eps0 * 0.9, level = 1 / std::sqrt(loss_1);
  const double later = threshold.kappa * threshold.kappa / 2;
  const double a_2 = level - later * (level - plain.line_a) / plain.line_c;
  json evidence = evidence_i(classes);
  evidence["chi"] = text(chi);
  evidence["hand_over"] = {{"loss", text(loss_1)}, {"threshold", threshold.certificate}};
  const auto claim_at = [&](double slack) {
    json claim = claim_of(plain, {}, slack);
    claim["envelope"].push_back(line(text(a_2 * (1 - slack)), text(later * (1 - slack))));
    claim["distance"] = text(4 / threshold.kappa * (1 + slack));
    return claim;
  };
  const json good = claim_at(1e-7), beyond = claim_at(-1e-7);
  CHECK(course(instance, good, evidence) == "VERIFIED");
  for (const char* place :
       {"/envelope/0/a", "/envelope/0/c", "/envelope/1/a", "/envelope/1/c", "/distance"}) {
    const json::json_pointer pointer(place);
    json claim = good;
    claim[pointer] = beyond[pointer];
    CHECK_THAT(course(instance, claim, evidence), Contains("bad-evidence: not shown: " + pointer.back()));
  }
  json claim = good;
  claim["envelope"] = json::array({good["envelope"][1], good["envelope"][0]});
  CHECK_THAT(course(instance, claim, evidence), Contains("not shown: a of the envelope"));
  claim["envelope"] = json::array({line(good["envelope"][0]["a"], good["envelope"][1]["c"])});  // below both
  CHECK(course(instance, claim, evidence) == "VERIFIED");
  claim["envelope"] = json::array({good["envelope"][1]});
  CHECK_THAT(course(instance, claim, evidence), Contains("not shown: a of the envelope"));
  claim = good;
  claim["linear_rate"] = "1e-9";
  CHECK_THAT(course(instance, claim, evidence), Contains("a hand-over gives no linear_rate"));
  claim = good;
  claim["recovery"] = {{"classes", classes}, {"delta", "0.03"}, {"residual", "100"}};
  CHECK_THAT(course(instance, claim, evidence), Contains("a hand-over gives no recovery"));

  // (ii): sum_S |p_j| (L_0 / L_1)^growth <= chi sqrt(2 L_1)
  const double free = 0.003 * 0.003 + 0.007 * 0.007;
  const auto small = [&](double x) {
    json other = evidence;
    other["chi"] = text(x);
    json weak = good;
    weak["envelope"] = json::array({line("1", "1e-9")});
    weak["distance"] = "1e9";
    return course(instance, weak, other);
  };
  double low = 0, high = chi;
  for (int n = 0; n < 60; ++n) {
    const double x = (low + high) / 2;
    const Plain p(instance, 1, 0.03, x, classes, {});
    (free * std::pow(p.loss / loss_1, p.growth) <= x * std::sqrt(2 * loss_1) ? high : low) = x;
  }
  CHECK(small(high * (1 + 1e-7)) == "VERIFIED");
  CHECK_THAT(small(high * (1 - 1e-7)), Contains("bad-evidence: not shown: sum_S |p_j|"));

  json other = evidence;
  other["hand_over"]["loss"] = text(threshold.eps0 * 1.0001);
  CHECK_THAT(course(instance, good, other), Contains("not shown: L_1 <= eps0"));
  other["hand_over"]["loss"] = "0";
  CHECK_THAT(course(instance, good, other), Contains("evidence.hand_over.loss must be positive"));
  const json near = point_instance("abs", one_teacher, near_students);  // already below L_1
  other = evidence;
  other["classes"] = near_classes;
  CHECK_THAT(course(near, claim_of(Plain(near, 1, 0.03, chi, near_classes, {}), {}, 0.5), other),
             Contains("not shown: L_1 < L(W)"));
}

TEST_CASE("where students end") {
  const json teacher = rows("1 0; 0 1");
  const json students = rows("1.00001 0.000001; 0.000002 0.99999");
  const json classes = json::array({0, 1});
  for (const std::string activation : {"abs", "relu"}) {
    const json instance = point_instance(activation, teacher, students);
    const Plain plain(instance, 0.36, 0.001, 0, classes, {});
    json claim = claim_of(plain, {}, 1e-6);
    claim["distance"] = text(plain.distance * 1.000001);
    const json evidence = evidence_i(classes, "0.001", "0.36");
    const auto ends = [&](const json& limit) {
      claim["limit"] = limit;
      return course(instance, claim, evidence);
    };
    CHECK(ends({0, 1}) == "VERIFIED");
    CHECK(ends({0, nullptr}) == "VERIFIED");
    CHECK_THAT(ends({1, nullptr}), Contains("bad-evidence: not shown: limit: student 0"));
    CHECK_THAT(ends({nullptr, 0}), Contains("bad-evidence: not shown: limit: student 1"));
    CHECK_THROWS_AS(ends({0}), InputError);
    claim["limit"] = classes;
    claim.erase("distance");
    CHECK_THROWS_AS(course(instance, claim, evidence), InputError);
  }
}

TEST_CASE("targets follow from the envelope or the linear rate") {
  const json instance = point_instance("abs", one_teacher, near_students);
  const Plain plain(instance, 1, 0.03, 0, near_classes, {});
  json claim = claim_of(plain, {}, 0.5);
  claim["envelope"] = json::array({line("1", "1/2")});
  const auto reached = [&](const char* loss, const char* steps) {
    claim["target"] = {{"loss", loss}, {"steps", steps}};
    return course(instance, claim, evidence_i(near_classes));
  };
  CHECK(reached("1/36", "10") == "VERIFIED");  // equality
  CHECK_THAT(reached("0.0277", "10"), Contains("bad-evidence: not shown: target"));
  CHECK(reached("1", "0") == "VERIFIED");
  claim["linear_rate"] = "10";
  CHECK(reached("1/100", "10") == "VERIFIED");
  CHECK_THAT(reached("0.00999", "10"), Contains("bad-evidence: not shown: target"));
}

TEST_CASE("starts that the claim is not about") {
  const json evidence = evidence_i({0});
  const json claim = {{"kind", "convergence"},
                      {"quantifier", "forall"},
                      {"negated", false},
                      {"dynamics", "flow"},
                      {"envelope", json::array({line("1", "1")})}};
  const auto at = [&](const json& instance) { return course(instance, claim, evidence); };
  CHECK_THAT(at(point_instance("abs", one_teacher, rows("1 0"))), Contains("bad-evidence: L(W) = 0"));
  CHECK_THAT(at(point_instance("abs", one_teacher, rows("[0.9,1.1] 0"))),
             Contains("bad-evidence: the claim is about exact"));
  CHECK_THAT(at(point_instance("abs", rows("0 0"), rows("1 0"))), Contains("refuted: teacher 0 is zero"));
  CHECK_THAT(at(point_instance("abs", one_teacher, rows("0 0"), "unit")),
             Contains("refuted: the gradient is undefined"));
  CHECK_THAT(at(point_instance("abs", one_teacher, rows("0.9 0"), "unit")),
             Contains("Theorem I is about students in norm form"));
  json descent = claim;
  descent["dynamics"] = "descent";
  descent["step"] = "0.01";
  const json unit = point_instance("abs", one_teacher, rows("0.999 0"), "unit");
  CHECK_THAT(course(unit, descent, {{"by", "G"}, {"threshold", Threshold(unit).certificate}}),
             Contains("Theorem G is about the flow only"));

  const json instance = point_instance("abs", one_teacher, rows("0.9 0"));
  const auto malformed = [&](const char* key, const json& x) {
    json other = claim;
    other[key] = x;
    CHECK_THROWS_AS(course(instance, other, evidence), InputError);
  };
  malformed("step", "0.1");
  malformed("dynamics", "momentum");
  malformed("negated", true);
  malformed("envelope", json::array());
  malformed("envelope", json::array({line("0", "1")}));
  malformed("linear_rate", "0");
  malformed("recovery", {{"residual", "1"}});
  malformed("recovery", {{"delta1", "1"}, {"classes", {0}}, {"residual", "1"}});
  malformed("recovery", {{"delta1", "1.5708"}, {"residual", "1"}});
  malformed("recovery", {{"delta1", "1"}, {"residual", "1"}, {"angle", "1"}});
  malformed("recovery", {{"classes", {0}}, {"delta", "0.1"}, {"far_mass", "1"}});
  malformed("recovery", {{"classes", {0}}, {"residual", "1"}});
  malformed("recovery", {{"classes", {0}}, {"delta", "0.1"}});
  malformed("target", {{"loss", "1"}, {"steps", "-1"}});
  malformed("surprise", "1");
}

TEST_CASE("the sentence of a convergence claim") {
  const json instance = point_instance("relu", one_teacher, rows("0.9 0"));
  const json claim = {
      {"kind", "convergence"},
      {"quantifier", "forall"},
      {"negated", false},
      {"dynamics", "descent"},
      {"step", "0.1"},
      {"envelope", json::array({line("1", "0.2"), line("0.5", "2")})},
      {"linear_rate", "3"},
      {"distance", "4"},
      {"limit", {0}},
      {"recovery", {{"delta1", "1.2"}, {"residual", "5"}, {"opposed", "6"}, {"heavy", "7"}, {"angle", "8"}}},
      {"target", {{"loss", "9"}, {"steps", "10"}}},
      {"statement",
       "For the relu network with d = 2, m = 1 norm-form students and r = 1 unit-form teachers, at the "
       "given weights, gradient descent with step 0.1 from there satisfies for every t: L(W_t) <= min(1 "
       "+ 0.2 * t, 0.5 + 2 * t)^(-2); L(W_t) * 3 * t <= 1; W_t tends to a limit of zero loss within 4 * "
       "min(1 + 0.2 * t, 0.5 + 2 * t)^(-1/2); every student with a listed limit ends on the ray of that "
       "teacher; with e(t) = min(1 + 0.2 * t, 0.5 + 2 * t)^(-1) and classes by the nearest line within "
       "1.2 radians, the residuals are at most 5 * e(t) and the mass that points away from its teacher "
       "is at most 6 * e(t) and every student of mass M above 7 * e(t) has 2 sin(theta / 2) <= (8 * e(t) "
       "/ M)^(2/3); L(W_t) <= 9 for every t >= 10."}};
  CHECK_THAT(course(instance, claim, evidence_i({0})), Contains("Theorem I gives no recovery with delta1"));

  const json flow = {
      {"kind", "convergence"},
      {"quantifier", "forall"},
      {"negated", false},
      {"dynamics", "flow"},
      {"envelope", json::array({line("1", "0.2")})},
      {"distance", "4"},
      {"recovery", {{"classes", {0}}, {"delta", "0.1"}, {"deficit", "5"}, {"angle", "8"}}},
      {"statement",
       "For the abs network with d = 2, m = 1 unit-form students and r = 1 unit-form teachers, at the given "
       "weights, the absorbing gradient flow from there satisfies for every t: L(W_t) <= (1 + 0.2 * "
       "t)^(-3); W_t tends to a limit of zero loss within 4 * (1 + 0.2 * t)^(-1); with e(t) = (1 + 0.2 * "
       "t)^(-3/2) and the listed classes, every student of a class stays within 0.1 radians of its teacher "
       "and every class has at least the mass of its teacher less 5 * e(t) and every student of mass M in "
       "a class has 2 sin(theta / 2) <= (8 * e(t) / M)^(2/3)."}};
  CHECK_THAT(course(point_instance("abs", one_teacher, rows("0.9 0"), "unit"), flow, evidence_i({0})),
             Contains("Theorem I is about students in norm form"));
}

TEST_CASE("recovery below a loss, and every constant beyond it") {
  for (const std::string activation : {"abs", "relu+linear", "relu"}) {
    const json instance = point_instance(activation, one_teacher, rows("1 0"));
    const Threshold threshold(instance);
    const double rho = threshold.rho * 1e-4;
    const double mass = 2 * threshold.heavy * rho;
    const double angle = 2 * std::asin(std::pow(threshold.turn * rho / mass, 2.0 / 3) / 2);
    const auto claim_at = [&](double slack) {
      const auto more = [&](double x) { return text(x * (1 + slack)); };
      json claim = {{"kind", "recovery-for-all"}, {"quantifier", "forall-students"},
                    {"negated", false},           {"loss", "1e-8"},
                    {"delta1", "1.35"},           {"mass", text(mass)},
                    {"angle", more(angle)}};
      for (const auto& [key, x] : threshold.bounds) claim[key] = more(x * rho);
      return claim;
    };
    const auto result = [&](const json& claim) {
      const json evidence = {{"by", "G"}, {"threshold", threshold.certificate}};
      return answer(instance, bound(instance, DigestOf::teacher, claim, evidence));
    };
    const json good = claim_at(1e-7), beyond = claim_at(-1e-7);
    CHECK(result(good) == "VERIFIED");
    for (const auto& [key, x] : threshold.bounds) {
      json claim = good;
      claim[key] = beyond[key];
      CHECK_THAT(result(claim), Contains("bad-evidence: not shown: " + key));
    }
    json claim = good;
    claim["angle"] = beyond["angle"];
    CHECK_THAT(result(claim), Contains("bad-evidence: not shown: angle"));
    claim = good;
    const double far = threshold.bounds.at("far_mass") * rho;
    claim["mass"] = text(far * (1 - 1e-9));
    CHECK_THAT(result(claim), Contains("bad-evidence: not shown: mass"));
    claim["mass"] = text(far * (1 + 1e-9));  // has a class, no more
    claim["angle"] = "1.35";
    CHECK(result(claim) == "VERIFIED");
    // By the misalignment alone, where b rho / mass is no help.
    claim["mass"] = text(2.5 * far);
    const double wide =
        2 * std::asin(std::sqrt(2 * threshold.bounds.at("misalignment") * rho / (2.5 * far)) / 2);
    REQUIRE(wide < 1.35);
    claim["angle"] = text(wide * (1 + 1e-9));
    CHECK(result(claim) == "VERIFIED");
    claim["angle"] = text(wide * (1 - 1e-9));
    CHECK_THAT(result(claim), Contains("bad-evidence: not shown: angle"));
    claim = good;
    claim["delta1"] = "1.3";
    CHECK_THAT(result(claim), Contains("bad-evidence: delta1"));
    claim = good;
    claim["opposed"] = "1e9";
    CHECK_THAT(result(claim), Contains(activation == "relu" ? "VERIFIED" : "refuted: opposed is for relu"));
    claim = good;
    claim.erase("angle");
    CHECK_THROWS_AS(result(claim), InputError);
  }
  const json instance = point_instance("abs", one_teacher, rows("1 0"));
  const json claim = {
      {"kind", "recovery-for-all"},
      {"quantifier", "forall-students"},
      {"negated", false},
      {"loss", "1e-8"},
      {"delta1", "1.35"},
      {"misalignment", "1"},
      {"far_mass", "2"},
      {"mass", "3"},
      {"angle", "1.4"},
      {"statement",
       "For the abs network with r = 1 unit-form teachers, for every number of norm-form students, in "
       "every dimension, and every choice W of their weights with L(W) <= 1e-8, classes by the nearest "
       "line within 1.35 radians: the misalignment is at most 1 and the far mass is at most 2 and every "
       "student of mass at least 3 lies within 1.4 radians of a teacher's line."}};
  const json evidence = {{"by", "G"}, {"threshold", Threshold(instance).certificate}};
  CHECK(answer(instance, bound(instance, DigestOf::teacher, claim, evidence)) == "VERIFIED");
}

#pragma once
// The loss and its gradient from the arc-cosine kernel, in ball arithmetic.
//
// For vectors u, v at angle t let rho = (2/pi) atan2(cos t, sin t) = 1 - 2t/pi. For x ~ N(0, I) (docs/theory,
// section 6; Zhou, Ge and Jin, COLT 2021):
//
//   K(u, v) = E |u.x| |v.x| = |u| |v| ((2/pi) sin t + rho cos t),
//   E sign(u.x) |v.x| x = rho v + (2/pi) |v| sin t u/|u|,
//   L_abs = 1/2 sum over all ordered pairs of +-K(p, q)     (+ for students, - for teachers),
//   L_relu = L_abs / 4 + |sum of +-p|^2 / 8,                L_relu+linear = L_abs / 4.
//
// In unit form p = w; in norm form p = |w| w and grad_w = |w| (I + ww^T/|w|^2) grad_p.

#include <chrono>
#include <optional>

#include "ball.hpp"
#include "instance.hpp"

namespace lojaverify {

/// Thrown when the time that the user allowed has run out.
struct OutOfTime {};

struct Deadline {
  std::optional<std::chrono::steady_clock::time_point> end;  // none: never
  void check() const {
    if (end && std::chrono::steady_clock::now() > *end) throw OutOfTime{};
  }
};

/// One neuron at one precision. Where its row has no boxes it keeps the row in integers, so that c and S^2 of
/// two such neurons are exact before they are rounded once: nearly parallel vectors lose nothing.
struct Neuron {
  int sign = 1;  // students +1, teachers -1
  Form form = Form::unit;
  std::optional<IntegerRow> exact;
  Ball norm;                    // |w|
  std::vector<Ball> direction;  // w / |w|; entries of [-1, 1] where w may be 0
  std::vector<Ball> p;          // the effective vector
  Ball mass;                    // |p|
  Ball mass_squared;            // without the error of a root where it is rational
};

[[nodiscard]] Neuron make_neuron(const Row& row, Form form, int sign, slong bits);
[[nodiscard]] std::vector<Neuron> make_neurons(const Instance& instance, slong bits);  // students first

/// The angle t of two different neurons, by its cosine and sine, and rho. If one can be 0, t is any angle.
struct Pair {
  Ball cosine, sine, rho;
};

[[nodiscard]] Pair make_pair_of(const Neuron& u, const Neuron& v, slong bits);

/// K of the effective vectors.
[[nodiscard]] Ball kernel(const Neuron& u, const Neuron& v, const Pair& pair, slong bits);

/// L(W) and grad L(W), enclosed for every choice of the numbers in the instance's boxes.
struct Landscape {
  Ball loss;
  std::vector<std::vector<Ball>> gradient;  // m x d; without meaning where it is undefined
  [[nodiscard]] Ball gradient_norm(slong bits) const;
};

/// L = 0 is recognised exactly.
[[nodiscard]] Landscape landscape_of(const Instance& instance, slong bits, const Deadline& deadline);

}  // namespace lojaverify

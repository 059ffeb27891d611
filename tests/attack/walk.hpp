#pragma once
// The local search: from one student to worse ones, where the gradient is small for the loss.

#include "families.hpp"
#include "fast_landscape.hpp"

#include <functional>
#include <vector>

namespace lojacert::attack {

/// Steps that lower log(||grad L|| / L^beta) with L at most `cap`: turns of one student against another,
/// small random moves of some, of all, changes of mass, gradient descent, and the Newton step that balances
/// every class (the minimum over the teachers' tangent space).
class Walk {
 public:
  struct Limits {
    double beta = 0.75;
    double cap = 0;           ///< of the loss
    double widest_angle = 4;  ///< of a student to its teacher
    std::size_t steps = 40;
  };
  using Seen = std::function<void(const std::vector<DoubleDouble>&, const Measure&)>;

  Walk(FastLandscape& landscape, Dice& dice);

  /// Starts at `students` and calls `seen` for every student that it looks at.
  void run(std::vector<DoubleDouble> students, const Limits& limits, const Seen& seen);

 private:
  [[nodiscard]] double height(const Measure& measure, const Limits& limits) const;
  void remember();
  void exchange(std::vector<DoubleDouble>& p, double rho, double size);
  void scatter(std::vector<DoubleDouble>& p, double rho, double size);
  void resize(std::vector<DoubleDouble>& p, double rho, double size);
  void descend(std::vector<DoubleDouble>& p, double step);
  void balance(std::vector<DoubleDouble>& p);

  FastLandscape& landscape_;
  Dice& dice_;
  std::size_t d_;
  std::vector<double> inverse_gram_;  // (r d)^2: the inverse of the teachers' tangent Gram matrix
  // The current student's gradient, masses, nearest teachers and signs.
  std::vector<double> gradient_;
  std::vector<double> masses_;
  std::vector<std::size_t> nearest_;
  std::vector<int> signs_;
};

}  // namespace lojacert::attack

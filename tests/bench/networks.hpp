#pragma once
// What is evaluated: networks of the same kinds in every run, abs activation, unit form, all numbers doubles.

#include <lojacert/ball/double_network.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <string>

namespace bench {

struct Size {
  std::size_t dimension;
  std::size_t students;
  std::size_t teachers;

  [[nodiscard]] std::string name() const;  ///< "50x100x50": d, m, r
};

/// Students and teachers N(0, I/d), far from convergence.
[[nodiscard]] lojacert::ball::DoubleNetwork random_network(const Size& size);

/// r = 20 teachers v ~ N(0, I/d), d = 50, and for each two students v/2 + eps N(0, I/d) and v minus that.
[[nodiscard]] lojacert::ball::DoubleNetwork near_convergence(double eps);

/// The eps of the benchmarks near convergence: L is about 3e-8, 3e-17, 3e-29.
inline constexpr double distances[] = {1e-3, 1e-6, 1e-10};
[[nodiscard]] std::string name_of(double eps);  ///< "1e-03"

/// The same numbers, exactly.
[[nodiscard]] lojacert::Instance as_instance(const lojacert::ball::DoubleNetwork& network);

}  // namespace bench

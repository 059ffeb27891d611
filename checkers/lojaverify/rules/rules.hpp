#pragma once
// One reader per claim kind, each in the file of its name.

#include "../verdict.hpp"

namespace lojaverify {

[[nodiscard]] std::unique_ptr<Rule> read_loss(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_gradient(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_lojasiewicz(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_recovery(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_not_pl(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_not_convex(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_teacher(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_landscape(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_threshold(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_recovery_for_all(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_convergence(const Json& claim, const Shape& shape);
[[nodiscard]] std::unique_ptr<Rule> read_trajectory(const Json& claim, const Shape& shape);

}  // namespace lojaverify

#pragma once
// "Did you mean": the word that a mistyped one was perhaps meant to be.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lojacert::program {

/// The fewest insertions, deletions, replacements and exchanges of neighbours that lead from one word to the
/// other, no place changed twice (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, where it is within one change per three letters (at least one) or begins
/// with `word`; the first of equally near ones.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

/// `; did you mean "CANDIDATE"?`, or nothing where none is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace lojacert::program

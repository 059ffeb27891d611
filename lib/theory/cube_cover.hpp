#pragma once
// Directions v / |v| by boxes on the faces of a cube, and their subdivision: docs/theory/sphere.md.

#include <lojacert/enclosure/double_interval.hpp>
#include <lojacert/theory/sphere.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace lojacert {

/// v in a box, one of whose coordinates is fixed at 1 or -1.
struct CubeBox {
  std::vector<std::pair<double, double>> ranges;
};

[[nodiscard]] double width(const CubeBox& box);  ///< of the widest side

/// An enclosure of <u, v>; the spans have one length.
[[nodiscard]] DoubleInterval dot(std::span<const DoubleInterval> u, std::span<const DoubleInterval> v);

/// What a check says of one box: the condition holds on it, is not proved, or fails at its centre.
enum class Answer { proved, open, violated };

/// When a subdivision ends without a proof: at boxes narrower than `smallest`, at max_boxes, or after `trial`
/// boxes, if the share that is done by then says that `allowance` times max_boxes will not do.
struct Patience {
  std::size_t max_boxes;
  std::size_t trial;
  double allowance;
  double smallest;
};

/// The box at which a subdivision ended, with the last answer.
struct Unproved {
  CubeBox box;
  Answer answer = Answer::open;
  bool gave_up = false;  ///< too many boxes
};

/// Halves the faces until `check(box)` proves each part; nothing is returned where that succeeds. A violated
/// box ends it once it is small. `boxes` counts the checks.
template <class Check>
[[nodiscard]] std::optional<Unproved> subdivide(const std::vector<CubeBox>& faces, const Patience& patience,
                                                std::size_t& boxes, const Check& check);

/// The halves along the widest side.
[[nodiscard]] std::array<CubeBox, 2> halves(const CubeBox& box);

template <class Check>
std::optional<Unproved> subdivide(const std::vector<CubeBox>& faces, const Patience& patience,
                                  std::size_t& boxes, const Check& check) {
  constexpr double small = 0.05;
  std::vector<std::pair<CubeBox, double>> waiting;  // with their shares of the whole
  for (const CubeBox& face : faces) waiting.emplace_back(face, 1 / static_cast<double>(faces.size()));
  const std::size_t before = boxes;
  double done = 0;
  while (!waiting.empty()) {
    const auto [box, share] = std::move(waiting.back());
    waiting.pop_back();
    ++boxes;
    const Answer answer = check(box);
    if (answer == Answer::proved) {
      done += share;
      continue;
    }
    const std::size_t count = boxes - before;
    const bool hopeless =
        count > patience.trial &&
        done * patience.allowance * static_cast<double>(patience.max_boxes) < static_cast<double>(count);
    const bool gave_up = hopeless || count >= patience.max_boxes;
    if (gave_up || width(box) < patience.smallest || (answer == Answer::violated && width(box) < small))
      return Unproved{box, answer, gave_up};
    for (const CubeBox& part : halves(box)) waiting.emplace_back(part, share / 2);
  }
  return std::nullopt;
}

}  // namespace lojacert

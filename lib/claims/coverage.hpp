#pragma once
// Which claims exist, and for which networks: the table of README and of `lojacert claims`.

#include <span>

namespace lojacert {

struct Coverage {
  const char* claim;
  const char* about;       ///< what is claimed, in words
  const char* activation;  ///< for which activations
  const char* forms;       ///< for which neuron forms
  const char* points_boxes;
  const char* limits;  ///< what is refused or stays open, and why
};

[[nodiscard]] std::span<const Coverage> coverage();

}  // namespace lojacert

#pragma once
// Instances and their digests: certificates/README.md, sections 2 and 3.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exact.hpp"
#include "json.hpp"

namespace lojaverify {

enum class Activation { abs, relu, relu_linear };
enum class Form { unit, norm };  // p = w, or p = |w| w

[[nodiscard]] std::string name_of(Activation activation);
[[nodiscard]] std::string name_of(Form form);

using Row = std::vector<Box>;

/// Teacher and student rows with exact ends. It stands for every choice of the numbers in its boxes.
struct Instance {
  Activation activation = Activation::abs;
  Form neuron = Form::norm;
  Form teacher_neuron = Form::unit;
  bool gram = false;         // `teacher` is then the r x r Gram matrix
  std::vector<Row> teacher;  // r rows of d entries
  std::vector<Row> student;  // m rows of d entries; empty where the instance is a teacher alone

  [[nodiscard]] std::size_t d() const { return teacher.front().size(); }
  [[nodiscard]] bool is_point() const;
  /// The relation of the network to lines instead of directions: |p.x| = |-p.x|.
  [[nodiscard]] bool is_even() const { return activation != Activation::relu; }
};

[[nodiscard]] Instance read_instance(const Json& json);  // throws InputError or Unsupported
[[nodiscard]] std::vector<Row> read_rows(const Json& json);

[[nodiscard]] bool is_point(const Row& row);
[[nodiscard]] bool can_be_zero(const Row& row);

using TextSink = std::function<void(std::string_view)>;
enum class DigestOf { instance, teacher };

void write_canonical(const Instance& instance, DigestOf part, const TextSink& sink);
/// "sha256:" and 64 hexadecimal digits.
[[nodiscard]] std::string digest(const Instance& instance, DigestOf part);

}  // namespace lojaverify

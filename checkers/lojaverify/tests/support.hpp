#pragma once
// What the C++ tests share.

#include <catch2/catch.hpp>

#include "instance.hpp"
#include "json.hpp"

namespace lojaverify::test {

inline Instance instance_of(const std::string& text) {
  const Document document("test", text);
  return read_instance(document.root());
}

/// An instance from the JSON texts of its rows.
inline Instance network(const std::string& activation, const std::string& neuron,
                        const std::string& teacher_neuron, const std::string& teacher,
                        const std::string& student) {
  return instance_of(R"({"format": "lojacert-instance/1", "activation": ")" + activation +
                     R"(", "neuron": ")" + neuron + R"(", "teacher_neuron": ")" + teacher_neuron +
                     R"(", "teacher": )" + teacher + R"(, "student": )" + student + "}");
}

}  // namespace lojaverify::test

#pragma once
// Readers and writers of instances: lojacert-instance/1 (JSON), .npy and .npz.

#include <lojacert/network/instance.hpp>

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace lojacert {

/// What a NumPy file does not say and is never guessed.
struct ArrayForms {
  std::optional<Activation> activation;
  std::optional<NeuronForm> neuron;
  std::optional<NeuronForm> teacher_neuron;
};

/// Reads a JSON instance; `label` names the source in messages. Throws InputError.
[[nodiscard]] Instance read_instance_json(std::istream& in, const std::string& label);

/// Reads an instance file: JSON, or .npz (by content, not by name); `-` is standard input. Throws InputError.
/// `forms` is required for .npz and refused for JSON (which says it itself).
[[nodiscard]] Instance read_instance(const std::string& path, const ArrayForms& forms = {});

/// Reads a teacher and a student from two .npy files (an empty student path: none).
[[nodiscard]] Instance read_instance_npy(const std::string& teacher_path, const std::string& student_path,
                                         const ArrayForms& forms);

/// The instance as JSON text: doubles and dyadics as hexadecimal floats in strings, other rationals as p/q,
/// boxes as [lo, hi]. Reading it back gives the same rationals and the same digests.
[[nodiscard]] std::string instance_json(const Instance& instance);

/// The instance with every entry in canonical p/q form, for embedding in a certificate.
[[nodiscard]] std::string canonical_instance_json(const Instance& instance);

}  // namespace lojacert

#pragma once
// What the kinds of `lojacert make` share.

#include "program.hpp"

#include <lojacert/network/json.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace lojacert::program {

/// Where the instance goes and what it is called; every kind has these.
struct OutputOptions {
  std::string path;
  std::string name;
  void add_to(CLI::App& command);
};

/// Activation and neuron forms of a new instance, with stated defaults.
struct FormOptions {
  std::string activation = "abs";
  std::string neuron = "norm";
  std::string teacher_neuron = "unit";
  void add_to(CLI::App& command);
  [[nodiscard]] Instance empty_instance() const;  ///< throws InputError
};

/// Members of a provenance object.
using Provenance = std::vector<std::pair<std::string, json::Value>>;

/// `{"made_by": "lojacert make KIND", "version": ..., members...}` as JSON text.
[[nodiscard]] std::string provenance_text(const std::string& kind, Provenance members);
/// {"name", "digest", "provenance"} of the instance that a kind starts from.
[[nodiscard]] json::Value source_value(const Instance& source);

/// Writes the instance and reports its shape, its loss where it has one, and its digest as `c ` lines
/// (standard error when the instance goes to standard output).
void write_instance(const Instance& instance, const OutputOptions& output);

/// Adds the command `kind`; `work` runs once its options are parsed, and the command then ends with DONE.
CLI::App* add_kind(CLI::App& make, Result& result, const std::string& kind, const std::string& description,
                   std::function<void()> work);

// One function per kind, in make_*.cpp.
void add_make_orthonormal(CLI::App& make, Result& result);
void add_make_polygon(CLI::App& make, Result& result);
void add_make_random(CLI::App& make, Result& result);
void add_make_split(CLI::App& make, Result& result);
void add_make_tilt(CLI::App& make, Result& result);
void add_make_contract(CLI::App& make, Result& result);
void add_make_init(CLI::App& make, Result& result);
void add_make_critical(CLI::App& make, Result& result);
void add_make_import(CLI::App& make, Result& result);

}  // namespace lojacert::program

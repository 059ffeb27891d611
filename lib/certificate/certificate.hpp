#pragma once
// Certificates: lojacert-certificate/1 (certificates/README.md, section 5).

#include <lojacert/network/instance.hpp>
#include <lojacert/network/json.hpp>

#include <string>

namespace lojacert {

/// What a claim is about, and so what its certificate is bound to: an instance with its weights, or its
/// teacher alone.
enum class Subject { weights, teacher };

/// What is known about the run that made a certificate: informative, never verified.
struct Producer {
  std::string time;  ///< UTC, ISO 8601
  double seconds = 0;
  long peak_kilobytes = 0;
  std::string rung;  ///< of the precision ladder: what decided
};

/// The whole certificate as a JSON document, bound to the instance by its digest, or by its teacher's; with
/// `embed` the canonical instance is inside, without its students where the teacher is the subject.
[[nodiscard]] json::Value certificate(const Instance& instance, Subject subject, json::Value claim,
                                      json::Value evidence, const Producer& producer, bool embed);

/// This library's version and those of the libraries that its enclosures rest on, as "name version" texts.
[[nodiscard]] std::vector<std::string> library_versions();

}  // namespace lojacert

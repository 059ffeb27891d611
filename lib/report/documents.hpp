#pragma once
// What the page of a certificate or a trajectory shows beside the file itself: the network, and values at its
// weights. Enclosures are rigorous and rounded outward.

#include <lojacert/network/instance.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/network/trajectory_file.hpp>

#include <optional>
#include <string>
#include <vector>

namespace lojacert {

/// What the verifier answered about a certificate.
struct Verification {
  std::string program;             ///< name and version, as the verifier says them
  std::string status;              ///< "VERIFIED", "NOT VERIFIED" or "UNSUPPORTED"
  std::vector<std::string> lines;  ///< its lines of detail, with the reason where there is one
  std::string instance;            ///< the instance file that it read; empty: the one in the certificate
};

/// Kinds of claims that are about a teacher and bound to its digest (certificates/README.md, section 4.7).
[[nodiscard]] bool is_about_teacher(const std::string& claim_kind);

/// The document of a certificate (`lojacert-certificate/1` as read from `file`) about `instance`:
/// {"format", "file", "certificate", "verification", "network", "evaluation", "recorded"}. Long lists of the
/// evidence and recorded iterates are left out of "certificate". "verification" is null where there was none.
/// "evaluation" encloses loss, gradient norm and ||grad L|| / L^beta at the given weights; "recorded" the
/// same of the iterates of a `trajectory` claim, thinned out; both null where there are none, or more than
/// 256 students.
[[nodiscard]] json::Value certificate_document(const std::string& file, const json::Value& certificate,
                                               const Instance& instance,
                                               const std::optional<Verification>& verification);

/// The document of a recorded descent: {"format", "file", "step", "iterates", "network", "recorded"}.
[[nodiscard]] json::Value trajectory_document(const std::string& file, const RecordedDescent& descent);

}  // namespace lojacert

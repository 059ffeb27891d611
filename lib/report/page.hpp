#pragma once
// One self-contained HTML page for any number of documents: certificates, trajectories, audits, stress tests.

#include <lojacert/network/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace lojacert {

/// Whether the page knows documents of this `format`.
[[nodiscard]] bool is_reported(std::string_view format);

/// The page that shows `documents` in this order: one HTML file without references to anything outside it.
/// Each document is an object whose `format` the page knows: `lojacert-audit/1` and `lojacert-stress/1` as
/// those commands print them, and what certificate_document() and trajectory_document() (documents.hpp) make.
/// The documents stand in the page unchanged, as JSON in a script element from which no text can break out.
/// `title` is plain text. Throws InputError where a document has no known `format`, and where this build has
/// no page (LOJACERT_BUILD_REPORT=OFF).
[[nodiscard]] std::string report_page(const std::vector<json::Value>& documents, const std::string& title);

}  // namespace lojacert

// lojacert claims: the coverage table.

#include "program.hpp"
#include "text.hpp"

#include <lojacert/claims/coverage.hpp>
#include <lojacert/network/json.hpp>

#include <fmt/format.h>

#include <memory>

namespace lojacert::program {

namespace {

Outcome run(bool as_json) {
  Outcome outcome{Status::done};
  if (!as_json) {
    comment(fmt::format("{:<12} {:<46} {:<23} {:<11} {:<14} {}", "claim", "about", "activations", "forms",
                        "instances", "limits"));
    for (const Coverage& row : coverage()) {
      comment(fmt::format("{:<12} {:<46} {:<23} {:<11} {:<14} {}", row.claim, row.about, row.activation,
                          row.forms, row.points_boxes, row.limits));
    }
    return outcome;
  }
  json::Value rows = json::array();
  for (const Coverage& row : coverage()) {
    rows.items.push_back(json::object({{"claim", json::string(row.claim)},
                                       {"about", json::string(row.about)},
                                       {"activations", json::string(row.activation)},
                                       {"forms", json::string(row.forms)},
                                       {"instances", json::string(row.points_boxes)},
                                       {"limits", json::string(row.limits)}}));
  }
  outcome.json = json::dump(
      json::object({{"claims", std::move(rows)}, {"status", json::string(status_word(outcome.status))}}));
  return outcome;
}

}  // namespace

void add_claims(CLI::App& app, Result& result) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("claims", "List the claims and what each covers");
  command->add_flag("--json", *as_json, "Print one JSON object");
  command->footer(examples({"lojacert claims"}));
  command->callback([as_json, &result] { result = {true, run(*as_json)}; });
}

}  // namespace lojacert::program

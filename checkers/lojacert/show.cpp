// lojacert show: a certificate for a person. It is read, not verified.

#include "program.hpp"
#include "text.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/json.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>

namespace lojacert::program {

namespace {

json::Value read_document(const std::string& path) {
  if (path == "-") return json::parse(std::cin, "standard input");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path + ": cannot be opened for reading; check the name and the permissions");
  return json::parse(in, path);
}

/// A scalar as it stands; something larger by its size.
std::string short_text(const json::Value& value) {
  switch (value.kind) {
    case json::Kind::string:
    case json::Kind::number:
      return value.text;
    case json::Kind::boolean:
      return value.boolean ? "true" : "false";
    case json::Kind::null:
      return "null";
    case json::Kind::array:
      return fmt::format("({} entries)", value.items.size());
    case json::Kind::object:
      break;
  }
  const json::Value* lo = value.find("lo");
  const json::Value* hi = value.find("hi");
  if (lo != nullptr && hi != nullptr) return fmt::format("[{}, {}]", short_text(*lo), short_text(*hi));
  return fmt::format("({} members)", value.members.size());
}

void print_members(const char* title, const json::Value& object) {
  comment(title);
  for (const auto& [key, value] : object.members) {
    if (key == "statement") continue;
    comment(fmt::format("  {:<16} {}", key, short_text(value)));
  }
}

Outcome run(const std::string& path) {
  const json::Value document = read_document(path);
  const std::string label = path == "-" ? "standard input" : path;
  if (document.kind != json::Kind::object || document.find("format") == nullptr ||
      document.at("format").as_string() != "lojacert-certificate/1") {
    throw InputError(label + ": format: is not lojacert-certificate/1; show reads certificates");
  }
  const json::Value& claim = document.at("claim");
  if (const json::Value* statement = claim.find("statement")) comment("claims: " + statement->as_string());
  print_members("claim", claim);
  print_members("instance", document.at("instance"));
  if (const json::Value* evidence = document.find("evidence"))
    print_members("evidence (hints, not trusted)", *evidence);
  if (const json::Value* producer = document.find("producer"))
    print_members("producer (informative)", *producer);
  comment("this only shows the file; lojaverify checks it");
  return {Status::done};
}

}  // namespace

void add_show(CLI::App& app, Result& result) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("show", "Print a certificate for a person (does not verify it)");
  command->add_option("certificate", *path, "Certificate file; - for standard input")
      ->required()
      ->type_name("CERT");
  command->footer(examples({"lojacert show near.cert.json"}));
  command->callback([path, &result] { result = {true, run(*path)}; });
}

}  // namespace lojacert::program

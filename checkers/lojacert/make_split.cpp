// lojacert make split: every teacher shared out among students, at zero loss or near it.

#include "make.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/split.hpp>

#include <cstdio>
#include <memory>
#include <optional>

namespace lojacert::program {

namespace {

struct Options {
  InstanceOptions source;
  OutputOptions output;
  std::vector<std::string> shares = {"1/2", "1/3", "1/6"};
  std::string perturb = "0";
  std::string box_radius = "0";
  std::uint64_t seed = 1;
  unsigned bits = 256;
};

std::vector<Rational> parsed(const std::vector<std::string>& texts) {
  std::vector<Rational> values;
  for (const std::string& text : texts) values.push_back(parse_exact_point(text));
  return values;
}

ExactMatrix widened(const ExactMatrix& rows, const Rational& radius) {
  ExactMatrix boxes(rows.cols());
  for (std::size_t j = 0; j < rows.rows(); ++j) {
    for (std::size_t k = 0; k < rows.cols(); ++k) {
      const Rational middle = rows.point(j, k);
      boxes.append(RationalInterval{Rational(middle - radius), Rational(middle + radius)});
    }
  }
  return boxes;
}

Rational non_negative(const std::string& text, const std::string& option) {
  Rational value = parse_exact_point(text);
  if (value < 0) throw InputError(option + ": it must not be negative");
  return value;
}

void make_split(const Options& options) {
  const Instance source = options.source.load();
  const search::Split split = search::split_teacher(source, parsed(options.shares), options.bits);
  const Rational size = non_negative(options.perturb, "--perturb");
  const Rational radius = non_negative(options.box_radius, "--box-radius");
  Instance instance = source;
  instance.student = size == 0 ? split.student : search::perturbed(split.student, size, options.seed);
  if (radius != 0) instance.student = widened(*instance.student, radius);
  instance.name = options.output.name.empty() ? "split teacher" : options.output.name;
  std::vector<json::Value> shares;
  for (const std::string& share : options.shares) shares.push_back(json::string(share));
  Provenance members{{"teacher", source_value(source)},
                     {"shares", json::array(std::move(shares))},
                     {"exact", json::boolean(split.exact)}};
  if (!split.exact) members.emplace_back("rounded_to_bits", json::number(options.bits));
  if (size != 0) {
    members.emplace_back("perturb", json::string(options.perturb));
    members.emplace_back("seed", json::string(std::to_string(options.seed)));
  }
  if (radius != 0) members.emplace_back("box_radius", json::string(options.box_radius));
  instance.provenance = provenance_text("split", std::move(members));
  if (!split.exact) {
    std::fprintf(stderr,
                 "lojacert: make split: these shares have no rational students here, so the loss is not "
                 "exactly 0 (entries rounded "
                 "to %u bits); exact: shares that are squares (9/25,16/25) and teachers of rational norm\n",
                 options.bits);
  }
  write_instance(instance, options.output);
}

}  // namespace

void add_make_split(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      add_kind(make, result, "split",
               "Students share * p_i* for every teacher and share (the source's own students are dropped)",
               [options] { make_split(*options); });
  options->source.add_to(*command);
  options->output.add_to(*command);
  command->add_option("--shares", options->shares, "Positive rationals that sum to 1, separated by commas")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--perturb", options->perturb, "Adds noise of this relative size to every student")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of the noise")->capture_default_str();
  command->add_option("--box-radius", options->box_radius, "Makes every student entry a box of this radius")
      ->capture_default_str();
  command->add_option("--bits", options->bits, "Bits of entries that are not rational")
      ->check(CLI::Range(16U, 8192U))
      ->capture_default_str();
  command->footer(examples({"lojacert make split near.json --shares 9/25,16/25 -o split.json",
                            "lojacert make split near.json --perturb 1e-3 --seed 1 -o perturbed.json"}));
}

}  // namespace lojacert::program

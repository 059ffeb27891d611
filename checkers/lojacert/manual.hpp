#pragma once
// Manual pages, from the description of a command line.

#include "interface.hpp"

#include <string>
#include <vector>

namespace lojacert::program {

struct ManualPage {
  std::string name;  ///< "lojacert-prove-loss"
  std::string text;  ///< for man(7)
};

/// A page for the program and one for each command. `date` is the one in the page's foot, YYYY-MM-DD;
/// `exit_status` is the section of that name; `see_also` names pages of other programs.
[[nodiscard]] std::vector<ManualPage> manual_pages(const Command& program, const std::string& date,
                                                   const std::string& exit_status,
                                                   const std::string& see_also);

/// The exit status of lojacert, for its pages.
[[nodiscard]] std::string exit_status_text();

}  // namespace lojacert::program

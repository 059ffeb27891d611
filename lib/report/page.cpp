#include <lojacert/report/page.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/report/page_template.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace lojacert {

namespace {

constexpr std::array<std::string_view, 4> known_formats = {"lojacert-certificate/1", "lojacert-trajectory/1",
                                                           "lojacert-audit/1", "lojacert-stress/1"};

std::string html_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// JSON text that means the same and holds no character that could end a script element or a line in it. The
/// replaced characters stand only inside strings.
std::string script_safe(std::string_view json_text) {
  std::string result;
  for (std::size_t i = 0; i < json_text.size(); ++i) {
    const std::string_view rest = json_text.substr(i);
    if (rest.starts_with('<')) {
      result += "\\u003c";
    } else if (rest.starts_with('>')) {
      result += "\\u003e";
    } else if (rest.starts_with('&')) {
      result += "\\u0026";
    } else if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
      result += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      result += rest.front();
    }
  }
  return result;
}

std::size_t place_of(std::string_view mark, std::string_view text) {
  const std::size_t place = text.find(mark);
  if (place == std::string_view::npos || text.find(mark, place + 1) != std::string_view::npos)
    throw std::logic_error("the page template needs each mark once");
  return place;
}

}  // namespace

bool is_reported(std::string_view format) {
  return std::find(known_formats.begin(), known_formats.end(), format) != known_formats.end();
}

std::string report_page(const std::vector<json::Value>& documents, const std::string& title) {
  if (page_template().empty()) {
    throw InputError(
        "this build has no report page: build with -DLOJACERT_BUILD_REPORT=ON, for which nodejs and npm are "
        "needed");
  }
  for (const json::Value& document : documents) {
    const std::string& format = document.at("format").as_string();
    if (!is_reported(format)) throw InputError("format: '" + format + "' is none that a report shows");
  }

  std::string page;
  for (const std::string_view piece : page_template()) page += piece;
  const json::Value data = json::object({{"format", json::string("lojacert-report/1")},
                                         {"version", json::string(LOJACERT_VERSION)},
                                         {"title", json::string(title)},
                                         {"documents", json::array(documents)}});
  // The data first: its mark stands behind the other, whose place stays as it is.
  page.replace(place_of(data_mark, page), data_mark.size(), script_safe(json::dump(data)));
  page.replace(page.find(title_mark), title_mark.size(), html_escaped(title));
  return page;
}

}  // namespace lojacert

#include <lojacert/certificate/certificate.hpp>

#include <lojacert/certificate/libraries.hpp>
#include <lojacert/network/instance_file.hpp>

#include <fmt/format.h>

namespace lojacert {

json::Value certificate(const Instance& instance, Subject subject, json::Value claim, json::Value evidence,
                        const Producer& producer, bool embed) {
  const auto count = [](std::size_t n) { return json::number(static_cast<long long>(n)); };
  json::Value bound_to = json::object();
  if (!instance.name.empty()) bound_to.members.emplace_back("name", json::string(instance.name));
  const bool about_teacher = subject == Subject::teacher;
  bound_to.members.emplace_back(
      "digest", json::string(about_teacher ? teacher_digest(instance) : instance_digest(instance)));
  if (!about_teacher) {
    bound_to.members.emplace_back("d", count(instance.dimension()));
    bound_to.members.emplace_back("m", count(instance.student_count()));
  }
  bound_to.members.emplace_back("r", count(instance.teacher_count()));
  if (embed) {
    Instance embedded = instance;
    if (about_teacher) embedded.student.reset();
    bound_to.members.emplace_back("embedded",
                                  json::parse(canonical_instance_json(embedded), "embedded instance"));
  }
  json::Value libraries = json::array();
  for (std::string& version : library_versions()) libraries.items.push_back(json::string(std::move(version)));
  return json::object(
      {{"format", json::string("lojacert-certificate/1")},
       {"claim", std::move(claim)},
       {"instance", std::move(bound_to)},
       {"evidence", std::move(evidence)},
       {"producer", json::object({{"libraries", std::move(libraries)},
                                  {"time", json::string(producer.time)},
                                  {"rung", json::string(producer.rung)},
                                  {"seconds", json::number_text(fmt::format("{:.3f}", producer.seconds))},
                                  {"peak_kilobytes", json::number(producer.peak_kilobytes)}})}});
}

std::vector<std::string> library_versions() {
  std::vector<std::string> versions{std::string("lojacert ") + LOJACERT_VERSION};
  for (const Library& library : libraries())
    if (library.decides) versions.push_back(library.name + " " + library.loaded);
  return versions;
}

}  // namespace lojacert

#include "trajectory.hpp"

#include "accurate_loss.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace lojacert::search {

namespace {

std::string rows_text(const ExactMatrix& matrix) {
  std::string text = "[";
  for (std::size_t j = 0; j < matrix.rows(); ++j) {
    text += j == 0 ? "[" : ",[";
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      if (k > 0) text += ",";
      text += json::quoted(exact_text(matrix.point(j, k)));
    }
    text += "]";
  }
  return text + "]";
}

template <class Text>
std::string member(const char* key, const Text& value) {
  return "," + json::quoted(key) + ":" + json::quoted(std::string(value));
}

std::string header(const Instance& start, const DescentOptions& options) {
  std::string text = "{" + member("format", "lojacert-trajectory/1").substr(1);
  if (!start.name.empty()) text += member("name", start.name);
  text += member("activation", to_string(start.activation)) + member("neuron", to_string(start.neuron)) +
          member("teacher_neuron", to_string(start.teacher_neuron)) +
          ",\"teacher\":" + rows_text(start.teacher) + ",\"m\":" + std::to_string(start.student_count()) +
          member("step", exact_text(options.step));
  if (options.record_every > 0) text += ",\"record_every\":" + std::to_string(options.record_every);
  return text + "}\n";
}

}  // namespace

TrajectoryWriter::TrajectoryWriter(std::string path, const Instance& start, const DescentOptions& options)
    : path_(std::move(path)), temporary_(path_ + ".XXXXXX") {
  const int descriptor = mkstemp(temporary_.data());
  if (descriptor < 0) throw InputError(path_ + ": cannot write beside it: " + std::strerror(errno));
  file_ = fdopen(descriptor, "wb");
  if (file_ == nullptr) {
    close(descriptor);
    unlink(temporary_.c_str());
    throw InputError(path_ + ": cannot be opened for writing: " + std::strerror(errno));
  }
  // A destructor does not run for a constructor that throws: what follows only buffers, and add() reports a
  // full disk.
  std::fputs(header(start, options).c_str(), file_);
}

TrajectoryWriter::~TrajectoryWriter() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  unlink(temporary_.c_str());
}

void TrajectoryWriter::write(const std::string& line) {
  if (std::fputs(line.c_str(), file_) < 0 || std::ferror(file_) != 0)
    throw InputError(path_ + ": cannot be written: " + std::strerror(errno));
}

void TrajectoryWriter::add(const Iterate& iterate) {
  write("{\"iteration\":" + std::to_string(iterate.iteration) +
        member("loss", iterate.loss.str(8, std::ios_base::scientific)) +
        member("arithmetic", iterate.arithmetic) + ",\"student\":" + rows_text(iterate.student) + "}\n");
}

void TrajectoryWriter::commit() {
  const bool written = std::fflush(file_) == 0 && std::ferror(file_) == 0 && fsync(fileno(file_)) == 0 &&
                       fchmod(fileno(file_), 0644) == 0 &&
                       std::rename(temporary_.c_str(), path_.c_str()) == 0;
  if (!written) throw InputError(path_ + ": cannot be written: " + std::strerror(errno));
  std::fclose(file_);
  file_ = nullptr;
}

}  // namespace lojacert::search

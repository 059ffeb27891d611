#include <lojacert/exact/error.hpp>
#include <lojacert/exact/excerpt.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/instance.hpp>

#include <openssl/evp.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>

namespace lojacert {
namespace {

using Sink = std::function<void(std::string_view)>;

std::string shape_text(const ExactMatrix& matrix) {
  return std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols());
}

void check_gram(const Instance& instance) {
  const ExactMatrix& gram = instance.teacher;
  const auto entry = [](std::size_t i, std::size_t k) {
    return "teacher.gram[" + std::to_string(i) + "][" + std::to_string(k) + "]";
  };
  if (instance.student)
    throw InputError("student: not allowed beside a Gram matrix; give the teacher's rows instead");
  if (gram.rows() != gram.cols())
    throw InputError("teacher.gram: a Gram matrix is square, this one is " + shape_text(gram));
  if (!gram.is_point())
    throw InputError("teacher.gram: the entries of a Gram matrix are exact points, not boxes");
  for (std::size_t i = 0; i < gram.rows(); ++i) {
    if (gram.point(i, i) < 0) throw InputError(entry(i, i) + ": the square of a norm is not negative");
    for (std::size_t k = 0; k < i; ++k) {
      if (gram.point(i, k) == gram.point(k, i)) continue;
      throw InputError(entry(i, k) + " differs from " + entry(k, i) + "; a Gram matrix is symmetric");
    }
  }
}

void check_student(const ExactMatrix& teacher, const ExactMatrix& student) {
  if (student.empty()) throw InputError("student: it needs at least one row and one column");
  if (student.cols() == teacher.cols()) return;
  std::string message = "student: its rows have " + std::to_string(student.cols()) +
                        " entries, the teacher's " + std::to_string(teacher.cols()) + "; both need d";
  if (student.rows() == teacher.rows() || student.rows() == teacher.cols() ||
      student.cols() == teacher.rows()) {
    message += " (it looks transposed: rows are neurons, PyTorch's (out, in); try .T)";
  }
  throw InputError(message);
}

void write_matrix(const ExactMatrix& matrix, const Sink& sink) {
  constexpr std::size_t chunk = 1 << 16;
  std::string text;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      text += canonical_text(matrix.at(i, k));
      text += k + 1 < matrix.cols() ? ' ' : '\n';
      if (text.size() < chunk) continue;
      sink(text);
      text.clear();
    }
  }
  sink(text);
}

std::string shape_line(std::string_view word, const ExactMatrix& matrix) {
  return std::string(word) + " " + std::to_string(matrix.rows()) + " " + std::to_string(matrix.cols()) + "\n";
}

/// The canonical text, piece by piece. `subject` is its second word.
void write_canonical(const Instance& instance, std::string_view subject, const Sink& sink) {
  sink(std::string("lojacert-canonical/1 ").append(subject) + "\n");
  sink(std::string("activation ").append(to_string(instance.activation)) + "\n");
  sink(std::string("neuron ").append(to_string(instance.neuron)) + "\n");
  sink(std::string("teacher_neuron ").append(to_string(instance.teacher_neuron)) + "\n");
  sink(instance.gram ? "gram " + std::to_string(instance.teacher.rows()) + "\n"
                     : shape_line("teacher", instance.teacher));
  write_matrix(instance.teacher, sink);
  if (subject != "instance" || !instance.student) return;
  sink(shape_line("student", *instance.student));
  write_matrix(*instance.student, sink);
}

/// SHA-256 of a text that arrives in pieces.
class Sha256 {
 public:
  Sha256() { check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }

  void update(std::string_view text) {
    check(EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1);
  }

  [[nodiscard]] std::string hex() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int length = 0;
    check(EVP_DigestFinal_ex(context_.get(), bytes.data(), &length) == 1);
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
      text += digits[bytes[i] >> 4];
      text += digits[bytes[i] & 15];
    }
    return text;
  }

 private:
  static void check(bool fine) {
    if (!fine) throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }

  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

std::string digest(const Instance& instance, std::string_view subject) {
  Sha256 hash;
  write_canonical(instance, subject, [&](std::string_view text) { hash.update(text); });
  return "sha256:" + hash.hex();
}

}  // namespace

std::string_view to_string(Activation activation) {
  switch (activation) {
    case Activation::abs:
      return "abs";
    case Activation::relu:
      return "relu";
    case Activation::relu_linear:
      return "relu+linear";
  }
  throw std::logic_error("unknown activation");
}

std::string_view to_string(NeuronForm form) {
  switch (form) {
    case NeuronForm::unit:
      return "unit";
    case NeuronForm::norm:
      return "norm";
  }
  throw std::logic_error("unknown neuron form");
}

Activation parse_activation(std::string_view text) {
  for (const Activation activation : {Activation::abs, Activation::relu, Activation::relu_linear}) {
    if (text == to_string(activation)) return activation;
  }
  throw InputError("unknown activation " + excerpt(text) + "; allowed: abs, relu, relu+linear");
}

NeuronForm parse_neuron_form(std::string_view text) {
  for (const NeuronForm form : {NeuronForm::unit, NeuronForm::norm}) {
    if (text == to_string(form)) return form;
  }
  throw InputError("unknown neuron form " + excerpt(text) + "; allowed: unit, norm");
}

void check_consistency(const Instance& instance) {
  if (instance.teacher.empty()) throw InputError("teacher: it needs at least one row and one column");
  if (instance.gram) check_gram(instance);
  if (instance.student) check_student(instance.teacher, *instance.student);
}

std::string canonical_instance(const Instance& instance) {
  std::string text;
  write_canonical(instance, "instance", [&](std::string_view piece) { text += piece; });
  return text;
}

std::string instance_digest(const Instance& instance) { return digest(instance, "instance"); }
std::string teacher_digest(const Instance& instance) { return digest(instance, "teacher"); }

namespace {

Rational pick(const RationalInterval& entry, Corner corner) {
  switch (corner) {
    case Corner::lower:
      return entry.lo;
    case Corner::upper:
      return entry.hi;
    case Corner::middle:
      break;
  }
  return (entry.lo + entry.hi) / 2;
}

ExactMatrix pick(const ExactMatrix& rows, Corner corner) {
  ExactMatrix picked(rows.cols());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k < rows.cols(); ++k) picked.append(pick(rows.at(i, k), corner));
  }
  return picked;
}

}  // namespace

std::optional<std::size_t> zero_student(const Instance& instance) {
  const ExactMatrix& student = *instance.student;
  for (std::size_t j = 0; j < student.rows(); ++j) {
    bool is_zero = true;
    for (std::size_t k = 0; k < student.cols(); ++k) is_zero = is_zero && student.point(j, k) == 0;
    if (is_zero) return j;
  }
  return std::nullopt;
}

Instance point_in(const Instance& instance, Corner corner) {
  Instance point = instance;
  point.teacher = pick(instance.teacher, corner);
  if (instance.student) point.student = pick(*instance.student, corner);
  return point;
}

}  // namespace lojacert

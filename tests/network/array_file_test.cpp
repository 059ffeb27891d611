#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/array_file.hpp>
#include <lojacert/network/instance_file.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace lojacert;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(LOJACERT_SOURCE_DIR) / "tests" / "network";
const ArrayForms forms{Activation::abs, NeuronForm::norm, NeuronForm::unit};

std::string array(const std::string& name) { return (folder / "arrays" / name).string(); }

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The matrix of the good arrays; `tenth` is what 0.1 became in the array's precision.
void check_teacher(const ExactMatrix& teacher, const Rational& tenth) {
  REQUIRE(teacher.rows() == 3);
  REQUIRE(teacher.cols() == 2);
  CHECK(teacher.point(0, 0) == 1);
  CHECK(teacher.point(0, 1) == Rational(-5, 2));
  CHECK(teacher.point(1, 0) == tenth);
  CHECK(teacher.point(1, 1) == 65504);
  CHECK(teacher.point(2, 0) == parse_exact_point("0x1p-24"));
  CHECK(teacher.point(2, 1) == 0);
}

void check_student(const ExactMatrix& student) {
  REQUIRE(student.rows() == 4);
  REQUIRE(student.cols() == 2);
  CHECK(student.point(0, 0) == Rational(1, 2));
  CHECK(student.point(0, 1) == Rational(1, 4));
  CHECK(student.point(1, 0) == -1);
  CHECK(student.point(1, 1) == 3);
  CHECK(student.point(3, 1) == 1);
}

std::string message(const fs::path& path) {
  try {
    if (path.extension() == ".npy") {
      (void)read_instance_npy(path.string(), "", forms);
    } else {
      (void)read_instance(path.string(), forms);
    }
    return {};
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("arrays of every precision, byte order and storage order are taken exactly") {
  const auto [kind, tenth] = GENERATE(table<std::string, std::string>({
      {"f8", "3602879701896397/36028797018963968"},
      {"f4", "13421773/134217728"},
      {"f2", "819/8192"},
  }));
  for (const std::string order : {"little", "big"}) {
    for (const std::string storage : {"", "_fortran"}) {
      const std::string name = kind + "_" + order + storage + ".npy";
      CAPTURE(name);
      check_teacher(read_npy(array(name)), parse_exact_point(tenth));
    }
  }
}

TEST_CASE("every half-precision number is read exactly") {
  // The 63488 finite patterns in one column; the expected value by the definition of binary16.
  std::string data;
  std::vector<Rational> expected;
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const unsigned exponent = bits >> 10 & 31;
    const unsigned fraction = bits & 1023;
    if (exponent == 31) continue;
    data += static_cast<char>(bits & 255);
    data += static_cast<char>(bits >> 8);
    Rational value(exponent == 0 ? fraction : 1024 + fraction);
    for (unsigned i = exponent == 0 ? 1 : exponent; i < 25; ++i) value /= 2;
    for (unsigned i = 25; i < exponent; ++i) value *= 2;
    expected.push_back((bits & 0x8000) != 0 ? Rational(-value) : value);
  }
  const fs::path path = fs::temp_directory_path() / ("lojacert-half-" + std::to_string(::getpid()) + ".npy");
  std::string header =
      "{'descr': '<f2', 'fortran_order': False, 'shape': (" + std::to_string(expected.size()) + ", 1), }\n";
  std::ofstream(path, std::ios::binary)
      << "\x93NUMPY\x01" << '\0' << static_cast<char>(header.size()) << '\0' << header << data;
  const ExactMatrix matrix = read_npy(path.string());
  fs::remove(path);
  REQUIRE(matrix.rows() == expected.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) different += matrix.point(i, 0) == expected[i] ? 0 : 1;
  CHECK(different == 0);
}

TEST_CASE("all versions of the format and all ways of packing are read") {
  const Rational tenth = exact(0.1);
  check_teacher(read_npy(array("version_2.npy")), tenth);
  check_teacher(read_npy(array("version_3.npy")), tenth);
  for (const std::string name : {"stored.npz", "compressed.npz", "savez_compressed.npz"}) {
    CAPTURE(name);
    const Instance instance = read_instance(array(name), forms);
    CHECK(instance.activation == Activation::abs);
    CHECK(instance.neuron == NeuronForm::norm);
    CHECK(instance.teacher_neuron == NeuronForm::unit);
    check_teacher(instance.teacher, tenth);
    REQUIRE(instance.student);
    check_student(*instance.student);
  }
  CHECK_FALSE(read_instance(array("teacher_only.npz"), forms).student);
  const Instance pair = read_instance_npy(array("f8_big.npy"), array("student.npy"), forms);
  check_teacher(pair.teacher, tenth);
  check_student(pair.student.value());
  CHECK(instance_digest(pair) == instance_digest(read_instance(array("stored.npz"), forms)));
}

TEST_CASE("every bad array is refused with its path, the place and the cure") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder / "bad_input")) {
    if (entry.path().extension() != ".npy" && entry.path().extension() != ".npz") continue;
    std::string expected = content(entry.path().string() + ".message");
    expected.erase(expected.find_last_not_of('\n') + 1);
    INFO(entry.path());
    const std::string told = message(entry.path());
    CHECK_THAT(told, StartsWith(entry.path().string() + ": ") && Contains(expected));
    CHECK(told.find('\n') == std::string::npos);
    ++count;
  }
  CHECK(count > 50);
}

TEST_CASE("what arrays do not say is asked for, all at once") {
  CHECK_THROWS_WITH(read_instance(array("stored.npz")),
                    array("stored.npz") +
                        ": arrays do not say their network; give --activation, --neuron, --teacher-neuron");
  CHECK_THROWS_WITH(read_instance_npy(array("f8_big.npy"), "", {Activation::relu, {}, NeuronForm::unit}),
                    array("f8_big.npy") + ": arrays do not say their network; give --neuron");
}

TEST_CASE("the content says what a file is, not its name") {
  CHECK_THROWS_WITH(read_instance(array("f8_big.npy"), forms),
                    Contains("a .npy file holds one array; give --teacher FILE"));
  CHECK_THROWS_WITH(read_npy("/nowhere/a.npy"), StartsWith("/nowhere/a.npy: cannot be opened: No such file"));
  CHECK_THROWS_WITH(read_npy("/tmp"), StartsWith("/tmp: is a directory"));
  const fs::path path = fs::temp_directory_path() / ("lojacert-" + std::to_string(::getpid()) + ".json");
  fs::copy_file(array("stored.npz"), path, fs::copy_options::overwrite_existing);
  CHECK(read_instance(path.string(), forms).student_count() == 4);
  fs::remove(path);
}

TEST_CASE("damaged arrays are refused or mean other numbers, and never do more") {
  std::mt19937 random(20240607);  // NOLINT: the same damage in every run
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const fs::path folder_path = fs::temp_directory_path() / ("lojacert-damage-" + std::to_string(::getpid()));
  fs::create_directory(folder_path);
  for (const std::string name :
       {"f8_little.npy", "f2_big_fortran.npy", "stored.npz", "savez_compressed.npz"}) {
    const std::string original = content(array(name));
    const fs::path path = folder_path / name;
    for (int round = 0; round < 1000; ++round) {
      std::string bytes = original;
      for (std::size_t change = 1 + below(2); change > 0; --change) {
        const std::size_t at = below(bytes.size());
        switch (below(4)) {
          case 0:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
            break;
          case 1:
            bytes[at] = static_cast<char>(below(256));
            break;
          case 2:
            bytes.resize(at + 1);
            break;
          default:
            bytes.erase(at, 1 + below(3));
            break;
        }
        if (bytes.empty()) bytes = "P";
      }
      std::ofstream(path, std::ios::binary) << bytes;
      const std::string told = message(path);
      if (!told.empty()) CHECK_THAT(told, StartsWith(path.string() + ": "));
    }
  }
  fs::remove_all(folder_path);
}

// Recorded descents: what is read, and what is refused with file and line.

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/trajectory_file.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace lojacert;
using Catch::Matchers::Contains;

namespace {

const std::string header =
    R"({"format":"lojacert-trajectory/1","activation":"abs","neuron":"norm","teacher_neuron":"unit",)"
    R"("teacher":[["1","0"]],"m":1,"step":"1/10","record_every":1})"
    "\n";

std::string iterate(int number, const std::string& row = R"(["0x1p-1","0"])") {
  return R"({"iteration":)" + std::to_string(number) + R"(,"loss":"0.1","arithmetic":"double","student":[)" +
         row + "]}\n";
}

/// A file that is gone when the test ends.
class File {
 public:
  explicit File(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("trajectory-" + std::to_string(getpid()) + ".jsonl")) {
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

Trajectory read(const std::string& text) { return read_trajectory(File(text).path()); }

}  // namespace

TEST_CASE("a trajectory has its start and the iterates after it") {
  const Trajectory trajectory = read(header + iterate(0) + iterate(1, R"(["0.75","1/3"])"));
  CHECK(trajectory.step == "1/10");
  CHECK(trajectory.start.student->point(0, 0) == Rational(1, 2));
  REQUIRE(trajectory.iterates.size() == 1);
  CHECK(trajectory.iterates[0].point(0, 1) == Rational(1, 3));
}

TEST_CASE("malformed trajectories are refused with the line and the cure") {
  CHECK_THROWS_WITH(read_trajectory("/nonexistent/file"), Contains("cannot be opened"));
  CHECK_THROWS_WITH(read(""), Contains("an iterate"));
  CHECK_THROWS_WITH(read(header), Contains("an iterate"));
  CHECK_THROWS_WITH(read(header + iterate(0)), Contains("two iterates"));
  CHECK_THROWS_WITH(read(header + iterate(0) + iterate(10)),
                    Contains("line 3") && Contains("record every step"));
  CHECK_THROWS_WITH(read(header + iterate(1)), Contains("line 2"));
  CHECK_THROWS_WITH(read(header + iterate(0) + iterate(1, R"(["1"])")), Contains("another shape"));
  CHECK_THROWS_WITH(read(header + iterate(0, R"(["1","0","0"])") + iterate(1)), Contains("line 2"));
  CHECK_THROWS_WITH(read(header + iterate(0, R"(["1","nan"])")), Contains("line 2"));
  CHECK_THROWS_WITH(read(header + iterate(0) + "{\n"), Contains("line 3"));
  CHECK_THROWS_WITH(read(iterate(0)), Contains("line 1"));
}

TEST_CASE("a recorded descent may leave iterations out, but not go back") {
  const File sparse(header + iterate(0) + iterate(10, R"(["0.75","1/3"])"));
  CHECK(is_trajectory_file(sparse.path()));
  const RecordedDescent descent = read_recorded_descent(sparse.path());
  CHECK(descent.iterations == std::vector<long long>{0, 10});
  CHECK(descent.at(1).student->point(0, 1) == Rational(1, 3));
  CHECK(descent.at(1).teacher == descent.start.teacher);
  CHECK_THROWS_WITH(read_recorded_descent(File(header + iterate(0) + iterate(5) + iterate(5)).path()),
                    Contains("line 4") && Contains("must increase"));
  CHECK(read_recorded_descent(File(header + iterate(0)).path()).students.size() == 1);
  CHECK_FALSE(is_trajectory_file(File("{\n}\n").path()));
  CHECK_FALSE(is_trajectory_file("/nonexistent/file"));
}

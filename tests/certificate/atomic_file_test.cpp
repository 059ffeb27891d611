#include <lojacert/certificate/atomic_file.hpp>
#include <lojacert/exact/error.hpp>

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace lojacert;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

namespace fs = std::filesystem;

/// A folder that is removed at the end of its scope.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lojacert-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }

 private:
  fs::path path_;
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Lets no file grow beyond a size while it lives: how a full disk looks to a writer.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a file is created, and replaced, with exactly the content") {
  const Folder folder;
  const std::string path = folder.file("certificate.json");
  write_file_atomically(path, "first");
  CHECK(content(path) == "first");
  write_file_atomically(path, std::string("a\0b\n", 4));
  CHECK(content(path) == std::string("a\0b\n", 4));
  write_file_atomically(path, "");
  CHECK(content(path).empty());
  const std::string large(10'000'000, 'x');
  write_file_atomically(path, large);
  CHECK(content(path) == large);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a failure leaves the old file and nothing else") {
  const Folder folder;
  const std::string path = folder.file("certificate.json");
  write_file_atomically(path, "old");
  {
    const FileSizeLimit full(1000);
    CHECK_THROWS_WITH(write_file_atomically(path, std::string(100'000, 'x')),
                      StartsWith(path + ": cannot be written: "));
    CHECK_THROWS_AS(write_file_atomically(folder.file("new"), std::string(100'000, 'x')), InputError);
  }
  CHECK(content(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("targets that cannot be written are named with the cause") {
  const Folder folder;
  fs::create_directory(folder.file("sub"));
  CHECK_THROWS_WITH(write_file_atomically(folder.file("sub"), "x"),
                    Contains("it is a directory; name a file in it"));
  CHECK_THROWS_WITH(write_file_atomically(folder.file("none/file"), "x"),
                    Contains("No such file or directory"));
  CHECK_THROWS_WITH(write_file_atomically(folder.file("new/"), "x"), StartsWith(folder.file("new/")));
  CHECK_THROWS_WITH(write_file_atomically("", "x"), Contains("empty"));
  CHECK_THROWS_WITH(write_file_atomically("/dev/full", "x"),
                    StartsWith("/dev/full: cannot be written: No space left"));
  CHECK_THROWS_WITH(write_file_atomically(folder.file(std::string(300, 'n')), "x"),
                    Contains("File name too long"));
  CHECK_THROWS_AS(write_file_atomically("/proc/certificate.json", "x"), InputError);
  CHECK_NOTHROW(write_file_atomically("/dev/null", "x"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("the longest name works") {
  const Folder folder;
  const std::string path = folder.file(std::string(255, 'n'));
  write_file_atomically(path, "x");
  CHECK(content(path) == "x");
}

TEST_CASE("permissions and symbolic links stay") {
  const Folder folder;
  const std::string path = folder.file("real");
  write_file_atomically(path, "old");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  fs::create_symlink("real", folder.file("link"));
  write_file_atomically(folder.file("link"), "new");
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(content(path) == "new");
  CHECK(fs::status(path).permissions() == fs::perms(0640));
  write_file_atomically(folder.file("fresh"), "x");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK(fs::status(folder.file("fresh")).permissions() == fs::perms(0666 & ~mask));
}

TEST_CASE("many writers of one file leave one whole file") {
  const Folder folder;
  const std::string path = folder.file("certificate.json");
  const auto write = [&](char c) {
    for (int i = 0; i < 50; ++i) write_file_atomically(path, std::string(100'000, c));
  };
  std::thread other(write, 'b');
  write('a');
  other.join();
  const std::string left = content(path);
  REQUIRE(left.size() == 100'000);
  CHECK(left.find_first_not_of(left.front()) == std::string::npos);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a pipe receives the content") {
  const Folder folder;
  const std::string path = folder.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::string received;
  std::thread reader([&] { received = content(path); });
  write_file_atomically(path, "through the pipe");
  reader.join();
  CHECK(received == "through the pipe");
}

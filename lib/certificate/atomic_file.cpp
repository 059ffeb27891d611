#include <lojacert/certificate/atomic_file.hpp>
#include <lojacert/exact/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace lojacert {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, int error) {
  throw InputError(path + ": cannot be written: " + std::generic_category().message(error));
}

/// An open file that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }
  /// Closes now, so that a failure can be told. Returns errno or 0.
  [[nodiscard]] int close() { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

 private:
  int number_;
};

/// The name of a file that is removed at the end of its scope unless it was kept.
class TemporaryName {
 public:
  explicit TemporaryName(fs::path path) : path_(std::move(path)) {}
  ~TemporaryName() {
    if (!kept_) ::unlink(path_.c_str());
  }
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  fs::path path_;
  bool kept_ = false;
};

/// Writes everything. Returns errno or 0.
int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Syncs, where the file system can. Returns errno or 0.
int sync(int descriptor) {
  if (::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
  return errno;
}

void write_to_standard_output(std::string_view content) {
  const bool written = std::fwrite(content.data(), 1, content.size(), stdout) == content.size();
  if (!written || std::fflush(stdout) != 0) fail("standard output", errno);
}

/// A pipe or a device has no old content to protect and cannot be replaced.
void write_directly(const std::string& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) fail(path, errno);
  if (const int error = write_all(file.number(), content); error != 0) fail(path, error);
  if (const int error = file.close(); error != 0) fail(path, error);
}

/// A new file beside the target. Its name does not grow with the target's, which may be as long as names can
/// be.
std::pair<Descriptor, fs::path> create_beside(const std::string& path, const fs::path& target) {
  for (int attempt = 0;; ++attempt) {
    const std::string name =
        ".lojacert-" + std::to_string(::getpid()) + "-" + std::to_string(attempt) + ".tmp";
    fs::path candidate = target.parent_path() / name;
    Descriptor file(::open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.is_open()) return {std::move(file), std::move(candidate)};
    if (errno != EEXIST) fail(path, errno);
  }
}

void sync_folder(const std::string& path, const fs::path& target) {
  const fs::path folder = target.parent_path().empty() ? fs::path(".") : target.parent_path();
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) return;  // a folder that may be written but not read
  if (const int error = sync(descriptor.number()); error != 0) fail(path, error);
}

void replace(const std::string& path, const fs::path& target, std::optional<mode_t> mode,
             std::string_view content) {
  auto [file, name] = create_beside(path, target);
  TemporaryName temporary(std::move(name));
  if (mode && ::fchmod(file.number(), *mode) != 0) fail(path, errno);
  if (const int error = write_all(file.number(), content); error != 0) fail(path, error);
  if (const int error = sync(file.number()); error != 0) fail(path, error);
  if (const int error = file.close(); error != 0) fail(path, error);
  if (::rename(temporary.path().c_str(), target.c_str()) != 0) fail(path, errno);
  temporary.keep();
  sync_folder(path, target);
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view content) {
  // Replacing the file behind /dev/stdout would part it from what is printed before and after.
  if (path == "-" || path == "/dev/stdout") return write_to_standard_output(content);
  if (path.empty()) throw InputError("the name of a file to write is empty");
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return replace(path, path, std::nullopt, content);
  if (S_ISDIR(status.st_mode))
    throw InputError(path + ": cannot be written: it is a directory; name a file in it");
  if (!S_ISREG(status.st_mode)) return write_directly(path, content);
  std::error_code error;
  const fs::path target = fs::canonical(path, error);  // a symbolic link stays, its target is replaced
  if (error) fail(path, error.value());
  replace(path, target, status.st_mode & 07777, content);
}

}  // namespace lojacert

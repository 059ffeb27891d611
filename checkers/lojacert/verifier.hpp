#pragma once
// Running the verifier, as a program of its own.

#include <string>
#include <vector>

namespace lojacert::program {

/// What the verifier left behind.
struct VerifierRun {
  int exit_code = 0;
  std::vector<std::string> lines;  ///< its lines of detail, without the leading "c "
  std::string status;              ///< its status line without the leading "s ", empty where there is none
  std::string message;             ///< what it wrote to standard error
};

/// The program lojaverify: what the environment variable LOJAVERIFY names, else the one beside this program,
/// else the one on PATH. Throws InputError that says how to name it where there is none.
class Verifier {
 public:
  Verifier();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string version() const;

  /// `lojaverify --explain [instance] -` with the certificate's text on its standard input, so that exactly
  /// this text is verified. An empty `instance_path`: the instance in the certificate.
  [[nodiscard]] VerifierRun explain(const std::string& certificate_text,
                                    const std::string& instance_path) const;

 private:
  std::string path_;
};

}  // namespace lojacert::program

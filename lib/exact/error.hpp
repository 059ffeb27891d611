#pragma once
// Errors that a user can cure.

#include <stdexcept>
#include <string>

namespace lojacert {

/// Bad input: the message names the place and the cure; readers of files put the file's name before it. Exit
/// code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bad input that lies in the instance at hand: the message names the place in it; whoever knows the file
/// puts its name before it.
class InstanceError : public InputError {
 public:
  using InputError::InputError;
};

/// A question outside what the theory or this version covers, with the reason. Exit code 3, status
/// UNSUPPORTED.
class UnsupportedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A question that the enclosures leave open, with the reason and what would help. Exit code 3, status
/// UNDECIDED.
class UndecidedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A limit that the user gave (time, bits) or an interrupt stopped the work. Exit code 4.
class LimitReached : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace lojacert

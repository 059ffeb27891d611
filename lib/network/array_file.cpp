#include <lojacert/exact/error.hpp>
#include <lojacert/exact/excerpt.hpp>
#include <lojacert/network/array_file.hpp>

#include <zip.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

namespace lojacert {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::string_view cure = "save array.astype(numpy.float64)";

[[noreturn]] void refuse(const std::string& label, const std::string& reason) {
  throw InputError(label + ": " + reason);
}

// ---------------------------------------------------------------------------------------------------------------
// Where the bytes come from.

/// Bytes in order, from a file or from a member of an archive.
class ByteSource {
 public:
  explicit ByteSource(std::string label) : label_(std::move(label)) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Up to `size` bytes; fewer only at the end. Throws InputError where they cannot be read.
  [[nodiscard]] virtual std::size_t read(char* bytes, std::size_t size) = 0;

  /// The name of the source, for messages.
  [[nodiscard]] const std::string& label() const { return label_; }

 private:
  std::string label_;
};

class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : ByteSource(path), in_(path, std::ios::binary) {
    if (!in_) refuse(path, std::string("cannot be opened: ") + std::strerror(errno));
    if (std::error_code error; std::filesystem::is_directory(path, error))
      refuse(path, "is a directory; name a file");
  }

  std::size_t read(char* bytes, std::size_t size) override {
    in_.read(bytes, static_cast<std::streamsize>(size));
    if (in_.bad()) refuse(label(), "cannot be read");
    return static_cast<std::size_t>(in_.gcount());
  }

 private:
  std::ifstream in_;
};

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

class MemberSource : public ByteSource {
 public:
  MemberSource(zip_t* archive, zip_uint64_t index, const std::string& label)
      : ByteSource(label), member_(zip_fopen_index(archive, index, 0)) {
    if (!member_) refuse(label, std::string("cannot be unpacked: ") + zip_strerror(archive));
  }

  std::size_t read(char* bytes, std::size_t size) override {
    std::size_t total = 0;
    while (total < size) {
      const zip_int64_t count = zip_fread(member_.get(), bytes + total, size - total);
      if (count < 0) refuse(label(), std::string("cannot be unpacked: ") + zip_file_strerror(member_.get()));
      if (count == 0) break;
      total += static_cast<std::size_t>(count);
    }
    return total;
  }

 private:
  struct Close {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
  };
  std::unique_ptr<zip_file_t, Close> member_;
};

// ---------------------------------------------------------------------------------------------------------------
// The header: a Python dictionary with the keys descr, fortran_order and shape.

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Reads the little of Python's syntax that NumPy writes.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& label) : rest_(text), label_(label) {}

  Header parse() {
    Header header;
    expect('{');
    for (int members = 0; !take('}'); ++members) {
      if (members > 0) expect(',');
      if (members > 0 && take('}')) break;
      member(header);
    }
    if (!has_descr_ || !has_order_ || !has_shape_) broken("it needs descr, fortran_order and shape");
    skip_spaces();
    if (rest_ != "\n" && !rest_.empty()) broken("text follows the dictionary");
    return header;
  }

 private:
  [[noreturn]] void broken(const std::string& reason) const {
    refuse(label_, "broken .npy header: " + reason);
  }

  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  bool take(char c) {
    skip_spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) broken(std::string("expected '") + c + "' before " + excerpt(rest_.substr(0, 20)));
  }

  bool take_word(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string take_string() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = rest_.find(quote);
    if (end == rest_.npos) broken("a quotation mark is not closed");
    std::string text(rest_.substr(0, end));
    if (text.find('\\') != text.npos) broken("a backslash in a string");
    rest_.remove_prefix(end + 1);
    return text;
  }

  void mark(bool& seen, std::string_view key) {
    if (seen) broken("the key " + std::string(key) + " stands twice");
    seen = true;
  }

  void member(Header& header) {
    const std::string key = take_string();
    expect(':');
    if (key == "descr") {
      mark(has_descr_, key);
      header.descr = take_descr();
    } else if (key == "fortran_order") {
      mark(has_order_, key);
      header.fortran_order = take_word("True");
      if (!header.fortran_order && !take_word("False")) broken("fortran_order is neither True nor False");
    } else if (key == "shape") {
      mark(has_shape_, key);
      header.shape = take_shape();
    } else {
      broken("unknown key " + excerpt(key));
    }
  }

  std::string take_descr() {
    skip_spaces();
    if (rest_.starts_with('[')) refuse(label_, "a structured array is no matrix; " + std::string(cure));
    return take_string();
  }

  std::vector<std::uint64_t> take_shape() {
    std::vector<std::uint64_t> shape;
    expect('(');
    while (!take(')')) {
      if (!shape.empty()) {
        expect(',');
        if (take(')')) break;
      }
      shape.push_back(take_integer());
      if (shape.size() > 64) broken("too many dimensions");
    }
    return shape;
  }

  std::uint64_t take_integer() {
    skip_spaces();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) broken("a dimension is too large");
    if (error != std::errc()) broken("a dimension is not a number: " + excerpt(rest_.substr(0, 20)));
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  const std::string& label_;
  bool has_descr_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

void read_fully(ByteSource& source, char* bytes, std::size_t size) {
  if (source.read(bytes, size) != size) refuse(source.label(), "the .npy header is cut short");
}

Header read_header(ByteSource& source) {
  constexpr std::size_t longest_header = 65535;
  std::array<char, 12> start{};
  const std::size_t got = source.read(start.data(), 8);
  if (got == 0) refuse(source.label(), "is empty");
  if (got < 8 || std::string_view(start.data(), 6) != magic) {
    refuse(source.label(),
           "is not a .npy file; write it with numpy.save (a JSON instance stands without --teacher)");
  }
  const int version = static_cast<unsigned char>(start[6]);
  if (version < 1 || version > 3 || start[7] != 0) {
    refuse(source.label(), "its .npy version is not 1.0, 2.0 or 3.0; save it with a current NumPy");
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  read_fully(source, start.data() + 8, length_bytes);
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(start[8 + i]);
  if (length > longest_header) refuse(source.label(), "the .npy header is longer than 65535 bytes");
  std::string text(length, '\0');
  read_fully(source, text.data(), length);
  return HeaderParser(text, source.label()).parse();
}

// ---------------------------------------------------------------------------------------------------------------
// The entries.

/// How one entry is written: its bytes and their order.
struct EntryType {
  std::size_t bytes = 8;
  bool big_endian = false;
};

EntryType entry_type(const Header& header, const std::string& label) {
  const std::string_view descr = header.descr;
  const bool known_order = !descr.empty() && (descr[0] == '<' || descr[0] == '>');
  const std::string_view kind = descr.substr(known_order ? 1 : 0);
  if (!known_order || (kind != "f8" && kind != "f4" && kind != "f2")) {
    refuse(label, "the entries are of type " + excerpt(descr) + ", not float16, float32 or float64; " +
                      std::string(cure));
  }
  return {static_cast<std::size_t>(kind[1] - '0'), descr[0] == '>'};
}

struct Shape {
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
};

Shape matrix_shape(const Header& header, const std::string& label) {
  constexpr std::uint64_t most_entries = std::uint64_t{1} << 48;
  const auto& shape = header.shape;
  if (shape.size() == 1) {
    refuse(label, "the array has one dimension; rows are neurons: use array.reshape(1, -1) for one neuron");
  }
  if (shape.size() != 2) {
    refuse(label,
           "the array has " + std::to_string(shape.size()) + " dimensions; it needs 2: one row a neuron");
  }
  if (shape[0] == 0 || shape[1] == 0)
    refuse(label, "the array is empty; it needs at least one row and one column");
  if (shape[0] > most_entries / shape[1]) {
    refuse(label, "the shape " + std::to_string(shape[0]) + " x " + std::to_string(shape[1]) + " is absurd");
  }
  return {shape[0], shape[1]};
}

/// IEEE 754 binary16.
double half_precision(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10 & 31);
  const auto fraction = static_cast<double>(bits & 1023);
  double magnitude = std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 0) magnitude = std::ldexp(fraction, -24);
  if (exponent == 31) magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

double decode(const char* bytes, EntryType type) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < type.bytes; ++i) {
    const std::size_t at = type.big_endian ? i : type.bytes - 1 - i;
    bits = bits << 8 | static_cast<unsigned char>(bytes[at]);
  }
  if (type.bytes == 8) return std::bit_cast<double>(bits);
  if (type.bytes == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return half_precision(bits);
}

std::string entry_name(const Header& header, Shape shape, std::uint64_t index) {
  const std::uint64_t row = header.fortran_order ? index % shape.rows : index / shape.cols;
  const std::uint64_t col = header.fortran_order ? index / shape.rows : index % shape.cols;
  return "[" + std::to_string(row) + ", " + std::to_string(col) + "]";
}

/// Passes every entry on in the order of the file. Memory is only taken for what is really there.
template <class Take>
void read_entries(ByteSource& source, const Header& header, Shape shape, EntryType type, Take take) {
  std::array<char, 65536> buffer{};
  const std::uint64_t needed = shape.rows * shape.cols;
  for (std::uint64_t done = 0; done < needed;) {
    const std::uint64_t wanted = std::min<std::uint64_t>(buffer.size() / type.bytes, needed - done);
    const std::size_t got = source.read(buffer.data(), wanted * type.bytes);
    if (got < wanted * type.bytes) {
      refuse(source.label(), "is cut short: " + std::to_string(done * type.bytes + got) +
                                 " bytes of data, the shape needs " + std::to_string(needed * type.bytes));
    }
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const double value = decode(buffer.data() + i * type.bytes, type);
      if (!std::isfinite(value)) {
        refuse(source.label(), "the entry " + entry_name(header, shape, done + i) + " is " +
                                   (std::isnan(value) ? "nan" : "infinite") +
                                   "; every weight must be finite");
      }
      take(value);
    }
    done += wanted;
  }
  if (source.read(buffer.data(), 1) != 0)
    refuse(source.label(), "bytes follow the data that the shape announces");
}

ExactMatrix read_array(ByteSource& source) {
  const Header header = read_header(source);
  const EntryType type = entry_type(header, source.label());
  const Shape shape = matrix_shape(header, source.label());
  ExactMatrix matrix(shape.cols);
  if (!header.fortran_order) {
    read_entries(source, header, shape, type, [&](double value) { matrix.append(value); });
    return matrix;
  }
  std::vector<double> columns;
  read_entries(source, header, shape, type, [&](double value) { columns.push_back(value); });
  for (std::uint64_t i = 0; i < shape.rows; ++i) {
    for (std::uint64_t k = 0; k < shape.cols; ++k) matrix.append(columns[k * shape.rows + i]);
  }
  return matrix;
}

// ---------------------------------------------------------------------------------------------------------------
// Archives.

Archive open_archive(const std::string& path) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  refuse(path, "cannot be opened as a .npz file: " + reason);
}

/// The place of each array in the archive.
struct Members {
  std::optional<zip_uint64_t> teacher;
  std::optional<zip_uint64_t> student;
};

Members find_members(zip_t* archive, const std::string& path) {
  Members members;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_uint64_t i = 0; static_cast<zip_int64_t>(i) < count; ++i) {
    const char* name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
    const std::string_view member = name == nullptr ? "" : name;
    if (member != "teacher.npy" && member != "student.npy") {
      refuse(path, "the array " + excerpt(member.substr(0, member.rfind(".npy"))) +
                       " is unknown; save with numpy.savez(path, teacher=..., student=...)");
    }
    auto& place = member == "teacher.npy" ? members.teacher : members.student;
    if (place) refuse(path, "the array " + excerpt(member) + " stands twice");
    place = i;
  }
  if (!members.teacher)
    refuse(path, "the array teacher is missing; save with numpy.savez(path, teacher=..., student=...)");
  return members;
}

ExactMatrix read_member(zip_t* archive, zip_uint64_t index, const std::string& label) {
  MemberSource source(archive, index, label);
  return read_array(source);
}

}  // namespace

ExactMatrix read_npy(const std::string& path) {
  FileSource source(path);
  return read_array(source);
}

ArrayPair read_npz(const std::string& path) {
  const Archive archive = open_archive(path);
  const Members members = find_members(archive.get(), path);
  ArrayPair arrays{read_member(archive.get(), *members.teacher, path + ": teacher"), std::nullopt};
  if (members.student) arrays.student = read_member(archive.get(), *members.student, path + ": student");
  return arrays;
}

}  // namespace lojacert

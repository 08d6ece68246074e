//===- WireReader.h - The fields of a protobuf message ----------*- C++ -*-===//
//
// Protobuf's wire format: fields of a number and a value, which is a varint,
// four or eight bytes, or a length and as many bytes. Every length is checked
// against what is left; groups, which nobody writes any more, are refused.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_WIREREADER_H
#define LLMRT_TOOLS_VALUES_WIREREADER_H

#include <cstdint>
#include <cstring>
#include <string_view>

namespace llmrt::tools {

class WireReader {
public:
  enum Kind { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

  struct Field {
    uint32_t number;
    Kind kind;
    uint64_t value;         ///< of the kinds that are numbers
    std::string_view bytes; ///< of Bytes
  };

  explicit WireReader(std::string_view message) : left(message) {}

  /// The next field. False at the end, and where the message is damaged.
  bool next(Field &field) {
    uint64_t tag;
    if (left.empty() || !takeVarint(tag))
      return false;
    field.number = uint32_t(tag >> 3);
    field.kind = Kind(tag & 7);
    field.value = 0;
    field.bytes = {};
    if (tag >> 3 == 0 || tag >> 32 != 0)
      return damage();
    switch (field.kind) {
    case Varint:
      return takeVarint(field.value);
    case Fixed64:
      return takeFixed(8, field.value);
    case Fixed32:
      return takeFixed(4, field.value);
    case Bytes: {
      uint64_t size;
      if (!takeVarint(size))
        return false;
      if (size > left.size())
        return damage();
      field.bytes = left.substr(0, size);
      left.remove_prefix(size);
      return true;
    }
    }
    return damage();
  }

  bool isDamaged() const { return damaged; }

  /// The next number of a packed field.
  bool takeVarint(uint64_t &value) {
    value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (left.empty())
        return damage();
      uint8_t byte = uint8_t(left[0]);
      left.remove_prefix(1);
      if (shift < 64)
        value |= uint64_t(byte & 127) << shift;
      if (byte < 128)
        return true;
    }
    return damage();
  }

  bool takeFixed(unsigned size, uint64_t &value) {
    value = 0;
    if (left.size() < size)
      return damage();
    memcpy(&value, left.data(), size);
    left.remove_prefix(size);
    return true;
  }

  bool atEnd() const { return left.empty(); }

private:
  bool damage() {
    damaged = true;
    return false;
  }

  std::string_view left;
  bool damaged = false;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_WIREREADER_H

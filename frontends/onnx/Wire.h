//===- Wire.h - The bytes of protobuf messages ----------------------------===//
//
// A cursor that never leaves its bytes, and the few calls that write. The
// reader knows where in the file it stands, so that a message about a damaged
// file can say so. Groups, which protobuf has given up, are refused.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_WIRE_H
#define LLM_FRONTENDS_ONNX_WIRE_H

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace llm::onnx {

enum class WireType : uint8_t {
  Varint = 0,
  Fixed64 = 1,
  Bytes = 2,
  Fixed32 = 5
};

class WireReader {
public:
  WireReader() = default;
  /// `place` is where in the file the bytes begin.
  explicit WireReader(std::string_view bytes, uint64_t place = 0)
      : at(reinterpret_cast<const uint8_t *>(bytes.data())),
        end(at + bytes.size()), begin(at), start(place) {}

  bool done() const { return at == end; }
  /// Offset in the file of what is read next.
  uint64_t place() const { return start + static_cast<uint64_t>(at - begin); }
  std::string_view rest() const {
    return {reinterpret_cast<const char *>(at), static_cast<size_t>(end - at)};
  }
  /// What is wrong; null while nothing is.
  const char *fault() const { return what; }

  bool tag(uint32_t &field, WireType &type) {
    uint64_t key;
    if (!varint(key))
      return false;
    field = static_cast<uint32_t>(key >> 3);
    uint32_t wire = key & 7;
    if (key > UINT32_MAX || field == 0)
      return fail("a field number out of range");
    if (wire != 0 && wire != 1 && wire != 2 && wire != 5)
      return fail("a field of a wire type that is not in use");
    type = static_cast<WireType>(wire);
    return true;
  }
  bool varint(uint64_t &value) {
    value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at == end)
        return fail("the end inside a number");
      uint8_t byte = *at++;
      if (shift == 63 && byte > 1)
        return fail("a number of more than 64 bits");
      value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128)
        return true;
    }
    return fail("a number of more than 10 bytes");
  }
  bool bytes(std::string_view &value) {
    uint64_t length;
    if (!varint(length))
      return false;
    if (length > static_cast<uint64_t>(end - at))
      return fail("a length that reaches past the end");
    value = {reinterpret_cast<const char *>(at), static_cast<size_t>(length)};
    at += length;
    return true;
  }
  /// The message that comes next.
  bool message(WireReader &inner) {
    std::string_view value;
    if (!bytes(value))
      return false;
    inner = WireReader(value, place() - value.size());
    return true;
  }
  bool fixed32(uint32_t &value) { return fixed(value); }
  bool fixed64(uint64_t &value) { return fixed(value); }
  bool skip(WireType type) {
    uint64_t number;
    uint32_t half;
    std::string_view text;
    switch (type) {
    case WireType::Varint:
      return varint(number);
    case WireType::Fixed64:
      return fixed64(number);
    case WireType::Bytes:
      return bytes(text);
    case WireType::Fixed32:
      return fixed32(half);
    }
    return false;
  }

private:
  bool fail(const char *why) {
    what = why;
    at = end;
    return false;
  }
  template <typename T> bool fixed(T &value) {
    if (static_cast<size_t>(end - at) < sizeof(T))
      return fail("the end inside a number");
    std::memcpy(&value, at, sizeof(T));
    at += sizeof(T);
    return true;
  }

  const uint8_t *at = nullptr, *end = nullptr, *begin = nullptr;
  uint64_t start = 0;
  const char *what = nullptr;
};

inline void writeVarint(std::string &to, uint64_t value) {
  for (; value > 127; value >>= 7)
    to.push_back(static_cast<char>(value | 128));
  to.push_back(static_cast<char>(value));
}
inline void writeTag(std::string &to, uint32_t field, WireType type) {
  writeVarint(to, uint64_t(field) << 3 | static_cast<uint64_t>(type));
}
inline void writeVarint(std::string &to, uint32_t field, uint64_t value) {
  writeTag(to, field, WireType::Varint);
  writeVarint(to, value);
}
inline void writeBytes(std::string &to, uint32_t field,
                       std::string_view value) {
  writeTag(to, field, WireType::Bytes);
  writeVarint(to, value.size());
  to.append(value);
}

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_WIRE_H

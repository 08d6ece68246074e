//===- NpyFile.cpp - Tensors as NumPy keeps them --------------------------===//

#include "runtime/tools/values/NpyFile.h"

#include "runtime/tools/values/FileBytes.h"
#include "runtime/tools/values/NpyHeader.h"
#include "runtime/tools/values/Numbers.h"
#include "runtime/tools/values/Unicode.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

using namespace llmrt::tools;

/// How NumPy keeps elements: kind and size, 0 for U whose size is any.
static void numpyType(llmrt_element_type type, char &kind, uint64_t &size) {
  size = llmrt_element_bytes(type);
  switch (type) {
  case LLMRT_F16:
  case LLMRT_F32:
  case LLMRT_F64:
    kind = 'f';
    return;
  case LLMRT_C64:
  case LLMRT_C128:
    kind = 'c';
    return;
  case LLMRT_I8:
  case LLMRT_I16:
  case LLMRT_I32:
  case LLMRT_I64:
    kind = 'i';
    return;
  case LLMRT_BOOL:
    kind = 'b';
    return;
  case LLMRT_STRING:
    kind = 'U';
    size = 0;
    return;
  default: // as their bits
    kind = 'u';
  }
}

/// Whether elements of the file are those of `type`.
static bool holds(const NpyHeader &header, llmrt_element_type type) {
  char kind;
  uint64_t size;
  numpyType(type, kind, size);
  if (kind == 'U')
    return header.kind == 'U';
  if (header.size != size)
    return false;
  if (header.kind == kind)
    return true;
  // What ml_dtypes writes for its types; integers as numbers.
  FloatFormat format;
  bool custom =
      (formatOf(type, format) && type != LLMRT_F16) || type == LLMRT_F8E8M0;
  return (custom && header.kind == 'V') ||
         (bitsOf(type) < 8 && isInteger(type) && header.kind == 'i');
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// From the first dimension varying fastest to the last.
static void reorder(const std::vector<int64_t> &dims, uint64_t size,
                    std::vector<uint8_t> &bytes) {
  std::vector<uint8_t> ordered(bytes.size());
  std::vector<uint64_t> strides(dims.size()), index(dims.size(), 0);
  uint64_t stride = size;
  for (size_t dim = 0; dim < dims.size(); ++dim) {
    strides[dim] = stride;
    stride *= uint64_t(dims[dim]);
  }
  uint64_t from = 0;
  for (uint64_t to = 0; to < bytes.size(); to += size) {
    memcpy(ordered.data() + to, bytes.data() + from, size);
    for (size_t dim = dims.size(); dim-- > 0;) {
      from += strides[dim];
      if (++index[dim] < uint64_t(dims[dim]))
        break;
      from -= strides[dim] * uint64_t(dims[dim]);
      index[dim] = 0;
    }
  }
  bytes = std::move(ordered);
}

static void swapBytes(std::vector<uint8_t> &bytes, uint64_t unit) {
  for (uint64_t at = 0; at < bytes.size(); at += unit)
    std::reverse(bytes.begin() + long(at), bytes.begin() + long(at + unit));
}

/// NumPy's U: code points of four bytes, zeros behind the text.
static bool decodeStrings(uint64_t count, uint64_t characters, Value &value,
                          std::string &error) {
  const auto *points = reinterpret_cast<const uint32_t *>(value.bytes.data());
  for (uint64_t i = 0; i < count; ++i, points += characters) {
    uint64_t length = characters;
    while (length != 0 && points[length - 1] == 0)
      --length;
    std::string text;
    for (uint64_t at = 0; at < length; ++at)
      if (!appendUtf8(points[at], text)) {
        error = fmt::format("element {} has the character 0x{:x}, which is "
                            "none of Unicode's",
                            i, points[at]);
        return false;
      }
    value.strings.push_back(std::move(text));
  }
  value.bytes.clear();
  return true;
}

/// Elements of less than 8 bits were bits; a signed one gets its sign.
static bool decodeBits(llmrt_element_type type, Value &value,
                       std::string &error) {
  int bits = bitsOf(type);
  bool isSigned = type == LLMRT_I4 || type == LLMRT_I2;
  for (size_t i = 0; i < value.bytes.size(); ++i) {
    uint8_t &byte = value.bytes[i];
    if (byte >> bits != 0) {
      error = fmt::format("element {} is {}; an element of {} has {} bits", i,
                          byte, llmrt_element_name(type), bits);
      return false;
    }
    if (isSigned && byte >> (bits - 1))
      byte = uint8_t(byte | 0xff << bits);
  }
  return true;
}

static bool parse(const std::vector<uint8_t> &bytes, llmrt_element_type type,
                  Value &value, std::string &error) {
  NpyHeader header;
  if (!parseNpyHeader(bytes, header, error))
    return false;
  if (!holds(header, type)) {
    NpyHeader wanted;
    wanted.order = llmrt_element_bytes(type) > 1 ? '<' : '|';
    numpyType(type, wanted.kind, wanted.size);
    error = fmt::format("has elements of '{}'; for {} '{}' is accepted",
                        header.descr(), llmrt_element_name(type),
                        wanted.kind == 'U' ? "<U" : wanted.descr());
    return false;
  }
  uint64_t size = header.kind == 'U' ? header.size * 4 : header.size;
  uint64_t count, there = bytes.size() - header.dataOffset;
  if (!countElements(header.shape, std::max<uint64_t>(size, 1), count) ||
      count * size != there) {
    error = fmt::format("has {} bytes of data, not those of its shape", there);
    return false;
  }
  if (size == 0 && count > uint64_t(1) << 30) {
    error = fmt::format("has {} strings without a character", count);
    return false;
  }
  value = {};
  value.type = type;
  value.dims = header.shape;
  value.bytes.assign(bytes.begin() + long(header.dataOffset), bytes.end());
  uint64_t unit = header.kind == 'c'   ? header.size / 2
                  : header.kind == 'U' ? 4
                                       : header.size;
  if (header.order == '>' && unit > 1)
    swapBytes(value.bytes, unit);
  if (header.fortran && header.shape.size() > 1 && size != 0)
    reorder(header.shape, size, value.bytes);
  if (header.kind == 'U')
    return decodeStrings(count, header.size, value, error);
  if (bitsOf(type) < 8 && header.kind == 'u')
    return decodeBits(type, value, error);
  return true;
}

bool llmrt::tools::parseNpy(const std::string &path,
                            const std::vector<uint8_t> &bytes,
                            llmrt_element_type type, Value &value,
                            std::string &error) {
  if (parse(bytes, type, value, error))
    return true;
  error = path + ": " + error;
  return false;
}

bool llmrt::tools::readNpy(const std::string &path, llmrt_element_type type,
                           Value &value, std::string &error) {
  std::vector<uint8_t> bytes;
  return readFile(path, bytes, error) &&
         parseNpy(path, bytes, type, value, error);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// The bytes of strings as U, and how many characters the longest has.
static bool encodeStrings(const llmrt_value &tensor, uint64_t count,
                          std::string &data, uint64_t &longest,
                          std::string &error) {
  const auto *strings = static_cast<const llmrt_string *>(tensor.data);
  std::vector<std::vector<uint32_t>> points(count);
  longest = 1; // NumPy has no strings of no characters
  for (uint64_t i = 0; i < count; ++i) {
    if (!decodeUtf8(std::string_view(strings[i].text, strings[i].bytes),
                    points[i])) {
      error = fmt::format("element {} is no UTF-8, and NumPy's U type holds "
                          "Unicode",
                          i);
      return false;
    }
    longest = std::max<uint64_t>(longest, points[i].size());
  }
  for (std::vector<uint32_t> &text : points) {
    text.resize(longest);
    data.append(reinterpret_cast<const char *>(text.data()), longest * 4);
  }
  return true;
}

bool llmrt::tools::writeNpy(const std::string &path, const llmrt_value &tensor,
                            std::string &error) {
  NpyHeader header;
  numpyType(tensor.type, header.kind, header.size);
  header.order = llmrt_element_bytes(tensor.type) > 1 ? '<' : '|';
  header.shape.assign(tensor.dims, tensor.dims + tensor.rank);
  uint64_t count = elementCount(tensor);
  std::string encoded;
  const char *data = static_cast<const char *>(tensor.data);
  uint64_t bytes = count * header.size;
  if (tensor.type == LLMRT_STRING) {
    if (!encodeStrings(tensor, count, encoded, header.size, error)) {
      error = path + ": " + error;
      return false;
    }
    data = encoded.data();
    bytes = encoded.size();
  } else if (int bits = bitsOf(tensor.type); bits < 8) {
    encoded.assign(data, data + bytes);
    for (char &byte : encoded)
      byte = char(byte & ((1 << bits) - 1));
    data = encoded.data();
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << makeNpyHeader(header);
  file.write(data, std::streamsize(bytes));
  if (file.flush())
    return true;
  error = fmt::format("{}: cannot be written: {}", path, strerror(errno));
  return false;
}

//===- Safetensors.cpp - The header of a .safetensors file
//-----------------===//
//
// See Safetensors.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Safetensors.h"

#include "frontends/CheckedMath.h"
#include "frontends/Limits.h"
#include "frontends/huggingface/Json.h"

#include <algorithm>

namespace llm::huggingface {

namespace dom = simdjson::dom;

namespace {
struct Dtype {
  std::string_view name;
  uint64_t bits;
  std::optional<SourceType> type;
};
} // namespace

// Types that we cannot read are known by size, so that a file which holds one
// in a tensor nobody needs is still checked whole.
static constexpr Dtype kDtypes[] = {
    {"F32", 32, SourceType::F32},     {"F16", 16, SourceType::F16},
    {"BF16", 16, SourceType::BF16},   {"F64", 64, std::nullopt},
    {"C64", 64, std::nullopt},        {"I64", 64, std::nullopt},
    {"U64", 64, std::nullopt},        {"I32", 32, std::nullopt},
    {"U32", 32, std::nullopt},        {"I16", 16, std::nullopt},
    {"U16", 16, std::nullopt},        {"I8", 8, std::nullopt},
    {"U8", 8, std::nullopt},          {"BOOL", 8, std::nullopt},
    {"F8_E4M3", 8, std::nullopt},     {"F8_E5M2", 8, std::nullopt},
    {"F8_E8M0", 8, std::nullopt},     {"F8_E4M3FNUZ", 8, std::nullopt},
    {"F8_E5M2FNUZ", 8, std::nullopt}, {"F6_E2M3", 6, std::nullopt},
    {"F6_E3M2", 6, std::nullopt},     {"F4", 4, std::nullopt},
};

/// A non-negative integer of a list; u64 values past 63 bits are refused.
static bool readIndex(element value, int64_t &index) {
  return (value.is_int64() || value.is_uint64()) && !value.get(index) &&
         index >= 0;
}

/// Reads one entry of the header. False with `reason`.
static bool readEntry(std::string_view name, element value, uint64_t dataBytes,
                      FoundTensor &tensor, std::string &reason) {
  if (name.empty() || name.size() > limits::kMaxTensorName) {
    reason = "has a name of " + std::to_string(name.size()) +
             " bytes; accepted: 1 to " + std::to_string(limits::kMaxTensorName);
    return false;
  }
  tensor.name = name;

  dom::object members;
  if (value.get(members)) {
    reason = std::string("is described by ") + kindName(value) +
             "; accepted: an object";
    return false;
  }
  std::string_view dtypeName;
  dom::array shape, offsets;
  bool complete = !members["dtype"].get(dtypeName) &&
                  !members["shape"].get(shape) &&
                  !members["data_offsets"].get(offsets);
  if (!complete || members.size() != 3 || offsets.size() != 2) {
    reason = "is not described by exactly a 'dtype' string, a 'shape' list and "
             "a 'data_offsets' list of two";
    return false;
  }

  const auto *dtype =
      std::find_if(std::begin(kDtypes), std::end(kDtypes),
                   [&](const Dtype &d) { return d.name == dtypeName; });
  if (dtype == std::end(kDtypes)) {
    reason = "has the unknown dtype " + quoteName(dtypeName);
    return false;
  }
  tensor.typeName = dtype->name;
  tensor.type = dtype->type;

  if (shape.size() > limits::kMaxRank) {
    reason = "has " + std::to_string(shape.size()) +
             " dimensions; accepted: at most " +
             std::to_string(limits::kMaxRank);
    return false;
  }
  for (element item : shape) {
    int64_t extent;
    if (!readIndex(item, extent)) {
      reason = "has an extent that is no whole number below 2^63";
      return false;
    }
    tensor.shape.push_back(extent);
  }

  int64_t begin, end;
  if (!readIndex(offsets.at(0).value_unsafe(), begin) ||
      !readIndex(offsets.at(1).value_unsafe(), end) || begin > end ||
      static_cast<uint64_t>(end) > dataBytes) {
    reason = "has data_offsets outside the file's " +
             std::to_string(dataBytes) + " bytes of tensor data";
    return false;
  }
  tensor.offset = static_cast<uint64_t>(begin);
  tensor.bytes = static_cast<uint64_t>(end - begin);

  std::optional<uint64_t> count = checkedElementCount(tensor.shape);
  std::optional<uint64_t> bits;
  if (count)
    bits = checkedMul(*count, dtype->bits);
  if (!bits || *bits % 8 != 0 || *bits / 8 != tensor.bytes) {
    reason = "of dtype " + tensor.typeName + " and shape " +
             shapeText(tensor.shape) + " needs " +
             (bits && *bits % 8 == 0 ? std::to_string(*bits / 8)
                                     : std::string("an impossible number of")) +
             " bytes but its data_offsets hold " + std::to_string(tensor.bytes);
    return false;
  }
  return true;
}

/// "__metadata__" may only map strings to strings.
static bool isMetadata(element value) {
  dom::object members;
  if (value.get(members))
    return false;
  for (dom::key_value_pair member : members)
    if (!member.value.is_string())
      return false;
  return true;
}

bool readSafetensors(const uint8_t *data, uint64_t size, uint32_t file,
                     const std::string &where,
                     std::vector<FoundTensor> &tensors, std::string &error) {
  auto fail = [&](const std::string &what) {
    error = where + ": " + what;
    return false;
  };
  constexpr uint64_t kLengthBytes = 8;
  if (size < kLengthBytes)
    return fail("holds " + std::to_string(size) +
                " bytes; a safetensors file starts with 8 bytes of length");
  uint64_t headerBytes = 0;
  for (unsigned i = 0; i < kLengthBytes; ++i)
    headerBytes |= static_cast<uint64_t>(data[i]) << (8 * i);
  if (headerBytes > limits::kMaxSafetensorsHeader)
    return fail("byte 0: the header is said to have " +
                std::to_string(headerBytes) + " bytes; accepted: at most " +
                std::to_string(limits::kMaxSafetensorsHeader));
  if (headerBytes > size - kLengthBytes)
    return fail("byte 0: the header is said to have " +
                std::to_string(headerBytes) + " bytes but the file holds " +
                std::to_string(size - kLengthBytes) + " more");
  std::string_view header(reinterpret_cast<const char *>(data + kLengthBytes),
                          headerBytes);
  if (header.empty() || header.front() != '{')
    return fail("byte 8: the header does not start with '{'");

  JsonDocument document;
  std::string reason;
  if (!document.parse(header, reason))
    return fail("the header " + reason);
  Problems unused; // the root's members are read by hand
  const uint64_t dataStart = kLengthBytes + headerBytes;
  const uint64_t dataBytes = size - dataStart;
  const size_t first = tensors.size();
  for (dom::key_value_pair member : document.root(unused).all()) {
    if (member.key == "__metadata__") {
      if (!isMetadata(member.value))
        return fail("'__metadata__' is no object of strings");
      continue;
    }
    FoundTensor tensor;
    tensor.file = file;
    if (!readEntry(member.key, member.value, dataBytes, tensor, reason))
      return fail("tensor " + quoteName(member.key) + " " + reason);
    tensors.push_back(std::move(tensor));
  }

  // The ranges must tile the data. Empty tensors sort before what follows.
  std::sort(tensors.begin() + first, tensors.end(),
            [](const FoundTensor &a, const FoundTensor &b) {
              return a.offset != b.offset ? a.offset < b.offset
                     : a.bytes != b.bytes ? a.bytes < b.bytes
                                          : a.name < b.name;
            });
  uint64_t covered = 0;
  for (size_t i = first; i < tensors.size(); ++i) {
    FoundTensor &tensor = tensors[i];
    if (tensor.offset != covered)
      return fail(
          "tensor " + quoteName(tensor.name) + " starts at byte " +
          std::to_string(tensor.offset) + " of the data; " +
          (tensor.offset < covered ? "bytes before " : "the bytes from ") +
          std::to_string(covered) +
          (tensor.offset < covered ? " belong to another tensor"
                                   : " on belong to none"));
    covered += tensor.bytes; // offset + bytes <= dataBytes was checked
    tensor.offset += dataStart;
  }
  if (covered != dataBytes)
    return fail("the tensors cover " + std::to_string(covered) + " of " +
                std::to_string(dataBytes) +
                " bytes of data; bytes that belong to no tensor are refused");
  return true;
}

} // namespace llm::huggingface

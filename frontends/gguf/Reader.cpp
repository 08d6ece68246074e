//===- Reader.cpp - The header of a GGUF file
//------------------------------===//
//
// See Reader.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Reader.h"

#include "frontends/CheckedMath.h"
#include "frontends/Limits.h"
#include "frontends/gguf/BlockFormats.h"

#include <algorithm>
#include <cstring>

namespace llm::gguf {

namespace {
struct TensorType {
  uint32_t number;
  const char *name;
  std::optional<SourceType> type;
};

/// Walks the bytes once, never past the end.
class HeaderReader {
public:
  HeaderReader(Header &header, uint32_t file, std::string &error)
      : header(header), file(file), error(error) {}

  bool read();

private:
  bool readCounts();
  bool readPair();
  bool readValue(std::string_view key, Value &value);
  bool skipStrings(std::string_view key, uint64_t count);
  bool readAlignment();
  bool readTensor();
  bool sizeTensor(FoundTensor &tensor, SourceType type);
  bool placeTensors();

  uint64_t left() const { return header.size - position; }
  bool readBytes(void *out, uint64_t bytes, const char *what);
  template <typename T> bool readNumber(T &out, const char *what) {
    return readBytes(&out, sizeof(T), what);
  }
  bool readString(std::string_view &text, uint64_t most, const char *what);

  /// An error at the byte where the last item started.
  bool fail(const std::string &what) {
    error = header.where + ": byte " + std::to_string(itemStart) + ": " + what;
    return false;
  }

  Header &header;
  uint32_t file;
  std::string &error;
  uint64_t position = 0, itemStart = 0;
  uint64_t tensorCount = 0, pairCount = 0;
  uint64_t alignment = 32; ///< the format's default
};
} // namespace

// As ggml.h numbers them. Gaps are types that were removed.
static const TensorType kTensorTypes[] = {
    {0, "F32", SourceType::F32},    {1, "F16", SourceType::F16},
    {2, "Q4_0", SourceType::Q4_0},  {3, "Q4_1", SourceType::Q4_1},
    {6, "Q5_0", SourceType::Q5_0},  {7, "Q5_1", SourceType::Q5_1},
    {8, "Q8_0", SourceType::Q8_0},  {9, "Q8_1", std::nullopt},
    {10, "Q2_K", SourceType::Q2_K}, {11, "Q3_K", SourceType::Q3_K},
    {12, "Q4_K", SourceType::Q4_K}, {13, "Q5_K", SourceType::Q5_K},
    {14, "Q6_K", SourceType::Q6_K}, {15, "Q8_K", std::nullopt},
    {16, "IQ2_XXS", std::nullopt},  {17, "IQ2_XS", std::nullopt},
    {18, "IQ3_XXS", std::nullopt},  {19, "IQ1_S", std::nullopt},
    {20, "IQ4_NL", std::nullopt},   {21, "IQ3_S", std::nullopt},
    {22, "IQ2_S", std::nullopt},    {23, "IQ4_XS", std::nullopt},
    {24, "I8", std::nullopt},       {25, "I16", std::nullopt},
    {26, "I32", std::nullopt},      {27, "I64", std::nullopt},
    {28, "F64", std::nullopt},      {29, "IQ1_M", std::nullopt},
    {30, "BF16", SourceType::BF16}, {34, "TQ1_0", std::nullopt},
    {35, "TQ2_0", std::nullopt},    {39, "MXFP4", std::nullopt},
    {40, "NVFP4", std::nullopt},    {41, "Q1_0", std::nullopt},
};

bool HeaderReader::readBytes(void *out, uint64_t bytes, const char *what) {
  itemStart = position;
  if (bytes > left())
    return fail("the file ends inside " + std::string(what));
  std::memcpy(out, header.data + position, bytes);
  position += bytes;
  return true;
}

bool HeaderReader::readString(std::string_view &text, uint64_t most,
                              const char *what) {
  uint64_t length;
  if (!readNumber(length, what))
    return false;
  if (length > most)
    return fail(std::string(what) + " is said to have " +
                std::to_string(length) + " bytes; accepted: at most " +
                std::to_string(most));
  if (length > left())
    return fail(std::string(what) + " is said to have " +
                std::to_string(length) + " bytes but the file holds " +
                std::to_string(left()) + " more");
  text = {reinterpret_cast<const char *>(header.data + position),
          static_cast<size_t>(length)};
  position += length;
  return true;
}

bool HeaderReader::readCounts() {
  char magic[4];
  uint32_t version;
  if (!readBytes(magic, sizeof(magic), "the magic"))
    return false;
  if (std::memcmp(magic, "GGUF", sizeof(magic)) != 0)
    return fail("the file does not start with 'GGUF'");
  if (!readNumber(version, "the version"))
    return false;
  // A big-endian 2 or 3, read as little-endian, has only high bits.
  if (version != 0 && (version & 0xFFFF) == 0)
    return fail("not supported yet: a big-endian file; accepted: "
                "little-endian");
  if (version != 2 && version != 3)
    return fail("version " + std::to_string(version) + "; accepted: 2, 3");
  header.version = version;

  // The smallest pair is an empty key, a type and one byte; the smallest
  // tensor an empty name, a rank, one extent, a type and an offset.
  constexpr uint64_t kLeastPair = 8 + 4 + 1, kLeastTensor = 8 + 4 + 8 + 4 + 8;
  if (!readNumber(tensorCount, "the tensor count"))
    return false;
  if (tensorCount > limits::kMaxGgufTensors ||
      tensorCount > left() / kLeastTensor)
    return fail(std::to_string(tensorCount) + " tensors; accepted: at most " +
                std::to_string(limits::kMaxGgufTensors) +
                ", and no more than the file has bytes for");
  if (!readNumber(pairCount, "the metadata count"))
    return false;
  if (pairCount > limits::kMaxGgufKeys || pairCount > left() / kLeastPair)
    return fail(std::to_string(pairCount) +
                " metadata pairs; accepted: at most " +
                std::to_string(limits::kMaxGgufKeys) +
                ", and no more than the file has bytes for");
  return true;
}

bool HeaderReader::skipStrings(std::string_view key, uint64_t count) {
  std::string what = "a string of " + quoteName(key);
  for (uint64_t i = 0; i < count; ++i) {
    std::string_view text;
    if (!readString(text, limits::kMaxGgufStringBytes, what.c_str()))
      return false;
  }
  return true;
}

bool HeaderReader::readValue(std::string_view key, Value &value) {
  std::string what = "the value of " + quoteName(key);
  uint32_t type;
  if (!readNumber(type, what.c_str()))
    return false;
  value.type = static_cast<ValueType>(type);
  if (value.type == ValueType::Array) {
    value.isArray = true;
    if (!readNumber(type, what.c_str()))
      return false;
    value.type = static_cast<ValueType>(type);
    if (value.type == ValueType::Array)
      return fail("not supported yet: an array of arrays as " + what);
    if (!readNumber(value.count, what.c_str()))
      return false;
  }
  value.data = header.data + position;
  if (value.type == ValueType::String)
    return skipStrings(key, value.count);

  uint64_t elementBytes = scalarBytes(value.type);
  if (elementBytes == 0)
    return fail(what + " has the unknown type " + std::to_string(type));
  std::optional<uint64_t> bytes = checkedMul(value.count, elementBytes);
  if (!bytes || *bytes > left())
    return fail(what + " is said to have " + std::to_string(value.count) +
                " elements of type " + typeName(value.type) +
                " but the file holds " + std::to_string(left()) +
                " more bytes");
  position += *bytes;
  return true;
}

bool HeaderReader::readPair() {
  std::string_view key;
  if (!readString(key, limits::kMaxGgufKeyBytes, "a metadata key"))
    return false;
  uint64_t keyStart = itemStart;
  Value value;
  if (!readValue(key, value))
    return false;
  itemStart = keyStart;
  return header.metadata.add(key, value) ||
         fail("the key " + quoteName(key) + " is there twice");
}

bool HeaderReader::readAlignment() {
  const char *key = "general.alignment";
  Problems problems;
  std::optional<int64_t> stored =
      header.metadata.integer(key, 1, limits::kMaxGgufAlignment, problems);
  if (stored && !isPowerOfTwo(static_cast<uint64_t>(*stored)))
    problems.add(badValue(key, std::to_string(*stored), "a power of two"));
  if (!problems.empty()) {
    error = problems.text(header.where);
    return false;
  }
  alignment = static_cast<uint64_t>(stored.value_or(32));
  return true;
}

/// Bytes that shape and type need, all of it checked.
bool HeaderReader::sizeTensor(FoundTensor &tensor, SourceType type) {
  BlockFormat format = blockFormat(type);
  std::optional<uint64_t> count = checkedElementCount(tensor.shape);
  if (!count)
    return fail("tensor " + quoteName(tensor.name) + " of shape " +
                shapeText(tensor.shape) + " has more than 2^63 elements");
  if (tensor.shape.back() % format.elements != 0)
    return fail("tensor " + quoteName(tensor.name) + " of type " + format.name +
                " has rows of " + std::to_string(tensor.shape.back()) +
                " elements; accepted: whole blocks of " +
                std::to_string(format.elements));
  std::optional<uint64_t> bytes =
      checkedMul<uint64_t>(*count / format.elements, format.bytes);
  if (!bytes)
    return fail("tensor " + quoteName(tensor.name) + " of shape " +
                shapeText(tensor.shape) + " has more than 2^64 bytes");
  tensor.bytes = *bytes;
  return true;
}

bool HeaderReader::readTensor() {
  std::string_view name;
  if (!readString(name, limits::kMaxGgufNameBytes, "a tensor name"))
    return false;
  uint64_t nameStart = itemStart;
  FoundTensor tensor;
  tensor.name = name;
  tensor.file = file;
  uint32_t rank;
  if (!readNumber(rank, "a tensor's rank"))
    return false;
  if (rank == 0 || rank > limits::kMaxGgufRank)
    return fail("tensor " + quoteName(name) + " has " + std::to_string(rank) +
                " dimensions; accepted: 1 to " +
                std::to_string(limits::kMaxGgufRank));
  for (uint32_t i = 0; i < rank; ++i) {
    uint64_t extent;
    if (!readNumber(extent, "a tensor's extents"))
      return false;
    std::optional<int64_t> checked = checkedCast<int64_t>(extent);
    if (!checked || *checked == 0)
      return fail("tensor " + quoteName(name) + " has an extent of " +
                  std::to_string(extent) + "; accepted: 1 to 2^63 - 1");
    tensor.shape.push_back(*checked);
  }
  // The file lists the innermost dimension first.
  std::reverse(tensor.shape.begin(), tensor.shape.end());

  uint32_t type;
  if (!readNumber(type, "a tensor's type") ||
      !readNumber(tensor.offset, "a tensor's offset"))
    return false;
  itemStart = nameStart;
  const auto *known =
      std::find_if(std::begin(kTensorTypes), std::end(kTensorTypes),
                   [&](const TensorType &t) { return t.number == type; });
  if (known != std::end(kTensorTypes)) {
    tensor.type = known->type;
    tensor.typeName = known->name;
  } else {
    tensor.typeName = "number " + std::to_string(type);
  }
  if (tensor.type && !sizeTensor(tensor, *tensor.type))
    return false;
  if (tensor.offset % alignment != 0)
    return fail("tensor " + quoteName(name) + " is at offset " +
                std::to_string(tensor.offset) +
                "; accepted: multiples of the alignment, " +
                std::to_string(alignment));
  header.tensors.push_back(std::move(tensor));
  return true;
}

/// Turns offsets into the data section into offsets into the file.
bool HeaderReader::placeTensors() {
  if (header.tensors.empty())
    return true;
  itemStart = position;
  std::optional<uint64_t> dataStart = checkedAlignUp(position, alignment);
  if (!dataStart || *dataStart > header.size)
    return fail("the file ends before its tensor data");
  uint64_t dataBytes = header.size - *dataStart;
  for (FoundTensor &tensor : header.tensors) {
    if (!isRangeWithin(tensor.offset, tensor.bytes, dataBytes))
      return fail("tensor " + quoteName(tensor.name) + " needs " +
                  std::to_string(tensor.bytes) + " bytes at offset " +
                  std::to_string(tensor.offset) + " of the tensor data, " +
                  "of which the file holds " + std::to_string(dataBytes) +
                  "; it may be cut short");
    tensor.offset += *dataStart;
  }

  std::vector<const FoundTensor *> order;
  for (const FoundTensor &tensor : header.tensors)
    if (tensor.type) // the size of other types is not known
      order.push_back(&tensor);
  std::sort(order.begin(), order.end(),
            [](const FoundTensor *a, const FoundTensor *b) {
              return a->offset < b->offset;
            });
  for (size_t i = 1; i < order.size(); ++i) {
    const FoundTensor &before = *order[i - 1];
    if (before.offset + before.bytes > order[i]->offset)
      return fail("tensors " + quoteName(before.name) + " and " +
                  quoteName(order[i]->name) + " overlap");
  }
  return true;
}

bool HeaderReader::read() {
  if (!readCounts())
    return false;
  for (uint64_t i = 0; i < pairCount; ++i)
    if (!readPair())
      return false;
  if (!readAlignment())
    return false;
  for (uint64_t i = 0; i < tensorCount; ++i)
    if (!readTensor())
      return false;
  return placeTensors();
}

bool readHeader(const uint8_t *data, uint64_t size, uint32_t file,
                const std::string &where, Header &header, std::string &error) {
  header.where = where;
  header.data = data;
  header.size = size;
  return HeaderReader(header, file, error).read();
}

} // namespace llm::gguf

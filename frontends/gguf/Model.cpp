//===- Model.cpp - Opening a GGUF model
//------------------------------------===//
//
// See Model.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Model.h"

#include "frontends/Limits.h"
#include "frontends/gguf/BlockFormats.h"
#include "frontends/gguf/Config.h"
#include "frontends/gguf/Rope.h"
#include "frontends/gguf/Tokenizer.h"

#include <algorithm>

namespace llm::gguf {

static constexpr const char *kSplitNumber = "split.no";
static constexpr const char *kSplitCount = "split.count";
static constexpr const char *kSplitTensors = "split.tensors.count";

static std::string fiveDigits(uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(5 - std::min<size_t>(5, digits.size()), '0') + digits;
}

static std::string splitSuffix(uint64_t number, uint64_t count) {
  return "-" + fiveDigits(number) + "-of-" + fiveDigits(count) + ".gguf";
}

bool findSplits(const Header &first, std::vector<std::string> &others,
                std::string &error) {
  Problems problems;
  const int64_t most = static_cast<int64_t>(limits::kMaxShards);
  uint64_t count = static_cast<uint64_t>(
      first.metadata.integer(kSplitCount, 0, most, problems).value_or(1));
  int64_t number =
      first.metadata.integer(kSplitNumber, 0, most, problems).value_or(0);
  std::string suffix = splitSuffix(1, count);
  bool named = first.where.size() > suffix.size() &&
               first.where.compare(first.where.size() - suffix.size(),
                                   suffix.size(), suffix) == 0;
  if (problems.empty() && count > 1 && number != 0)
    problems.add("is split " + std::to_string(number + 1) + " of " +
                 std::to_string(count) +
                 "; give the first, whose name ends in " + suffix);
  else if (problems.empty() && count > 1 && !named)
    problems.add("is the first of " + std::to_string(count) +
                 " splits; accepted: a name that ends in " + suffix +
                 ", by which the others are found");
  if (!problems.empty()) {
    error = problems.text(first.where);
    return false;
  }
  std::string stem = first.where.substr(0, first.where.size() - suffix.size());
  for (uint64_t split = 2; split <= count; ++split)
    others.push_back(stem + splitSuffix(split, count));
  return true;
}

/// Splits must say themselves which part of which model they are.
static void checkSplits(const std::vector<Header> &headers,
                        Problems &problems) {
  const int64_t most = static_cast<int64_t>(limits::kMaxShards);
  int64_t tensors = 0;
  for (size_t i = 0; i < headers.size(); ++i) {
    const Metadata &metadata = headers[i].metadata;
    tensors += static_cast<int64_t>(headers[i].tensors.size());
    if (headers.size() == 1)
      continue;
    int64_t number =
        metadata.integer(kSplitNumber, 0, most, problems).value_or(-1);
    int64_t count =
        metadata.integer(kSplitCount, 0, most, problems).value_or(-1);
    if (number != static_cast<int64_t>(i) ||
        count != static_cast<int64_t>(headers.size()))
      problems.add(headers[i].where + " says it is number " +
                   std::to_string(number) + " of " + std::to_string(count) +
                   "; expected number " + std::to_string(i) + " of " +
                   std::to_string(headers.size()) + ", counted from 0");
  }
  std::optional<int64_t> expected =
      headers.front().metadata.integer(kSplitTensors, 0, INT32_MAX, problems);
  if (expected && *expected != tensors)
    problems.add(badValue(kSplitTensors, std::to_string(*expected),
                          "the number of tensors in the files, " +
                              std::to_string(tensors)));
}

/// The architecture's row, after what marks other kinds of GGUF files.
static const ArchitectureRow *identify(const Metadata &metadata,
                                       Problems &problems) {
  const char *typeKey = "general.type", *key = "general.architecture";
  std::optional<std::string_view> type = metadata.string(typeKey, problems);
  if (type && *type != "model") {
    problems.add("not supported yet: " +
                 badValue(typeKey, quoteName(*type), "'model'"));
    return nullptr;
  }
  std::optional<std::string_view> name = metadata.string(key, problems);
  if (!name) {
    if (!metadata.has(key))
      problems.add(badValue(key, "missing", acceptedArchitectures()));
    return nullptr;
  }
  const ArchitectureRow *row = findArchitecture(*name);
  if (!row)
    problems.add("not supported yet: architecture " + quoteName(*name) +
                 "; accepted: " + acceptedArchitectures());
  return row;
}

/// Blocks of other versions than 2 have another layout.
static void checkQuantization(const Metadata &metadata,
                              const std::vector<FoundTensor> &tensors,
                              Problems &problems) {
  const char *key = "general.quantization_version";
  std::optional<int64_t> version =
      metadata.integer(key, 0, UINT32_MAX, problems);
  bool quantized = std::any_of(
      tensors.begin(), tensors.end(), [](const FoundTensor &tensor) {
        return tensor.type && isBlockQuantized(*tensor.type);
      });
  if (quantized && version && *version != 2)
    problems.add("not supported yet: " +
                 badValue(key, std::to_string(*version), "2"));
}

bool readModel(const std::vector<Header> &headers, Checkpoint &checkpoint,
               std::string &error) {
  const Header &first = headers.front();
  Problems problems;
  checkpoint.format = Checkpoint::Format::Gguf;
  checkpoint.path = first.where;
  const ArchitectureRow *row = identify(first.metadata, problems);
  std::vector<FoundTensor> tensors;
  for (const Header &header : headers)
    tensors.insert(tensors.end(), header.tensors.begin(), header.tensors.end());
  if (row) {
    DecoderConfig &config = checkpoint.config;
    checkSplits(headers, problems);
    checkQuantization(first.metadata, tensors, problems);
    readConfig(first.metadata, tensors, *row, config, problems);
    // A config that cannot be trusted would only make every tensor wrong.
    if (problems.empty()) {
      collectDecoderTensors(tensors, row->parts, kTensorNaming, checkpoint,
                            problems);
      config.tieWordEmbeddings = checkpoint.tensors.count("head.weight") == 0;
      config.dtype = storedDtype(checkpoint.tensors);
      readTokenizer(first.metadata, checkpoint, problems);
    }
  }
  for (const FoundTensor &tensor : tensors)
    if (problems.empty() && tensor.name == kRopeFactors)
      readRopeFactors(tensor, headers[tensor.file].data,
                      checkpoint.config.headDim, checkpoint.config.rope,
                      problems);
  if (problems.empty())
    return true;
  error = problems.text(first.where);
  return false;
}

std::unique_ptr<Checkpoint> openFile(std::shared_ptr<const MappedFile> file,
                                     std::string &error) {
  auto checkpoint = std::make_unique<Checkpoint>();
  std::vector<Header> headers;
  auto add = [&](std::shared_ptr<const MappedFile> mapped) {
    headers.emplace_back();
    bool good = readHeader(mapped->data(), mapped->size(),
                           static_cast<uint32_t>(checkpoint->files.size()),
                           mapped->path(), headers.back(), error);
    checkpoint->files.push_back(std::move(mapped));
    return good;
  };
  std::vector<std::string> others;
  if (!add(std::move(file)) || !findSplits(headers.front(), others, error))
    return nullptr;
  for (const std::string &path : others) {
    std::shared_ptr<const MappedFile> mapped = MappedFile::open(path, error);
    if (!mapped || !add(std::move(mapped)))
      return nullptr;
  }
  if (!readModel(headers, *checkpoint, error))
    return nullptr;
  return checkpoint;
}

} // namespace llm::gguf

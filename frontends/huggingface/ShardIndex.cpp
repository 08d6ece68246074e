//===- ShardIndex.cpp - model.safetensors.index.json
//-----------------------===//
//
// See ShardIndex.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/ShardIndex.h"

#include "frontends/Limits.h"
#include "frontends/huggingface/Json.h"
#include "frontends/huggingface/Names.h"

#include <set>

namespace llm::huggingface {

/// A name that cannot lead out of the folder.
static bool isPlainName(std::string_view name) {
  constexpr std::string_view kSuffix = ".safetensors";
  if (name.size() <= kSuffix.size() || name.size() > 255 || name.front() == '.')
    return false;
  for (char c : name)
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20)
      return false;
  return name.substr(name.size() - kSuffix.size()) == kSuffix;
}

bool readShardIndex(std::string_view text, const std::string &where,
                    ShardIndex &index, std::string &error) {
  JsonDocument document;
  std::string reason;
  if (!document.parse(text, reason)) {
    error = where + ": " + reason;
    return false;
  }
  Problems problems;
  JsonObject root = document.root(problems);
  std::optional<JsonObject> weightMap = root.object("weight_map");
  if (!weightMap && problems.empty())
    root.complain("weight_map", root.has("weight_map") ? "null" : "missing",
                  "an object from tensor names to file names");
  if (!weightMap) {
    error = problems.text(where);
    return false;
  }

  std::set<std::string_view> names;
  for (simdjson::dom::key_value_pair member : weightMap->all()) {
    std::string_view file;
    if (member.value.get(file) || !isPlainName(file)) {
      problems.add("tensor " + quoteName(member.key) + " is said to be in " +
                   (member.value.is_string() ? quoteName(file)
                                             : kindName(member.value)) +
                   "; accepted: the plain name of a .safetensors file in the "
                   "same folder");
      continue;
    }
    names.insert(file);
  }
  if (problems.empty() && (names.empty() || names.size() > limits::kMaxShards))
    problems.add("names " + std::to_string(names.size()) +
                 " files; accepted: 1 to " +
                 std::to_string(limits::kMaxShards));
  if (!problems.empty()) {
    error = problems.text(where);
    return false;
  }

  std::map<std::string_view, uint32_t> numbers;
  for (std::string_view name : names) {
    numbers.emplace(name, static_cast<uint32_t>(index.files.size()));
    index.files.emplace_back(name);
  }
  for (simdjson::dom::key_value_pair member : weightMap->all()) {
    std::string_view file;
    if (!member.value.get(file))
      index.fileOfName.emplace(member.key, numbers.find(file)->second);
  }
  return true;
}

void checkAgainstIndex(const ShardIndex &index,
                       const std::vector<FoundTensor> &found,
                       Problems &problems) {
  std::set<std::string_view> seen;
  for (const FoundTensor &tensor : found) {
    auto entry = index.fileOfName.find(tensor.name);
    if (entry == index.fileOfName.end()) {
      if (!kTensorNaming.isIgnored(tensor.name))
        problems.add("tensor " + quoteName(tensor.name) + " of " +
                     index.files[tensor.file] + " is not in the index");
      continue;
    }
    if (entry->second != tensor.file)
      problems.add("tensor " + quoteName(tensor.name) + " is in " +
                   index.files[tensor.file] + "; the index says " +
                   index.files[entry->second]);
    seen.insert(tensor.name);
  }
  for (const auto &[name, file] : index.fileOfName)
    if (seen.count(name) == 0)
      problems.add("tensor " + quoteName(name) + " is not in " +
                   index.files[file] + ", where the index says it is");
}

} // namespace llm::huggingface

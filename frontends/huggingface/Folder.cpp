//===- Folder.cpp - Opening a Hugging Face folder
//--------------------------===//
//
// See Folder.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Folder.h"

#include "frontends/Limits.h"
#include "frontends/huggingface/Config.h"
#include "frontends/huggingface/Json.h"
#include "frontends/huggingface/Names.h"
#include "frontends/huggingface/Safetensors.h"
#include "frontends/huggingface/ShardIndex.h"
#include "frontends/huggingface/TokenizerFiles.h"

#include <algorithm>
#include <cstring>
#include <dirent.h>
#include <simdjson.h>
#include <sys/stat.h>

namespace llm::huggingface {

namespace {
class FolderReader {
public:
  FolderReader(const std::string &path, std::string &error)
      : path(path), error(error) {}

  std::unique_ptr<Checkpoint> read();

  /// See readCompanions.
  bool readInto(Checkpoint &given, const std::string &tokenizer);

private:
  bool readConfigFile();
  bool readWeights();
  bool mapFiles(const std::vector<std::string> &names);
  bool collectTensors();
  void resolveTie();
  bool readTokenizer(const std::string &given = "");
  bool readContext();
  bool readContext(std::string_view object, std::string_view key,
                   std::string &reason);
  bool readGenaiConfig();
  bool readTemplateFile();
  bool resolveIds(const TokenizerFacts &facts);

  bool exists(const char *name) const;
  bool readText(const std::string &name, uint64_t most, std::string &text);
  std::string in(const std::string &name) const { return path + "/" + name; }
  bool fail(const std::string &what) {
    error = path + ": " + what;
    return false;
  }
  bool failWithoutWeights();

  const std::string &path;
  std::string &error;
  std::unique_ptr<Checkpoint> checkpoint;
  FolderConfig config;
  std::vector<FoundTensor> found;
  std::optional<ShardIndex> index;
};
} // namespace

bool FolderReader::exists(const char *name) const {
  struct stat status;
  return stat(in(name).c_str(), &status) == 0;
}

bool FolderReader::readText(const std::string &name, uint64_t most,
                            std::string &text) {
  std::shared_ptr<const MappedFile> file = MappedFile::open(in(name), error);
  if (!file)
    return false;
  if (file->size() > most)
    return fail(name + " has " + std::to_string(file->size()) +
                " bytes; accepted: at most " + std::to_string(most));
  text.assign(reinterpret_cast<const char *>(file->data()), file->size());
  return true;
}

/// The folder's file names that end in one of `suffixes`.
static std::vector<std::string>
listBySuffix(const std::string &path,
             const std::vector<std::string_view> &suffixes) {
  constexpr size_t kMaxEntries = 100000;
  std::vector<std::string> names;
  DIR *directory = opendir(path.c_str());
  if (!directory)
    return names;
  for (size_t i = 0; i < kMaxEntries; ++i) {
    const dirent *entry = readdir(directory);
    if (!entry)
      break;
    std::string_view name = entry->d_name;
    for (std::string_view suffix : suffixes)
      if (name.size() > suffix.size() &&
          name.substr(name.size() - suffix.size()) == suffix)
        names.emplace_back(name);
  }
  closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

bool FolderReader::readConfigFile() {
  if (!exists("config.json")) {
    std::vector<std::string> ggufs = listBySuffix(path, {".gguf"});
    if (!ggufs.empty())
      return fail("holds no config.json but " + quoteName(ggufs.front()) +
                  "; give that file instead of the folder");
    return fail("holds no config.json; accepted: a Hugging Face folder, a "
                ".gguf file");
  }
  std::string text;
  return readText("config.json", limits::kMaxConfigBytes, text) &&
         readConfig(text, in("config.json"), config, error);
}

bool FolderReader::failWithoutWeights() {
  std::vector<std::string> pickles = listBySuffix(
      path, {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".bin.index.json"});
  if (!pickles.empty())
    return fail("holds its weights pickled only (" +
                quoteName(pickles.front()) +
                "), which are never read because loading them can run code; "
                "accepted: model.safetensors, or model.safetensors.index.json "
                "with its shards");
  std::vector<std::string> others = listBySuffix(path, {".safetensors"});
  return fail("holds no model.safetensors and no model.safetensors.index.json" +
              (others.empty() ? "" : ", only " + quoteName(others.front())));
}

bool FolderReader::mapFiles(const std::vector<std::string> &names) {
  for (const std::string &name : names) {
    std::shared_ptr<const MappedFile> file = MappedFile::open(in(name), error);
    if (!file)
      return false;
    if (!readSafetensors(file->data(), file->size(),
                         static_cast<uint32_t>(checkpoint->files.size()),
                         file->path(), found, error))
      return false;
    checkpoint->files.push_back(std::move(file));
  }
  return true;
}

bool FolderReader::readWeights() {
  if (exists("adapter_config.json"))
    return fail("not supported yet: adapters ('adapter_config.json'); "
                "accepted: weights with the adapter merged in");
  // The reference prefers the single file where both are there.
  if (exists("model.safetensors"))
    return mapFiles({"model.safetensors"});
  const char *indexName = "model.safetensors.index.json";
  if (!exists(indexName))
    return failWithoutWeights();
  std::string text;
  ShardIndex shards;
  if (!readText(indexName, limits::kMaxConfigBytes, text) ||
      !readShardIndex(text, in(indexName), shards, error) ||
      !mapFiles(shards.files))
    return false;
  index = std::move(shards);
  return true;
}

bool FolderReader::collectTensors() {
  Problems problems;
  if (index)
    checkAgainstIndex(*index, found, problems);
  if (config.decoder.tieWordEmbeddings) {
    // A tied matrix may be saved under either of its names.
    auto holds = [&](const std::string &name) {
      return std::any_of(
          found.begin(), found.end(),
          [&](const FoundTensor &tensor) { return tensor.name == name; });
    };
    config.parts.embedIsHead =
        !holds(config.naming->sourceName("embed.weight")) &&
        holds(config.naming->sourceName("head.weight"));
  }
  collectDecoderTensors(found, config.parts, *config.naming, *checkpoint,
                        problems);
  if (problems.empty())
    return true;
  error = problems.text(path);
  return false;
}

/// When the config ties the embeddings but both matrices are stored, the
/// reference ties them only if they are equal. Opening reads no other tensor.
void FolderReader::resolveTie() {
  auto head = checkpoint->tensors.find("head.weight");
  if (!checkpoint->config.tieWordEmbeddings ||
      head == checkpoint->tensors.end())
    return;
  const SourceTensor &a = head->second;
  const SourceTensor &b = checkpoint->tensors.find("embed.weight")->second;
  bool equal =
      a.type == b.type && a.bytes == b.bytes &&
      std::memcmp(checkpoint->files[a.file]->data() + a.offset,
                  checkpoint->files[b.file]->data() + b.offset, a.bytes) == 0;
  if (equal)
    checkpoint->tensors.erase(head);
  else
    checkpoint->config.tieWordEmbeddings = false;
}

bool FolderReader::readTemplateFile() {
  std::string text;
  const char *name = "chat_template.jinja";
  if (!readText(name, limits::kMaxTemplateBytes, text))
    return false;
  if (!simdjson::validate_utf8(text))
    return fail(std::string(name) + " is not UTF-8");
  checkpoint->chatTemplate = std::move(text);
  return true;
}

bool FolderReader::readTokenizer(const std::string &given) {
  std::string file = given.empty() ? "tokenizer.json" : given;
  if ((!given.empty() || exists(file.c_str())) &&
      !readText(file, limits::kMaxTokenizerBytes, checkpoint->tokenizerJson))
    return false;
  TokenizerFacts facts;
  std::string text;
  const char *configName = "tokenizer_config.json";
  if (exists(configName) &&
      !(readText(configName, limits::kMaxConfigBytes, text) &&
        readTokenizerConfig(text, in(configName), facts, error)))
    return false;
  const char *mapName = "special_tokens_map.json";
  if (exists(mapName) &&
      !(readText(mapName, limits::kMaxConfigBytes, text) &&
        readSpecialTokensMap(text, in(mapName), facts, error)))
    return false;
  checkpoint->bosToken = facts.bosToken.value_or("");
  checkpoint->eosToken = facts.eosToken.value_or("");
  checkpoint->chatTemplate = facts.chatTemplate.value_or("");
  if (exists("chat_template.jinja") && !readTemplateFile())
    return false;
  return resolveIds(facts);
}

/// generation_config.json has the say, then config.json, and where neither
/// names an end token the tokenizer's own.
bool FolderReader::resolveIds(const TokenizerFacts &facts) {
  SpecialIds ids;
  const char *name = "generation_config.json";
  std::string text;
  if (exists(name) &&
      !(readText(name, limits::kMaxConfigBytes, text) &&
        readGenerationConfig(text, in(name), checkpoint->config.vocabSize, ids,
                             error)))
    return false;
  checkpoint->bos = ids.bos ? ids.bos : config.ids.bos;
  checkpoint->endTokens = ids.end.empty() ? config.ids.end : ids.end;
  if (checkpoint->endTokens.empty() && facts.eosId &&
      *facts.eosId < checkpoint->config.vocabSize)
    checkpoint->endTokens.push_back(*facts.eosId);
  return true;
}

/// The tokens of the context, which `key` of an object says, whatever else the
/// object says.
bool FolderReader::readContext(std::string_view object, std::string_view key,
                               std::string &reason) {
  return visitTopLevel(
      object,
      [&](std::string_view name, std::string_view value) {
        if (name == key)
          checkpoint->config.maxPositionEmbeddings =
              std::strtoll(std::string(value).c_str(), nullptr, 10);
      },
      reason);
}

/// config.json's max_position_embeddings.
bool FolderReader::readContext() {
  std::string text, reason;
  if (!readText("config.json", limits::kMaxConfigBytes, text))
    return false;
  return readContext(text, "max_position_embeddings", reason) ||
         fail("config.json: " + reason);
}

/// What ONNX Runtime GenAI's genai_config.json says of the same in "model".
bool FolderReader::readGenaiConfig() {
  const char *name = "genai_config.json";
  std::string text, model, reason;
  if (!readText(name, limits::kMaxConfigBytes, text))
    return false;
  bool read = visitTopLevel(
      text,
      [&](std::string_view key, std::string_view value) {
        if (key == "model")
          model = value;
      },
      reason);
  if (read && model.empty())
    return fail(std::string(name) + ": it has no model");
  if (!read || !readContext(model, "context_length", reason))
    return fail(std::string(name) + ": " + reason);
  return readGenerationConfig(model, in(name), checkpoint->config.vocabSize,
                              config.ids, error);
}

bool FolderReader::readInto(Checkpoint &given, const std::string &tokenizer) {
  checkpoint = std::make_unique<Checkpoint>(std::move(given));
  bool read = (!exists("config.json") || readContext()) &&
              (!exists("genai_config.json") || readGenaiConfig()) &&
              readTokenizer(tokenizer);
  given = std::move(*checkpoint);
  return read;
}

std::unique_ptr<Checkpoint> FolderReader::read() {
  checkpoint = std::make_unique<Checkpoint>();
  checkpoint->format = Checkpoint::Format::HuggingFace;
  checkpoint->path = path;
  if (!readConfigFile())
    return nullptr;
  checkpoint->config = config.decoder;
  if (!readWeights() || !collectTensors())
    return nullptr;
  resolveTie();
  checkpoint->config.dtype = storedDtype(checkpoint->tensors);
  if (!readTokenizer())
    return nullptr;
  return std::move(checkpoint);
}

std::unique_ptr<Checkpoint> openFolder(const std::string &path,
                                       std::string &error) {
  return FolderReader(path, error).read();
}

bool readCompanions(const std::string &path, const std::string &tokenizer,
                    Checkpoint &checkpoint, std::string &error) {
  return FolderReader(path, error).readInto(checkpoint, tokenizer);
}

} // namespace llm::huggingface

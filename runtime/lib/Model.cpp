//===- Model.cpp - A compiled model, ready to be run ----------------------===//

#include "runtime/lib/Model.h"

#include "runtime/lib/ObjectCheck.h"
#include "runtime/lib/WeightFile.h"
#include "runtime/lib/cpu/CpuFeatures.h"

#include <cinttypes>
#include <cstring>

#include <sys/mman.h>

using namespace llmrt;

Status Model::open(const char *path, const ObjectDescriptor *linked,
                   const llmrt_open_options &options,
                   std::shared_ptr<const Model> &model) {
  auto opened = std::make_shared<Model>();
  if (path) {
    if (Status status = opened->file.open(path))
      return status;
    opened->object = opened->file.descriptor();
  } else {
    // The program may hold a copy; the object's own place is what counts.
    if (linked->magic != kObjectMagic || linked->version != kObjectVersion)
      return checkDescriptor(*linked); // says which
    if (Status status = checkDescriptor(*linked->self))
      return status;
    opened->object = linked->self;
  }
  if (Status status = opened->pickLevel(options.level))
    return status;
  if (Status status = opened->findWeights(path, options))
    return status;
  if (Status status = opened->openText())
    return status;
  model = std::move(opened);
  return LLMRT_OK;
}

Status Model::checkDecoder() const {
  if (!isGraph())
    return LLMRT_OK;
  return fail(LLMRT_UNSUPPORTED,
              "the model '%s' is a graph of tensors, which takes and gives no "
              "tokens: it runs by llmrt_graph_create, or llm-run --input",
              object->name);
}

Status Model::pickLevel(const char *wanted) {
  std::string reasons;
  for (uint64_t index = 0; index < object->levelCount; ++index) {
    const CpuLevel &level = object->levels[index];
    if (wanted && strcmp(wanted, level.name) != 0) {
      reasons += std::string("; ") + level.name + " is not asked for";
      continue;
    }
    std::string_view missing = firstMissingFeature(level.features);
    if (missing.empty()) {
      cpuLevel = &level;
      return LLMRT_OK;
    }
    reasons +=
        std::string("; ") + level.name + " needs " + std::string(missing);
  }
  return fail(LLMRT_WRONG_CPU, "no CPU level of the model can be used here%s",
              reasons.c_str());
}

/// "dir/model.so" -> "dir/model.safetensors".
static std::string weightFileBeside(const std::string &path) {
  size_t name = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  size_t dot = path.rfind('.');
  bool hasSuffix = dot != std::string::npos && dot > name;
  return path.substr(0, hasSuffix ? dot : path.size()) + ".safetensors";
}

Status Model::findWeights(const char *path, const llmrt_open_options &options) {
  uint64_t size = object->weightsBytes;
  if (size == 0)
    return LLMRT_OK;
  if (object->weightsOffset != 0) {
    if (options.weights_path)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "%s: the object holds its weights itself",
                  options.weights_path);
    weightBase =
        reinterpret_cast<const uint8_t *>(object) + object->weightsOffset;
  } else {
    if (!path && !options.weights_path)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "the weights of the linked model '%s' lie in a file: give "
                  "its path as weights_path",
                  object->name);
    std::string file =
        options.weights_path ? options.weights_path : weightFileBeside(path);
    if (Status status =
            openWeightFile(file.c_str(), *object, weightFile, weightBase))
      return status;
  }
  if (options.copy_weights) {
    if (Status status = MappedRegion::allocate(size, /*huge=*/true, weightCopy))
      return status;
    memcpy(weightCopy.data(), weightBase, size);
    weightBase = weightCopy.data();
  }
  return LLMRT_OK;
}

Status Model::openText() {
  std::string error;
  const ByteSpan &tokens = object->tokenizer;
  if (tokens.size != 0) {
    textToIds = Tokenizer::open(tokens.data, tokens.size, error);
    if (!textToIds)
      return fail(LLMRT_BAD_FILE, "the object's tokenizer: %s", error.c_str());
  }
  const ByteSpan &chat = object->chatTemplate;
  if (chat.size != 0 && !messagesToText.open(chat.data, chat.size, error))
    return fail(LLMRT_BAD_FILE, "the object's chat template: %s",
                error.c_str());
  return LLMRT_OK;
}

Status Model::encode(std::string_view text, bool addSpecial, bool parseSpecial,
                     std::vector<int32_t> &ids) const {
  if (!textToIds)
    return fail(LLMRT_UNSUPPORTED, "the model has no tokenizer");
  if (!textToIds->encode(text, addSpecial, parseSpecial, ids))
    return fail(LLMRT_INVALID_ARGUMENT,
                "the text has a character that the model has no token for, or "
                "is longer than 1 GiB");
  return LLMRT_OK;
}

Status Model::renderChat(const llmrt_message *messages, size_t count,
                         bool addGenerationPrompt, std::string &text) const {
  if (!hasChatTemplate())
    return fail(LLMRT_UNSUPPORTED, "the model has no chat template");
  std::vector<ChatMessage> conversation;
  for (size_t index = 0; index < count; ++index) {
    if (!messages[index].role || !messages[index].content)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "message %zu has no role or no content", index);
    conversation.push_back({messages[index].role, messages[index].content});
  }
  std::string error;
  if (!messagesToText.render(conversation, addGenerationPrompt, text, error))
    return fail(LLMRT_INVALID_ARGUMENT, "the chat template: %s", error.c_str());
  return LLMRT_OK;
}

Status Model::verify() const {
  Sha256::Digest digest =
      computeWeightsDigest(weightBase, object->weightsBytes);
  if (memcmp(digest.data(), object->weightsDigest, digest.size()) == 0)
    return LLMRT_OK;
  return fail(LLMRT_BAD_FILE,
              "the %" PRIu64 " bytes of weights do not have the SHA-256 that "
              "they were compiled with; the file is damaged",
              object->weightsBytes);
}

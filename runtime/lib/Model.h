//===- Model.h - A compiled model, ready to be run --------------*- C++ -*-===//
//
// The object with everything around it that does not change: the code of the
// CPU level picked, the weights wherever they lie, tokenizer and chat template.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_MODEL_H
#define LLMRT_LIB_MODEL_H

#include "runtime/lib/ChatTemplate.h"
#include "runtime/lib/MappedRegion.h"
#include "runtime/lib/ObjectFile.h"
#include "runtime/lib/Tokenizer.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

class Model {
public:
  /// Opens the object at `path`, or, where it is null, the one linked into the
  /// program. Fails as llmrt_open does.
  static Status open(const char *path, const ObjectDescriptor *linked,
                     const llmrt_open_options &options,
                     std::shared_ptr<const Model> &model);

  const ObjectDescriptor &descriptor() const { return *object; }
  const ModelFacts &facts() const { return object->facts; }
  bool isGraph() const { return object->graphArgumentCount != 0; }
  /// Fails with UNSUPPORTED unless it is a decoder.
  Status checkDecoder() const;
  const CpuLevel &level() const { return *cpuLevel; }
  const uint8_t *weights() const { return weightBase; }
  uint64_t copiedWeightBytes() const { return weightCopy.size(); }
  /// Private memory of the object itself.
  uint64_t objectBytes() const { return file.privateBytes(); }

  /// Null if the object has none.
  const Tokenizer *tokenizer() const { return textToIds.get(); }
  /// Appends the ids of a text. Fails with UNSUPPORTED or INVALID_ARGUMENT.
  Status encode(std::string_view text, bool addSpecial, bool parseSpecial,
                std::vector<int32_t> &ids) const;

  bool hasChatTemplate() const { return messagesToText.isOpen(); }

  /// The text of a conversation. Fails with UNSUPPORTED or INVALID_ARGUMENT.
  Status renderChat(const llmrt_message *messages, size_t count,
                    bool addGenerationPrompt, std::string &text) const;

  /// Compares the weights' digest. Fails with BAD_FILE.
  Status verify() const;

private:
  Status pickLevel(const char *wanted);
  Status findWeights(const char *path, const llmrt_open_options &options);
  Status openText();

  ObjectFile file; ///< empty for a linked object
  const ObjectDescriptor *object = nullptr;
  const CpuLevel *cpuLevel = nullptr;
  const uint8_t *weightBase = nullptr;
  MappedRegion weightFile, weightCopy;
  std::unique_ptr<Tokenizer> textToIds;
  ChatTemplate messagesToText;
};

} // namespace llmrt

#endif // LLMRT_LIB_MODEL_H

//===- ApiModel.cpp - The C API: models and their text --------------------===//

#include "runtime/lib/ApiHandles.h"
#include "runtime/lib/ElementTypes.h"
#include "runtime/lib/Guard.h"
#include "runtime/lib/ModelWork.h"

#include <cstring>
#include <string>
#include <vector>

using namespace llmrt;

static Status openModel(const char *path, const ObjectDescriptor *linked,
                        const llmrt_open_options *options,
                        llmrt_model **model) {
  return guarded([&] {
    std::shared_ptr<const Model> opened;
    llmrt_open_options defaults = {};
    if (Status status =
            Model::open(path, linked, options ? *options : defaults, opened))
      return status;
    *model = new llmrt_model{std::move(opened)};
    return LLMRT_OK;
  });
}

llmrt_status llmrt_open(const char *path, const llmrt_open_options *options,
                        llmrt_model **model) {
  if (Status status = checkPresent("llmrt_open", path, model))
    return status;
  return openModel(path, nullptr, options, model);
}

llmrt_status llmrt_open_linked(const llmrt_object *object,
                               const llmrt_open_options *options,
                               llmrt_model **model) {
  if (Status status = checkPresent("llmrt_open_linked", object, model))
    return status;
  return openModel(nullptr, reinterpret_cast<const ObjectDescriptor *>(object),
                   options, model);
}

void llmrt_close(llmrt_model *model) { delete model; }

llmrt_status llmrt_verify(const llmrt_model *model) {
  if (Status status = checkPresent("llmrt_verify", model))
    return status;
  return guarded([&] { return model->shared->verify(); });
}

void llmrt_model_get_info(const llmrt_model *model, llmrt_model_info *info) {
  const Model &shared = *model->shared;
  const ObjectDescriptor &descriptor = shared.descriptor();
  const ModelFacts &facts = descriptor.facts;
  *info = {};
  info->name = descriptor.name;
  info->provenance = descriptor.provenance;
  info->cpu_level = shared.level().name;
  info->compute_type = elementName(shared.level().computeType);
  info->vocab_size = facts.vocabSize;
  info->hidden_size = facts.hiddenSize;
  info->layers = facts.layers;
  info->max_context = facts.maxContext;
  info->max_batch = facts.maxBatch;
  info->max_rows = facts.maxRows;
  info->end_tokens = facts.endTokens;
  info->end_token_count = facts.endCount;
  info->bos_token = facts.bosCount ? facts.bos : -1;
  info->has_tokenizer = shared.tokenizer() != nullptr;
  info->has_chat_template = shared.hasChatTemplate();
  info->weight_bytes = descriptor.weightsBytes;
  info->is_graph = shared.isGraph();
}

uint64_t llmrt_model_decode_bytes(const llmrt_model *model, uint32_t batch,
                                  uint32_t context) {
  return decodeBytes(model->shared->descriptor(), batch, context);
}

uint64_t llmrt_model_prefill_flops(const llmrt_model *model, uint32_t tokens) {
  return prefillFlops(model->shared->descriptor(), tokens);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// Copies a result to the caller's buffer if that is large enough.
template <typename Container, typename T>
static Status copyOut(const Container &from, T *to, size_t capacity,
                      size_t *size) {
  *size = from.size();
  if (from.size() > capacity)
    return fail(LLMRT_BUFFER_TOO_SMALL,
                "the result has %zu elements; the buffer has room for %zu",
                from.size(), capacity);
  std::copy(from.begin(), from.end(), to);
  return LLMRT_OK;
}

llmrt_status llmrt_tokenize(const llmrt_model *model, const char *text,
                            size_t bytes, uint32_t flags, int32_t *ids,
                            size_t capacity, size_t *count) {
  if (Status status = checkPresent("llmrt_tokenize", model, count))
    return status;
  return guarded([&] {
    std::vector<int32_t> encoded;
    if (Status status =
            model->shared->encode({text, bytes}, flags & LLMRT_ADD_SPECIAL,
                                  flags & LLMRT_PARSE_SPECIAL, encoded))
      return status;
    return copyOut(encoded, ids, capacity, count);
  });
}

llmrt_status llmrt_detokenize(const llmrt_model *model, const int32_t *ids,
                              size_t count, char *text, size_t capacity,
                              size_t *bytes) {
  if (Status status = checkPresent("llmrt_detokenize", model, bytes))
    return status;
  return guarded([&] {
    const Tokenizer *tokenizer = model->shared->tokenizer();
    if (!tokenizer)
      return fail(LLMRT_UNSUPPORTED, "the model has no tokenizer");
    std::string decoded;
    Detokenizer detokenizer(*tokenizer);
    uint32_t vocab = model->shared->facts().vocabSize;
    for (size_t index = 0; index < count; ++index) {
      if (uint32_t(ids[index]) >= vocab)
        return fail(LLMRT_INVALID_ARGUMENT,
                    "id %zu is %d; the vocabulary has %u", index, ids[index],
                    vocab);
      detokenizer.push(ids[index], decoded);
    }
    detokenizer.flush(decoded);
    return copyOut(decoded, text, capacity, bytes);
  });
}

llmrt_status llmrt_render_chat(const llmrt_model *model,
                               const llmrt_message *messages, size_t count,
                               int32_t add_generation_prompt, char *text,
                               size_t capacity, size_t *bytes) {
  if (Status status = checkPresent("llmrt_render_chat", model, bytes))
    return status;
  return guarded([&] {
    std::string rendered;
    if (Status status = model->shared->renderChat(
            messages, count, add_generation_prompt != 0, rendered))
      return status;
    return copyOut(rendered, text, capacity, bytes);
  });
}

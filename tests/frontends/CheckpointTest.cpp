//===- CheckpointTest.cpp - Every checkpoint in the repository opens
//-------===//
//
// The tiny models under tests/checkpoints, which transformers and gguf-py
// wrote: an independent check of what the readers expect of such files.
//
//===----------------------------------------------------------------------===//

#include "frontends/Checkpoint.h"
#include "frontends/gguf/BlockFormats.h"
#include "frontends/huggingface/Config.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

using namespace llm;
using testing::Each;

namespace fs = std::filesystem;

static const char *const kFolder = "tests/checkpoints";

static std::unique_ptr<Checkpoint> open(const std::string &name) {
  std::string error;
  auto checkpoint = openCheckpoint(std::string(kFolder) + "/" + name, error);
  EXPECT_TRUE(checkpoint) << error;
  return checkpoint;
}

/// What holds for every checkpoint, whatever the file says.
static void checkInvariants(const Checkpoint &checkpoint) {
  const DecoderConfig &config = checkpoint.config;
  EXPECT_EQ(config.slidingWindow.size(), size_t(config.numLayers));
  EXPECT_EQ(config.numAttentionHeads % config.numKeyValueHeads, 0);
  EXPECT_EQ(checkpoint.tensors.count("head.weight"),
            config.tieWordEmbeddings ? 0u : 1u);
  for (const auto &[name, tensor] : checkpoint.tensors) {
    SCOPED_TRACE(name);
    BlockFormat format = blockFormat(tensor.type);
    uint64_t elements = 1;
    for (int64_t extent : tensor.shape)
      elements *= uint64_t(extent);
    EXPECT_EQ(tensor.bytes, elements / format.elements * format.bytes);
    ASSERT_LT(tensor.file, checkpoint.files.size());
    EXPECT_LE(tensor.offset + tensor.bytes,
              checkpoint.files[tensor.file]->size());
  }
}

TEST(Checkpoints, EveryFolderAndGgufOpens) {
  size_t opened = 0;
  for (const fs::directory_entry &entry : fs::directory_iterator(kFolder)) {
    if (!fs::exists(entry.path() / "config.json"))
      continue;
    SCOPED_TRACE(entry.path().string());
    auto checkpoint = open(entry.path().filename().string());
    ASSERT_TRUE(checkpoint);
    checkInvariants(*checkpoint);
    ++opened;
  }
  for (const fs::directory_entry &entry :
       fs::directory_iterator(std::string(kFolder) + "/gguf")) {
    if (entry.path().extension() != ".gguf" ||
        (entry.path().string().find("-of-") != std::string::npos &&
         entry.path().string().find("-00001-of-") == std::string::npos))
      continue;
    SCOPED_TRACE(entry.path().string());
    auto checkpoint = open("gguf/" + entry.path().filename().string());
    ASSERT_TRUE(checkpoint);
    checkInvariants(*checkpoint);
    ++opened;
  }
  EXPECT_GE(opened, 20u) << "run from the repository's root";
}

TEST(Checkpoints, EveryConfigVariantIsRead) {
  size_t read = 0;
  for (const fs::directory_entry &entry :
       fs::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json" ||
        entry.path().parent_path().filename() != "configs")
      continue;
    std::ifstream file(entry.path());
    std::string text{std::istreambuf_iterator<char>(file),
                     std::istreambuf_iterator<char>()};
    huggingface::FolderConfig config;
    std::string error;
    EXPECT_TRUE(
        huggingface::readConfig(text, entry.path().string(), config, error))
        << error;
    ++read;
  }
  EXPECT_GE(read, 10u);
}

TEST(Checkpoints, FoldersAreReadAsTheirScriptMadeThem) {
  auto tied = open("llama-tied");
  EXPECT_TRUE(tied->config.tieWordEmbeddings);
  EXPECT_EQ(tied->endTokens.size(), 3u);
  EXPECT_EQ(tied->eosToken, "<|im_end|>");
  EXPECT_NE(tied->chatTemplate, "");
  EXPECT_EQ(open("llama-sharded")->files.size(), 3u);
  EXPECT_EQ(open("llama-mqa-f16")->config.dtype, "f16");
  EXPECT_EQ(open("llama-gqa4-bf16")->config.dtype, "bf16");
  EXPECT_THAT(open("mistral")->config.slidingWindow, Each(8));
  EXPECT_EQ(open("qwen2")->tensors.count("layers.0.attn.q.bias"), 1u);
  EXPECT_EQ(open("qwen3")->tensors.count("layers.0.attn.k_norm.weight"), 1u);
}

TEST(Checkpoints, GgufTypesAreReadByName) {
  auto typeOfQ = [](const std::string &name) {
    return open("gguf/" + name)->tensors.at("layers.0.attn.q.weight").type;
  };
  EXPECT_EQ(typeOfQ("llama-q4_0.gguf"), SourceType::Q4_0);
  EXPECT_EQ(typeOfQ("qwen2-q4_1.gguf"), SourceType::Q4_1);
  EXPECT_EQ(typeOfQ("llama-q5_0.gguf"), SourceType::Q5_0);
  EXPECT_EQ(typeOfQ("qwen3-q5_1.gguf"), SourceType::Q5_1);
  EXPECT_EQ(typeOfQ("llama-q8_0.gguf"), SourceType::Q8_0);
  EXPECT_EQ(typeOfQ("qwen2-f16.gguf"), SourceType::F16);
  EXPECT_EQ(typeOfQ("qwen3-bf16.gguf"), SourceType::BF16);
  EXPECT_EQ(typeOfQ("qwen2-q2_k.gguf"), SourceType::Q2_K);
  EXPECT_EQ(typeOfQ("qwen3-q3_k.gguf"), SourceType::Q3_K);
  EXPECT_EQ(typeOfQ("llama-q4_k.gguf"), SourceType::Q4_K);
  EXPECT_EQ(typeOfQ("qwen3-q5_k.gguf"), SourceType::Q5_K);
  EXPECT_EQ(typeOfQ("llama-q6_k.gguf"), SourceType::Q6_K);
}

TEST(Checkpoints, GgufVariantsAreReadAsTheirScriptMadeThem) {
  EXPECT_EQ(open("gguf/llama-split-00001-of-00003.gguf")->files.size(), 3u);
  auto rope = [](const std::string &name) {
    return open("gguf/" + name)->config.rope;
  };
  EXPECT_EQ(rope("llama-linear.gguf").kind, RopeConfig::Linear);
  EXPECT_EQ(rope("qwen2-yarn.gguf").kind, RopeConfig::Yarn);
  auto factors = open("gguf/llama-rope-freqs.gguf");
  EXPECT_EQ(int64_t(factors->config.rope.freqFactors.size()),
            factors->config.headDim / 2);
  EXPECT_EQ(open("gguf/llama-v2.gguf")->config.architecture,
            "LlamaForCausalLM");
}

TEST(Checkpoints, FusedTensorsAreCutIntoTheirParts) {
  auto phi3 = open("phi3"), gpt2 = open("gpt2");
  ASSERT_TRUE(phi3 && gpt2);
  // 48 rows of q, then 24 of k and of v, of 48 bf16 numbers each.
  const SourceTensor &q = phi3->tensors.at("layers.1.attn.q.weight");
  const SourceTensor &v = phi3->tensors.at("layers.1.attn.v.weight");
  EXPECT_EQ(v.name, "model.layers.1.self_attn.qkv_proj.weight");
  EXPECT_EQ(v.shape, (std::vector<int64_t>{24, 48}));
  EXPECT_EQ(v.offset, q.offset + (48 + 24) * 48 * 2);
  // Stored as [in, out]: the parts lie side by side.
  const SourceTensor &first = gpt2->tensors.at("layers.1.attn.q.weight");
  const SourceTensor &third = gpt2->tensors.at("layers.1.attn.v.weight");
  EXPECT_TRUE(third.transposed);
  EXPECT_EQ(third.shape, (std::vector<int64_t>{52, 52}));
  EXPECT_EQ(third.pitch, 3u * 52);
  EXPECT_EQ(third.offset, first.offset + 2 * 52 * 4);
  const SourceTensor &bias = gpt2->tensors.at("layers.1.attn.k.bias");
  EXPECT_EQ(bias.shape, (std::vector<int64_t>{52}));
}

TEST(Checkpoints, NormsOfGemmaAreOneMoreThanTheirWeights) {
  auto gemma3 = open("gemma3");
  ASSERT_TRUE(gemma3);
  for (const auto &[name, tensor] : gemma3->tensors)
    EXPECT_EQ(tensor.addend, name.find("norm") != name.npos ? 1 : 0) << name;
}

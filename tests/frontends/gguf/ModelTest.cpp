//===- ModelTest.cpp - GGUF models as checkpoints
//--------------------------===//

#include "frontends/gguf/Model.h"

#include "tests/frontends/TempFolder.h"
#include "tests/frontends/gguf/GgufBuilder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llm;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
class GgufModel : public testing::Test {
protected:
  std::unique_ptr<Checkpoint> open(const GgufBuilder &builder) {
    std::string error;
    auto checkpoint =
        openCheckpoint(folder.write("m.gguf", builder.build()), error);
    EXPECT_TRUE(checkpoint) << error;
    return checkpoint;
  }
  /// With the tiny tensors added.
  std::unique_ptr<Checkpoint> openTiny(GgufBuilder builder) {
    return open(addTinyTensors(builder));
  }
  std::string refusal(const GgufBuilder &builder) {
    std::string error;
    EXPECT_FALSE(
        openCheckpoint(folder.write("m.gguf", builder.build()), error));
    EXPECT_THAT(error, HasSubstr("m.gguf: "));
    return error;
  }
  std::string refuseTiny(GgufBuilder builder) {
    return refusal(addTinyTensors(builder));
  }

  TempFolder folder;
};
} // namespace

TEST_F(GgufModel, OpensWithTensorsUnderCommonNames) {
  std::unique_ptr<Checkpoint> checkpoint = openTiny(tinyMetadata());
  ASSERT_TRUE(checkpoint);
  const DecoderConfig &config = checkpoint->config;
  EXPECT_EQ(checkpoint->format, Checkpoint::Format::Gguf);
  EXPECT_EQ(config.architecture, "LlamaForCausalLM");
  EXPECT_EQ(config.hiddenSize, 8);
  EXPECT_EQ(config.intermediateSize, 6);
  EXPECT_EQ(config.headDim, 4);
  EXPECT_EQ(config.vocabSize, 5);
  EXPECT_EQ(config.maxPositionEmbeddings, 64);
  EXPECT_FLOAT_EQ(config.rmsNormEps, 1e-5f);
  EXPECT_TRUE(config.tieWordEmbeddings);
  EXPECT_EQ(config.dtype, "f32");
  EXPECT_EQ(config.rope.kind, RopeConfig::Default);
  EXPECT_EQ(config.rope.theta, 10000.0);
  EXPECT_THAT(config.slidingWindow, ElementsAre(0));
  EXPECT_EQ(checkpoint->tensors.size(), 11u);
  const SourceTensor &down = checkpoint->tensors.at("layers.0.mlp.down.weight");
  EXPECT_EQ(down.name, "blk.0.ffn_down.weight");
  EXPECT_THAT(down.shape, ElementsAre(8, 6));
  EXPECT_EQ(checkpoint->files[0]->data()[down.offset], 11);
}

TEST_F(GgufModel, RowsOfQAndKAreInterleavedForLlamaOnly) {
  GgufBuilder builder = tinyMetadata();
  addTinyTensors(builder)
      .floats("blk.0.attn_q.bias", {8})
      .floats("blk.0.attn_k.bias", {4})
      .floats("blk.0.attn_v.bias", {4});
  std::unique_ptr<Checkpoint> llama = open(builder);
  EXPECT_EQ(llama->tensors.at("layers.0.attn.q.weight").interleavedHeads, 2u);
  EXPECT_EQ(llama->tensors.at("layers.0.attn.k.weight").interleavedHeads, 1u);
  EXPECT_EQ(llama->tensors.at("layers.0.attn.v.weight").interleavedHeads, 0u);
  EXPECT_EQ(llama->tensors.at("layers.0.attn.q.bias").interleavedHeads, 2u);
  EXPECT_EQ(llama->tensors.at("layers.0.attn.k.bias").interleavedHeads, 1u);

  builder = tinyMetadata("qwen2");
  addTinyTensors(builder)
      .floats("blk.0.attn_q.bias", {8})
      .floats("blk.0.attn_k.bias", {4})
      .floats("blk.0.attn_v.bias", {4});
  std::unique_ptr<Checkpoint> qwen = open(builder);
  EXPECT_EQ(qwen->config.architecture, "Qwen2ForCausalLM");
  EXPECT_EQ(qwen->tensors.at("layers.0.attn.q.weight").interleavedHeads, 0u);
}

TEST_F(GgufModel, PartsFollowTheArchitecture) {
  EXPECT_THAT(refuseTiny(tinyMetadata("qwen2")),
              HasSubstr("'blk.0.attn_q.bias' is missing; expected shape [8]"));
  EXPECT_THAT(refuseTiny(tinyMetadata("qwen3")),
              HasSubstr("'blk.0.attn_q_norm.weight' is missing; expected "
                        "shape [4]"));
  GgufBuilder builder = tinyMetadata("qwen3");
  addTinyTensors(builder)
      .floats("blk.0.attn_q_norm.weight", {4})
      .floats("blk.0.attn_k_norm.weight", {4})
      .floats("output.weight", {8, 5});
  std::unique_ptr<Checkpoint> checkpoint = open(builder);
  EXPECT_EQ(checkpoint->config.architecture, "Qwen3ForCausalLM");
  EXPECT_FALSE(checkpoint->config.tieWordEmbeddings);
  EXPECT_EQ(checkpoint->tensors.count("layers.0.attn.q_norm.weight"), 1u);
  EXPECT_EQ(checkpoint->tensors.count("head.weight"), 1u);
}

TEST_F(GgufModel, NamesAllTensorsThatDoNotFit) {
  GgufBuilder builder = tinyMetadata();
  builder.floats("token_embd.weight", {8, 5})
      .floats("output_norm.weight", {9})
      .floats("blk.7.attn_norm.weight", {8})
      .rawTensor("blk.0.attn_q.weight", {8, 8}, 23, 0);
  std::string error = refusal(builder);
  EXPECT_THAT(error, HasSubstr("11 problems"));
  EXPECT_THAT(error, HasSubstr("'output_norm.weight' has shape [9]"));
  EXPECT_THAT(error, HasSubstr("'blk.7.attn_norm.weight' of shape [8] is not "
                               "part of LlamaForCausalLM"));
  EXPECT_THAT(error, HasSubstr("not supported yet: tensor "
                               "'blk.0.attn_q.weight' of type IQ4_XS"));
  EXPECT_THAT(error, HasSubstr("'blk.0.ffn_down.weight' is missing"));
}

TEST_F(GgufModel, BlocksMakeTheDtypeF32) {
  GgufBuilder builder = tinyMetadata();
  builder.u32("llama.attention.key_length", 16)
      .u32("llama.attention.value_length", 16)
      .u32("llama.rope.dimension_count", 16)
      .tensor("token_embd.weight", {8, 5}, GgufBuilder::TypeF16, 80)
      .floats("output_norm.weight", {8})
      .floats("blk.0.attn_norm.weight", {8})
      .floats("blk.0.ffn_norm.weight", {8})
      .tensor("blk.0.attn_q.weight", {8, 32}, GgufBuilder::TypeF16, 512)
      .tensor("blk.0.attn_k.weight", {8, 16}, GgufBuilder::TypeF16, 256)
      .tensor("blk.0.attn_v.weight", {8, 16}, GgufBuilder::TypeF16, 256)
      .tensor("blk.0.ffn_gate.weight", {8, 6}, GgufBuilder::TypeF16, 96)
      .tensor("blk.0.ffn_up.weight", {8, 6}, GgufBuilder::TypeF16, 96)
      .tensor("blk.0.ffn_down.weight", {6, 8}, GgufBuilder::TypeF16, 96);
  GgufBuilder half = builder, quantized = builder;
  half.tensor("blk.0.attn_output.weight", {32, 8}, GgufBuilder::TypeF16, 512);
  EXPECT_EQ(open(half)->config.dtype, "f16");
  quantized.tensor("blk.0.attn_output.weight", {32, 8}, GgufBuilder::TypeQ8_0,
                   8 * 34);
  std::unique_ptr<Checkpoint> checkpoint = open(quantized);
  EXPECT_EQ(checkpoint->config.dtype, "f32");
  EXPECT_EQ(checkpoint->config.headDim, 16);
  EXPECT_EQ(checkpoint->tensors.at("layers.0.attn.o.weight").type,
            SourceType::Q8_0);
  quantized.u32("general.quantization_version", 1);
  EXPECT_THAT(refusal(quantized), HasSubstr("quantization_version' is 1"));
}

TEST_F(GgufModel, VectorsInBlocksAreRefused) {
  GgufBuilder builder = tinyMetadata();
  builder.pairs.clear();
  builder.pairCount = 0;
  builder.text("general.architecture", "llama")
      .u32("llama.block_count", 1)
      .u32("llama.context_length", 64)
      .u32("llama.embedding_length", 32)
      .u32("llama.feed_forward_length", 6)
      .u32("llama.attention.head_count", 2)
      .f32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
      .floats("token_embd.weight", {32, 5})
      .tensor("output_norm.weight", {32}, GgufBuilder::TypeQ8_0, 34);
  EXPECT_THAT(refusal(builder),
              HasSubstr("not supported yet: vector 'output_norm.weight' of "
                        "type Q8_0; accepted: F32, F16, BF16"));
}

TEST_F(GgufModel, RefusesOtherArchitecturesAndKinds) {
  EXPECT_THAT(refuseTiny(tinyMetadata("mamba")),
              HasSubstr("not supported yet: architecture 'mamba'; accepted: "
                        "llama, qwen2, qwen3"));
  EXPECT_THAT(refusal(GgufBuilder().floats("t", {1})),
              HasSubstr("'general.architecture' is missing"));
  EXPECT_THAT(refusal(GgufBuilder().u32("general.architecture", 1)),
              HasSubstr("accepted: a string"));
  EXPECT_THAT(refuseTiny(tinyMetadata().text("general.type", "adapter")),
              HasSubstr("'general.type' is 'adapter'; accepted: 'model'"));
}

TEST_F(GgufModel, RefusesKeysThatMayChangeTheModel) {
  EXPECT_THAT(refuseTiny(tinyMetadata().f32("llama.logit_scale", 0.5f)),
              HasSubstr("the key 'llama.logit_scale', which may change"));
  EXPECT_THAT(refuseTiny(tinyMetadata().u32("llama.expert_count", 8)),
              HasSubstr("'llama.expert_count' is 8"));
  EXPECT_THAT(
      refuseTiny(tinyMetadata().boolean("llama.attention.causal", false)),
      HasSubstr("'llama.attention.causal' is false"));
  EXPECT_THAT(refuseTiny(tinyMetadata().u32("llama.rope.dimension_count", 2)),
              HasSubstr("'llama.rope.dimension_count' is 2"));
  EXPECT_THAT(refuseTiny(tinyMetadata().u32("llama.attention.value_length", 8)),
              HasSubstr("'llama.attention.value_length' is 8"));
  openTiny(tinyMetadata()
               .f32("llama.logit_scale", 0)
               .u32("llama.expert_count", 0)
               .u32("llama.vocab_size", 4)
               .u32("general.anything", 4)
               .text("llama.tensor_data_layout", "Meta AI original pth"));
}

TEST_F(GgufModel, NeedsTheSizes) {
  GgufBuilder builder;
  builder.text("general.architecture", "llama");
  std::string error = refuseTiny(builder);
  for (const char *key : {"block_count", "context_length", "embedding_length",
                          "feed_forward_length", "attention.head_count",
                          "attention.layer_norm_rms_epsilon"})
    EXPECT_THAT(error,
                HasSubstr("'llama." + std::string(key) + "' is missing"));
}

TEST_F(GgufModel, RotaryScalingKinds) {
  auto rope = [&](GgufBuilder builder) {
    return openTiny(std::move(builder))->config.rope;
  };
  EXPECT_EQ(rope(tinyMetadata().f32("llama.rope.freq_base", 5e5f)).theta, 5e5);
  RopeConfig linear = rope(tinyMetadata().f32("llama.rope.scaling.factor", 4));
  EXPECT_EQ(linear.kind, RopeConfig::Linear);
  EXPECT_EQ(linear.factor, 4.0);
  EXPECT_EQ(rope(tinyMetadata().f32("llama.rope.scale_linear", 2)).factor, 2.0);
  RopeConfig none = rope(tinyMetadata()
                             .text("llama.rope.scaling.type", "none")
                             .f32("llama.rope.scaling.factor", 4));
  EXPECT_EQ(none.kind, RopeConfig::Default);
  EXPECT_EQ(none.factor, 1.0);
  RopeConfig yarn =
      rope(tinyMetadata()
               .text("llama.rope.scaling.type", "yarn")
               .f32("llama.rope.scaling.factor", 4)
               .f32("llama.rope.scaling.attn_factor", 0.5f)
               .u32("llama.rope.scaling.original_context_length", 16));
  EXPECT_EQ(yarn.kind, RopeConfig::Yarn);
  EXPECT_EQ(yarn.originalMaxPosition, 16);
  EXPECT_EQ(yarn.betaFast, 32.0);
  EXPECT_NEAR(*yarn.attentionFactor, 0.5 * (0.1 * 1.3862943611 + 1), 1e-9);
  EXPECT_THAT(
      refuseTiny(tinyMetadata().text("llama.rope.scaling.type", "longrope")),
      HasSubstr("not supported yet: rope scaling type 'longrope'"));
  EXPECT_THAT(
      refuseTiny(tinyMetadata().f32("llama.rope.scaling.attn_factor", 2)),
      HasSubstr("'llama.rope.scaling.attn_factor' is 2"));
  EXPECT_THAT(refuseTiny(tinyMetadata().f32("llama.rope.freq_base", -1)),
              HasSubstr("'llama.rope.freq_base' is -1"));
}

TEST_F(GgufModel, FrequencyFactorsAreRead) {
  auto withFactors = [](const std::string &values, uint64_t extent) {
    GgufBuilder builder = tinyMetadata();
    addTinyTensors(builder).tensor("rope_freqs.weight", {extent},
                                   GgufBuilder::TypeF32, values.size());
    builder.data.replace(builder.data.size() - values.size(), values.size(),
                         values);
    return builder;
  };
  std::string values = GgufBuilder::number(1.0f) + GgufBuilder::number(8.0f);
  EXPECT_THAT(open(withFactors(values, 2))->config.rope.freqFactors,
              ElementsAre(1.0f, 8.0f));
  EXPECT_THAT(refusal(withFactors(values + values, 4)),
              HasSubstr("shape [4]; accepted: F32 and [2]"));
  EXPECT_THAT(refusal(withFactors(
                  GgufBuilder::number(1.0f) + GgufBuilder::number(0.0f), 2)),
              HasSubstr("holds 0; accepted: finite numbers above 0"));
}

TEST_F(GgufModel, SlidingWindows) {
  EXPECT_THAT(openTiny(tinyMetadata().u32("llama.attention.sliding_window", 16))
                  ->config.slidingWindow,
              Each(16));
  GgufBuilder builder = tinyMetadata();
  builder.u32("llama.attention.sliding_window", 16)
      .array("llama.attention.sliding_window_pattern", GgufBuilder::Bool, 1,
             std::string(1, '\0'));
  EXPECT_THAT(openTiny(builder)->config.slidingWindow, Each(0));
  EXPECT_THAT(refuseTiny(tinyMetadata()
                             .u32("llama.attention.sliding_window", 16)
                             .u32("llama.attention.sliding_window_pattern", 2)),
              HasSubstr("an array of 1 bools"));
  EXPECT_THAT(refuseTiny(tinyMetadata("qwen3").u32(
                  "qwen3.attention.sliding_window", 8)),
              HasSubstr("or a pattern of layers beside it"));
}

TEST_F(GgufModel, ReadsTheTokenizer) {
  std::unique_ptr<Checkpoint> checkpoint = openTiny(
      tinyMetadata()
          .text("tokenizer.ggml.model", "gpt2")
          .text("tokenizer.ggml.pre", "smollm")
          .strings("tokenizer.ggml.tokens", {"<s>", "</s>", "a", "\xff"})
          .array("tokenizer.ggml.token_type", GgufBuilder::I32, 4,
                 GgufBuilder::number(3) + GgufBuilder::number(3) +
                     GgufBuilder::number(1) + GgufBuilder::number(1))
          .strings("tokenizer.ggml.merges", {"a b"})
          .u32("tokenizer.ggml.bos_token_id", 0)
          .u32("tokenizer.ggml.eos_token_id", 1)
          .u32("tokenizer.ggml.eot_token_id", 2)
          .u32("tokenizer.ggml.padding_token_id", UINT32_MAX)
          .boolean("tokenizer.ggml.add_bos_token", true)
          .text("tokenizer.chat_template", "{{ x }}"));
  ASSERT_TRUE(checkpoint && checkpoint->ggufTokenizer);
  const GgufTokenizer &tokenizer = *checkpoint->ggufTokenizer;
  EXPECT_EQ(tokenizer.model, "gpt2");
  EXPECT_EQ(tokenizer.pre, "smollm");
  EXPECT_THAT(tokenizer.tokens, ElementsAre("<s>", "</s>", "a", "\xff"));
  EXPECT_THAT(tokenizer.types, ElementsAre(3, 3, 1, 1));
  EXPECT_THAT(tokenizer.merges, ElementsAre("a b"));
  EXPECT_EQ(tokenizer.pad, std::nullopt);
  EXPECT_EQ(tokenizer.addBos, true);
  EXPECT_EQ(tokenizer.addEos, std::nullopt);
  EXPECT_EQ(checkpoint->bosToken, "<s>");
  EXPECT_EQ(checkpoint->eosToken, "</s>");
  EXPECT_THAT(checkpoint->endTokens, ElementsAre(1, 2));
  EXPECT_EQ(checkpoint->chatTemplate, "{{ x }}");
  EXPECT_THAT(
      refuseTiny(tinyMetadata().text("tokenizer.chat_template", "\xff")),
      HasSubstr("'tokenizer.chat_template' is not UTF-8"));
}

namespace {
class GgufSplits : public GgufModel {
protected:
  static GgufBuilder &number(GgufBuilder &builder, uint16_t number,
                             uint16_t count) {
    return builder
        .pair("split.no", GgufBuilder::U16, GgufBuilder::number(number))
        .pair("split.count", GgufBuilder::U16, GgufBuilder::number(count))
        .pair("split.tensors.count", GgufBuilder::I32,
              GgufBuilder::number<int32_t>(11));
  }

  void SetUp() override {
    GgufBuilder first = tinyMetadata(), second;
    number(first, 0, 2).floats("token_embd.weight", {8, 5});
    number(second, 1, 2);
    second.floats("output_norm.weight", {8})
        .floats("blk.0.attn_norm.weight", {8})
        .floats("blk.0.ffn_norm.weight", {8})
        .floats("blk.0.attn_q.weight", {8, 8})
        .floats("blk.0.attn_k.weight", {8, 4})
        .floats("blk.0.attn_v.weight", {8, 4})
        .floats("blk.0.attn_output.weight", {8, 8})
        .floats("blk.0.ffn_gate.weight", {8, 6})
        .floats("blk.0.ffn_up.weight", {8, 6})
        .floats("blk.0.ffn_down.weight", {6, 8});
    firstPath = folder.write("m-00001-of-00002.gguf", first.build());
    secondPath = folder.write("m-00002-of-00002.gguf", second.build());
    firstBytes = first.build();
  }
  std::string refuse(const std::string &path) {
    std::string error;
    EXPECT_FALSE(openCheckpoint(path, error));
    return error;
  }

  std::string firstPath, secondPath, firstBytes;
};
} // namespace

TEST_F(GgufSplits, OpenFromTheFirst) {
  std::string error;
  std::unique_ptr<Checkpoint> checkpoint = openCheckpoint(firstPath, error);
  ASSERT_TRUE(checkpoint) << error;
  EXPECT_EQ(checkpoint->files.size(), 2u);
  EXPECT_EQ(checkpoint->tensors.size(), 11u);
  EXPECT_EQ(checkpoint->tensors.at("embed.weight").file, 0u);
  EXPECT_EQ(checkpoint->tensors.at("final_norm.weight").file, 1u);
}

TEST_F(GgufSplits, AskForTheFirst) {
  EXPECT_THAT(refuse(secondPath),
              HasSubstr("is split 2 of 2; give the first, whose name ends in "
                        "-00001-of-00002.gguf"));
}

TEST_F(GgufSplits, MustAllBeThereAndBelongTogether) {
  folder.write("m-00002-of-00002.gguf", firstBytes);
  EXPECT_THAT(refuse(firstPath), HasSubstr("says it is number 0 of 2; expected "
                                           "number 1 of 2"));
  folder.remove("m-00002-of-00002.gguf");
  EXPECT_THAT(refuse(firstPath),
              HasSubstr("m-00002-of-00002.gguf: cannot be opened"));
  EXPECT_THAT(refuse(folder.write("other.gguf", firstBytes)),
              HasSubstr("accepted: a name that ends in -00001-of-00002.gguf"));
}

TEST_F(GgufSplits, MustHoldTheTensorsTheyPromise) {
  GgufBuilder second;
  number(second, 1, 2).floats("output_norm.weight", {8});
  folder.write("m-00002-of-00002.gguf", second.build());
  EXPECT_THAT(refuse(firstPath),
              HasSubstr("'split.tensors.count' is 11; accepted: the number of "
                        "tensors in the files, 2"));
}

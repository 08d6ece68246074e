//===- ConfigTest.cpp - config.json against transformers
//-------------------===//

#include "frontends/huggingface/Config.h"

#include "tests/frontends/huggingface/SafetensorsBuilder.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

using namespace llm;
using namespace llm::huggingface;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

static FolderConfig read(const std::string &text) {
  FolderConfig config;
  std::string error;
  EXPECT_TRUE(readConfig(text, "config.json", config, error)) << error;
  return config;
}

static std::string refusal(const std::string &text) {
  FolderConfig config;
  std::string error;
  EXPECT_FALSE(readConfig(text, "config.json", config, error)) << text;
  return error;
}

/// A config of two layers of the given class.
static std::string configOf(const std::string &architecture,
                            const std::string &more) {
  return "{\"architectures\":[\"" + architecture +
         "\"],\"num_hidden_layers\":2,\"hidden_size\":64,"
         "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":16" +
         more + "}";
}

namespace {
const char *kindName(RopeConfig::Kind kind) {
  switch (kind) {
  case RopeConfig::None:
    return "none";
  case RopeConfig::Default:
    return "default";
  case RopeConfig::Linear:
    return "linear";
  case RopeConfig::Dynamic:
    return "dynamic";
  case RopeConfig::Yarn:
    return "yarn";
  case RopeConfig::Llama3:
    return "llama3";
  }
  return "";
}

/// Compares with one golden; members of `expected` that we lack would show as
/// a count that differs.
class Comparison {
public:
  Comparison(const FolderConfig &config, simdjson::dom::object expected)
      : config(config), expected(expected) {}

  void run() {
    const DecoderConfig &d = config.decoder;
    number("hidden_size", d.hiddenSize);
    number("intermediate_size", d.intermediateSize);
    number("num_hidden_layers", d.numLayers);
    number("num_attention_heads", d.numAttentionHeads);
    number("num_key_value_heads", d.numKeyValueHeads);
    number("head_dim", d.headDim);
    number("vocab_size", d.vocabSize);
    number("max_position_embeddings", d.maxPositionEmbeddings);
    number("rms_norm_eps", d.rmsNormEps);
    flag("tie_word_embeddings", d.tieWordEmbeddings);
    flag("qkv_bias", config.parts.qkvBias == Presence::Required);
    flag("output_bias", config.parts.outputBias == Presence::Required);
    flag("mlp_bias", config.parts.mlpBias == Presence::Required);
    flag("head_norms", config.parts.headNorms == Presence::Required);
    windows();
    rope(d.rope);
    EXPECT_EQ(compared, expected.size());
  }

private:
  void rope(const RopeConfig &rope) {
    ++compared;
    EXPECT_EQ(std::string_view(expected["rope_type"]), kindName(rope.kind));
    number("rope_theta", rope.theta);
    numberIfThere("factor", rope.factor);
    numberIfThere("original", double(rope.originalMaxPosition));
    numberIfThere("low_freq_factor", rope.lowFreqFactor);
    numberIfThere("high_freq_factor", rope.highFreqFactor);
    numberIfThere("beta_fast", rope.betaFast);
    numberIfThere("beta_slow", rope.betaSlow);
    numberIfThere("attention_factor", rope.attentionFactor);
    numberIfThere("mscale", rope.mscale);
    numberIfThere("mscale_all_dim", rope.mscaleAllDim);
    if (!expected["truncate"].error())
      flag("truncate", rope.truncate);
  }
  void windows() {
    ++compared;
    std::vector<int64_t> windows;
    for (simdjson::dom::element window : expected["windows"])
      windows.push_back(int64_t(window));
    EXPECT_EQ(windows, config.decoder.slidingWindow);
  }
  void number(const char *key, double value) {
    ++compared;
    EXPECT_EQ(double(expected[key]), value) << key;
  }
  void numberIfThere(const char *key, std::optional<double> value) {
    simdjson::dom::element golden;
    if (expected[key].get(golden))
      return;
    ++compared;
    EXPECT_EQ(golden.is_null(), !value) << key;
    if (!golden.is_null() && value) {
      EXPECT_EQ(double(golden), *value) << key;
    }
  }
  void flag(const char *key, bool value) {
    ++compared;
    EXPECT_EQ(bool(expected[key]), value) << key;
  }

  const FolderConfig &config;
  simdjson::dom::object expected;
  size_t compared = 0;
};
} // namespace

TEST(Config, DefaultsAndPrioritiesAreThoseOfTransformers) {
  std::ifstream goldens("tests/frontends/huggingface/config-goldens.json");
  ASSERT_TRUE(goldens) << "run from the repository's root";
  std::string line;
  size_t count = 0;
  while (std::getline(goldens, line)) {
    ++count;
    SCOPED_TRACE(line);
    simdjson::dom::parser parser;
    simdjson::dom::element golden = parser.parse(line);
    std::string text = simdjson::minify(golden["config"]);
    Comparison(read(text), golden["expected"]).run();
  }
  EXPECT_EQ(count, 160u);
}

TEST(Config, AnArchitectureIsNamedByEitherKey) {
  EXPECT_EQ(read("{\"model_type\":\"qwen2\"}").decoder.architecture,
            "Qwen2ForCausalLM");
  EXPECT_EQ(
      read("{\"architectures\":[\"Qwen3ForCausalLM\"]}").decoder.architecture,
      "Qwen3ForCausalLM");
  EXPECT_THAT(refusal("{}"), HasSubstr("neither 'architectures' nor"));
  EXPECT_THAT(
      refusal("{\"architectures\":[\"BloomForCausalLM\"]}"),
      HasSubstr("not supported yet: architecture 'BloomForCausalLM'; accepted: "
                "LlamaForCausalLM, MistralForCausalLM, MixtralForCausalLM, "
                "Qwen2ForCausalLM, Qwen3ForCausalLM, Gemma2ForCausalLM, "
                "Gemma3ForCausalLM, Phi3ForCausalLM, GPT2LMHeadModel"));
  EXPECT_THAT(refusal("{\"architectures\":[\"LlamaForCausalLM\"],"
                      "\"model_type\":\"qwen2\"}"),
              HasSubstr("of model_type 'qwen2'"));
  EXPECT_THAT(refusal("{\"architectures\":[]}"), HasSubstr("a list of 0"));
  EXPECT_THAT(refusal("{\"architectures\":[7]}"), HasSubstr("a list with one"));
}

TEST(Config, NamesAllProblemsAtOnce) {
  std::string error = refusal(tinyConfig(
      ",\"rms_norm_eps\":\"small\",\"hidden_act\":\"relu\","
      "\"quantization_config\":{\"quant_method\":\"awq\"},\"rope_scaling\":"
      "{\"rope_type\":\"proportional\"},\"eos_token_id\":99"));
  EXPECT_THAT(error, HasSubstr("5 problems"));
  EXPECT_THAT(error,
              HasSubstr("'rms_norm_eps' is 'small'; accepted: a number"));
  EXPECT_THAT(error, HasSubstr("not supported yet: 'hidden_act' 'relu'"));
  EXPECT_THAT(error, HasSubstr("method 'awq'"));
  EXPECT_THAT(error, HasSubstr("not supported yet: rope type 'proportional'"));
  EXPECT_THAT(error, HasSubstr("'eos_token_id' is 99"));
}

TEST(Config, RefusesSizesOutsideTheCaps) {
  for (const char *value :
       {"0", "-1", "4.5", "64.0", "\"64\"", "true", "[64]", "4194304",
        "9223372036854775807", "18446744073709551615", "null"})
    EXPECT_THAT(refusal(std::string("{\"model_type\":\"llama\","
                                    "\"hidden_size\":") +
                        value + "}"),
                HasSubstr("'hidden_size' is"))
        << value;
  EXPECT_THAT(refusal("{\"model_type\":\"llama\",\"num_hidden_layers\":"
                      "1000000}"),
              HasSubstr("'num_hidden_layers' is 1000000; accepted: a whole "
                        "number from 1 to 4096"));
}

TEST(Config, RefusesHeadsThatDoNotFit) {
  EXPECT_THAT(
      refusal(configOf("LlamaForCausalLM", "")
                  .replace(configOf("LlamaForCausalLM", "").find("heads\":2"),
                           8, "heads\":3")),
      HasSubstr("the first a multiple of the second"));
  EXPECT_THAT(refusal("{\"model_type\":\"llama\",\"head_dim\":15}"),
              HasSubstr("head dimension is 15; accepted: an even number"));
  EXPECT_THAT(refusal("{\"model_type\":\"llama\",\"hidden_size\":8,"
                      "\"num_attention_heads\":16}"),
              HasSubstr("head dimension is 0"));
}

TEST(Config, MistralSlidesUnlessTheWindowIsNull) {
  EXPECT_THAT(read(configOf("MistralForCausalLM", "")).decoder.slidingWindow,
              ElementsAre(4096, 4096));
  EXPECT_THAT(read(configOf("MistralForCausalLM", ",\"sliding_window\":null"))
                  .decoder.slidingWindow,
              Each(0));
  EXPECT_THAT(refusal(configOf("MistralForCausalLM", ",\"sliding_window\":0")),
              HasSubstr("'sliding_window' is 0"));
  EXPECT_THAT(refusal(configOf("MistralForCausalLM",
                               ",\"sliding_window\":8,\"layer_types\":["
                               "\"sliding_attention\",\"full_attention\"]")),
              HasSubstr("'layer_types' says 'full_attention' for layer 1"));
}

TEST(Config, QwenLayersSlideByNumberOrByName) {
  std::string on = ",\"use_sliding_window\":true,\"sliding_window\":8";
  EXPECT_THAT(
      read(configOf("Qwen2ForCausalLM", on + ",\"max_window_layers\":1"))
          .decoder.slidingWindow,
      ElementsAre(0, 8));
  EXPECT_THAT(read(configOf("Qwen3ForCausalLM",
                            on + ",\"layer_types\":[\"sliding_attention\","
                                 "\"full_attention\"]"))
                  .decoder.slidingWindow,
              ElementsAre(8, 0));
  EXPECT_THAT(read(configOf("Qwen2ForCausalLM",
                            ",\"sliding_window\":8,\"max_window_layers\":0"))
                  .decoder.slidingWindow,
              Each(0));
  EXPECT_THAT(refusal(configOf("Qwen2ForCausalLM",
                               ",\"layer_types\":[\"sliding_attention\","
                               "\"full_attention\"]")),
              HasSubstr("but the sliding window is off"));
  EXPECT_THAT(refusal(configOf("Qwen2ForCausalLM",
                               ",\"layer_types\":[\"linear_attention\","
                               "\"full_attention\"]")),
              HasSubstr("not supported yet: layer 0 of type "
                        "'linear_attention'"));
  EXPECT_THAT(refusal(configOf("Qwen2ForCausalLM", ",\"layer_types\":[]")),
              HasSubstr("a list of 2, one for each layer"));
}

TEST(Config, RotarySettingsMustBeComplete) {
  auto scaling = [](const std::string &members) {
    return refusal(
        configOf("LlamaForCausalLM", ",\"rope_scaling\":{" + members + "}"));
  };
  for (const char *kind : {"linear", "dynamic", "yarn", "llama3"})
    EXPECT_THAT(scaling("\"rope_type\":\"" + std::string(kind) + "\""),
                HasSubstr("'rope_scaling.factor' is missing; accepted: a "
                          "number above 0"))
        << kind;
  EXPECT_THAT(scaling("\"type\":\"linear\",\"factor\":-2"),
              HasSubstr("'rope_scaling.factor' is -2"));
  EXPECT_THAT(scaling("\"type\":\"linear\",\"factor\":\"2\""),
              HasSubstr("'rope_scaling.factor' is '2'; accepted: a number"));
  EXPECT_THAT(scaling("\"type\":\"llama3\",\"factor\":2,\"low_freq_factor\":4,"
                      "\"high_freq_factor\":4"),
              HasSubstr("a number other than low_freq_factor"));
  EXPECT_THAT(scaling("\"type\":\"yarn\",\"factor\":2,"
                      "\"original_max_position_embeddings\":0"),
              HasSubstr("'rope_scaling.original_max_position_embeddings' is "
                        "0"));
  EXPECT_THAT(scaling("\"full_attention\":{\"rope_type\":\"default\"}"),
              HasSubstr("not supported yet: rotary settings of their own for "
                        "'full_attention'"));
  EXPECT_THAT(scaling("\"rope_type\":\"default\",\"partial_rotary_factor\":"
                      "0.5"),
              HasSubstr("not supported yet: partial_rotary_factor 0.5"));
  EXPECT_THAT(refusal(configOf("LlamaForCausalLM", ",\"rope_theta\":0")),
              HasSubstr("'rope_theta' is 0"));
  EXPECT_THAT(refusal(configOf("LlamaForCausalLM", ",\"rope_scaling\":7")),
              HasSubstr("'rope_scaling' is 7; accepted: an object"));
}

TEST(Config, Gemma3HasDefaultsAndRopesOfItsOwn) {
  DecoderConfig config =
      read("{\"model_type\":\"gemma3_text\",\"num_hidden_layers\":7}").decoder;
  EXPECT_EQ(config.architecture, "Gemma3ForCausalLM");
  EXPECT_EQ(config.hiddenAct, "gelu_tanh");
  EXPECT_EQ(config.attentionScalar, 256);
  EXPECT_TRUE(config.tieWordEmbeddings);
  EXPECT_THAT(config.slidingWindow,
              ElementsAre(4096, 4096, 4096, 4096, 4096, 0, 4096));
  EXPECT_EQ(config.rope.theta, 1e6);
  EXPECT_EQ(config.slidingRope->theta, 1e4);
}

TEST(Config, Gemma3SpellsItsRopesInTwoWays) {
  std::string sizes = "{\"model_type\":\"gemma3_text\",";
  for (const char *ropes :
       {"\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"linear\","
        "\"factor\":8.0,\"rope_theta\":500.0},\"sliding_attention\":{"
        "\"rope_type\":\"default\",\"rope_theta\":50.0}}}",
        "\"rope_theta\":500.0,\"rope_local_base_freq\":50.0,\"rope_scaling\":"
        "{\"rope_type\":\"linear\",\"factor\":8.0}}"}) {
    SCOPED_TRACE(ropes);
    DecoderConfig config = read(sizes + ropes).decoder;
    EXPECT_EQ(config.rope.theta, 500.0);
    EXPECT_EQ(config.rope.kind, RopeConfig::Linear);
    EXPECT_EQ(config.rope.factor, 8.0);
    EXPECT_EQ(config.slidingRope->theta, 50.0);
    EXPECT_EQ(config.slidingRope->kind, RopeConfig::Default);
  }
}

TEST(Config, Gemma3VariantsAreNamedAtOnce) {
  std::string error =
      refusal("{\"model_type\":\"gemma3_text\",\"attn_logit_softcapping\":50.0,"
              "\"final_logit_softcapping\":30.0,\"sliding_window\":null,"
              "\"use_bidirectional_attention\":true,"
              "\"hidden_activation\":\"relu\"}");
  EXPECT_THAT(error, HasSubstr("5 problems"));
  EXPECT_THAT(error, HasSubstr("'attn_logit_softcapping' 50; accepted: null"));
  EXPECT_THAT(error, HasSubstr("'final_logit_softcapping' 30; accepted: null"));
  EXPECT_THAT(error, HasSubstr("'use_bidirectional_attention' true"));
  EXPECT_THAT(error, HasSubstr("'sliding_window' is null"));
  EXPECT_THAT(error, HasSubstr("'hidden_activation' 'relu'"));
}

TEST(Config, Phi3RotatesAPartOfEachHead) {
  EXPECT_EQ(read("{\"model_type\":\"phi3\"}").decoder.rope.dim, 96);
  EXPECT_EQ(read("{\"model_type\":\"phi3\",\"partial_rotary_factor\":0.75}")
                .decoder.rope.dim,
            72);
  EXPECT_THAT(
      refusal("{\"model_type\":\"phi3\",\"partial_rotary_factor\":0.001}"),
      HasSubstr("'partial_rotary_factor' is 0.001; accepted: a number up to"));
  // The class takes yarn for longrope.
  EXPECT_THAT(refusal("{\"model_type\":\"phi3\",\"rope_scaling\":{\"type\":"
                      "\"yarn\",\"factor\":2.0}}"),
              HasSubstr("scaled rotary frequencies of Phi-3"));
}

TEST(Config, LongRopeDividesFrequenciesByTwoLists) {
  std::string sizes = "{\"model_type\":\"phi3\",\"hidden_size\":8,"
                      "\"num_attention_heads\":2,\"num_key_value_heads\":2,"
                      "\"max_position_embeddings\":4096,"
                      "\"original_max_position_embeddings\":64,";
  RopeConfig rope =
      read(sizes + "\"rope_scaling\":{\"type\":\"su\",\"short_factor\":[1,2],"
                   "\"long_factor\":[3.5,4]}}")
          .decoder.rope;
  EXPECT_EQ(rope.kind, RopeConfig::LongRope);
  EXPECT_EQ(rope.originalMaxPosition, 64);
  EXPECT_THAT(rope.shortFactors, testing::ElementsAre(1, 2));
  EXPECT_THAT(rope.longFactors, testing::ElementsAre(3.5, 4));
  EXPECT_DOUBLE_EQ(*rope.attentionFactor, std::sqrt(2)); // 1 + ln 64 / ln 64
  std::string error = refusal(
      sizes + "\"rope_scaling\":{\"type\":\"longrope\",\"long_factor\":[0]}}");
  EXPECT_THAT(error, HasSubstr("short_factor' is missing; accepted: a list of "
                               "2 numbers above 0"));
  EXPECT_THAT(error, HasSubstr("long_factor' is a list with another item"));
}

TEST(Config, Gemma2CapsScoresAndLogits) {
  DecoderConfig config =
      read("{\"model_type\":\"gemma2\",\"num_hidden_layers\":3,"
           "\"final_logit_softcapping\":null}")
          .decoder;
  EXPECT_EQ(config.attentionSoftCap, 50);
  EXPECT_EQ(config.finalSoftCap, 0);
  EXPECT_THAT(config.slidingWindow, testing::ElementsAre(4096, 0, 4096));
  EXPECT_THAT(refusal("{\"model_type\":\"gemma2\","
                      "\"attn_logit_softcapping\":-1}"),
              HasSubstr("'attn_logit_softcapping' is -1; accepted: a number "
                        "above 0"));
}

TEST(Config, Gpt2HasNamesOfItsOwn) {
  FolderConfig config =
      read("{\"model_type\":\"gpt2\",\"n_embd\":64,\"n_head\":4,\"n_layer\":3,"
           "\"n_positions\":77,\"n_inner\":null,"
           "\"activation_function\":\"gelu\"}");
  EXPECT_EQ(config.decoder.hiddenSize, 64);
  EXPECT_EQ(config.decoder.headDim, 16);
  EXPECT_EQ(config.decoder.numKeyValueHeads, 4);
  EXPECT_EQ(config.decoder.numLayers, 3);
  EXPECT_EQ(config.decoder.intermediateSize, 256);
  EXPECT_EQ(config.decoder.maxPositionEmbeddings, 77);
  EXPECT_EQ(config.decoder.rmsNormEps, 1e-5);
  EXPECT_EQ(config.decoder.hiddenAct, "gelu");
  EXPECT_TRUE(config.decoder.tieWordEmbeddings);
  EXPECT_THAT(
      refusal("{\"model_type\":\"gpt2\",\"n_embd\":65,\"n_head\":4}"),
      HasSubstr("'n_embd' is 65 and 'n_head' 4; accepted: heads of an"));
  EXPECT_THAT(refusal("{\"model_type\":\"gpt2\","
                      "\"scale_attn_by_inverse_layer_idx\":true}"),
              HasSubstr("'scale_attn_by_inverse_layer_idx' true; accepted: "
                        "false"));
}

TEST(Config, IdsLieInTheVocabulary) {
  EXPECT_THAT(
      read(tinyConfig(",\"eos_token_id\":[2,4,2],\"bos_token_id\":-1")).ids.end,
      ElementsAre(2, 4));
  EXPECT_THAT(refusal(tinyConfig(",\"eos_token_id\":[2,5]")),
              HasSubstr("'eos_token_id' is 5; accepted: an id from 0 to 4"));
  EXPECT_THAT(refusal(tinyConfig(",\"eos_token_id\":-2")),
              HasSubstr("'eos_token_id' is -2"));
  EXPECT_THAT(refusal(tinyConfig(",\"eos_token_id\":\"2\"")),
              HasSubstr("'eos_token_id' is a string; accepted: a token id"));
  EXPECT_THAT(refusal(tinyConfig(",\"bos_token_id\":18446744073709551615")),
              HasSubstr("'bos_token_id' is a number; accepted: a token id"));
}

TEST(Config, RefusesTextThatIsNoPlainObject) {
  EXPECT_THAT(refusal(""), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("holds a list; accepted: an object"));
  EXPECT_THAT(refusal("{\"a\":" + std::string(5000, '[') +
                      std::string(5000, ']') + "}"),
              HasSubstr("not well-formed JSON"));
  EXPECT_THAT(refusal(tinyConfig(",\"vocab_size\":6")),
              HasSubstr("the key 'vocab_size' twice"));
  EXPECT_THAT(refusal("{\"model_type\":\"\xff\"}"), HasSubstr("UTF"));
}

TEST(Config, EveryTruncationIsRefused) {
  std::string text = tinyConfig(",\"rope_scaling\":{\"type\":\"linear\","
                                "\"factor\":2.0}");
  read(text);
  for (size_t size = 0; size < text.size(); ++size)
    EXPECT_THAT(refusal(text.substr(0, size)), Not(HasSubstr("problems")));
}

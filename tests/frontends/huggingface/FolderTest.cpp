//===- FolderTest.cpp - Opening Hugging Face folders
//-----------------------===//

#include "frontends/Checkpoint.h"

#include "tests/frontends/TempFolder.h"
#include "tests/frontends/huggingface/SafetensorsBuilder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace llm;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
class Folder : public testing::Test {
protected:
  void SetUp() override {
    folder.write("config.json", tinyConfig());
    folder.write("model.safetensors", buildSafetensors(tinyTensors()));
  }

  std::unique_ptr<Checkpoint> open() {
    std::string error;
    std::unique_ptr<Checkpoint> checkpoint = openCheckpoint(folder.path, error);
    EXPECT_TRUE(checkpoint) << error;
    EXPECT_EQ(error, "");
    return checkpoint;
  }

  std::string refusal() {
    std::string error;
    EXPECT_FALSE(openCheckpoint(folder.path, error));
    EXPECT_THAT(error, HasSubstr(folder.path));
    return error;
  }

  void writeShards(const std::string &weightMap) {
    folder.remove("model.safetensors");
    std::vector<BuiltTensor> all = tinyTensors();
    folder.write("a.safetensors",
                 buildSafetensors({all.begin(), all.begin() + 5}));
    folder.write("b.safetensors",
                 buildSafetensors({all.begin() + 5, all.end()}));
    folder.write("model.safetensors.index.json",
                 "{\"metadata\":{},\"weight_map\":{" + weightMap + "}}");
  }

  static std::string weightMap() {
    std::string text;
    std::vector<BuiltTensor> all = tinyTensors();
    for (size_t i = 0; i < all.size(); ++i)
      text += (i ? ",\"" : "\"") + all[i].name + "\":\"" + (i < 5 ? "a" : "b") +
              ".safetensors\"";
    return text;
  }

  TempFolder folder;
};
} // namespace

TEST_F(Folder, OpensWithTensorsUnderCommonNames) {
  std::unique_ptr<Checkpoint> checkpoint = open();
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->format, Checkpoint::Format::HuggingFace);
  EXPECT_EQ(checkpoint->config.architecture, "LlamaForCausalLM");
  EXPECT_EQ(checkpoint->config.dtype, "f32");
  EXPECT_EQ(checkpoint->tensors.size(), 12u);
  const SourceTensor &down = checkpoint->tensors.at("layers.0.mlp.down.weight");
  EXPECT_EQ(down.name, "model.layers.0.mlp.down_proj.weight");
  EXPECT_EQ(down.shape, (std::vector<int64_t>{4, 6}));
  EXPECT_EQ(down.bytes, 96u);
  // The builder starts tensor t with byte t.
  EXPECT_EQ(checkpoint->files[0]->data()[down.offset], 3);
}

TEST_F(Folder, DtypeIsWhatTheMatricesAreStoredAs) {
  folder.write("model.safetensors", buildSafetensors(tinyTensors("BF16")));
  EXPECT_EQ(open()->config.dtype, "bf16");
  std::vector<BuiltTensor> mixed = tinyTensors("F16");
  mixed.back().dtype = "F32"; // a norm does not count
  folder.write("model.safetensors", buildSafetensors(mixed));
  EXPECT_EQ(open()->config.dtype, "f16");
  mixed.front().dtype = "BF16";
  folder.write("model.safetensors", buildSafetensors(mixed));
  EXPECT_EQ(open()->config.dtype, "f32");
}

TEST_F(Folder, NamesEveryMissingMisshapenAndUnexpectedTensor) {
  std::vector<BuiltTensor> tensors =
      without(without(tinyTensors(), "model.norm.weight"),
              "model.layers.0.mlp.up_proj.weight");
  tensors[2].shape = {7};
  tensors.push_back({"model.layers.1.mlp.up_proj.weight", {6, 4}, "F32"});
  folder.write("model.safetensors", buildSafetensors(tensors));
  std::string error = refusal();
  EXPECT_THAT(error, HasSubstr("4 problems"));
  EXPECT_THAT(error, HasSubstr("'model.norm.weight' is missing; expected "
                               "shape [4]"));
  EXPECT_THAT(error, HasSubstr("'model.layers.0.mlp.up_proj.weight' is "
                               "missing; expected shape [6, 4]"));
  EXPECT_THAT(error,
              HasSubstr("'model.layers.0.input_layernorm.weight' has shape [7];"
                        " the config asks for [4]"));
  EXPECT_THAT(error, HasSubstr("'model.layers.1.mlp.up_proj.weight' of shape "
                               "[6, 4] is not part of LlamaForCausalLM"));
}

TEST_F(Folder, RefusesTypesItCannotReadByName) {
  std::string bytes = buildSafetensors(tinyTensors("F16"));
  for (size_t at; (at = bytes.find("\"F16\"")) != std::string::npos;)
    bytes.replace(at, 5, "\"I16\"");
  folder.write("model.safetensors", bytes);
  EXPECT_THAT(refusal(), HasSubstr("not supported yet: tensor "
                                   "'lm_head.weight' of type I16"));
}

TEST_F(Folder, IgnoresBuffersThatAreRecomputed) {
  std::vector<BuiltTensor> tensors = tinyTensors();
  tensors.push_back(
      {"model.layers.0.self_attn.rotary_emb.inv_freq", {2}, "F32"});
  folder.write("model.safetensors", buildSafetensors(tensors));
  EXPECT_EQ(open()->tensors.size(), 12u);
}

TEST_F(Folder, BiasesFollowTheConfig) {
  std::vector<BuiltTensor> tensors = tinyTensors();
  std::string layer = "model.layers.0.";
  for (auto [name, rows] :
       {std::pair<const char *, int64_t>{"q", 8}, {"k", 4}, {"v", 4}, {"o", 4}})
    tensors.push_back(
        {layer + "self_attn." + name + "_proj.bias", {rows}, "F32"});
  folder.write("model.safetensors", buildSafetensors(tensors));
  EXPECT_THAT(refusal(), HasSubstr("4 problems"));
  folder.write("config.json", tinyConfig(",\"attention_bias\":true"));
  std::unique_ptr<Checkpoint> checkpoint = open();
  EXPECT_EQ(checkpoint->tensors.count("layers.0.attn.o.bias"), 1u);
  EXPECT_EQ(checkpoint->tensors.at("layers.0.attn.q.bias").shape,
            (std::vector<int64_t>{8}));
  folder.write("config.json",
               tinyConfig(",\"attention_bias\":true,\"mlp_bias\":true"));
  EXPECT_THAT(refusal(), HasSubstr("mlp.down_proj.bias' is missing"));
}

TEST_F(Folder, TiedEmbeddingsNeedNoHead) {
  folder.write("config.json", tinyConfig(",\"tie_word_embeddings\":true"));
  folder.write("model.safetensors",
               buildSafetensors(without(tinyTensors(), "lm_head.weight")));
  std::unique_ptr<Checkpoint> checkpoint = open();
  EXPECT_TRUE(checkpoint->config.tieWordEmbeddings);
  EXPECT_EQ(checkpoint->tensors.count("head.weight"), 0u);
}

TEST_F(Folder, TiedEmbeddingsMayBeStoredUnderTheHeadsName) {
  folder.write("config.json", tinyConfig(",\"tie_word_embeddings\":true"));
  folder.write(
      "model.safetensors",
      buildSafetensors(without(tinyTensors(), "model.embed_tokens.weight")));
  std::unique_ptr<Checkpoint> checkpoint = open();
  EXPECT_TRUE(checkpoint->config.tieWordEmbeddings);
  EXPECT_EQ(checkpoint->tensors.at("embed.weight").name, "lm_head.weight");
}

TEST_F(Folder, MatricesThatDifferAreNotTied) {
  folder.write("config.json", tinyConfig(",\"tie_word_embeddings\":true"));
  std::unique_ptr<Checkpoint> checkpoint = open();
  EXPECT_FALSE(checkpoint->config.tieWordEmbeddings);
  EXPECT_EQ(checkpoint->tensors.count("head.weight"), 1u);

  // The same bytes twice: lm_head is first, model.embed_tokens second.
  std::string bytes = buildSafetensors(tinyTensors());
  const SourceTensor &head = checkpoint->tensors.at("head.weight");
  const SourceTensor &embed = checkpoint->tensors.at("embed.weight");
  bytes.replace(embed.offset, embed.bytes, bytes, head.offset, head.bytes);
  folder.remove("model.safetensors"); // the old one is still mapped
  folder.write("model.safetensors", bytes);
  checkpoint = open();
  EXPECT_TRUE(checkpoint->config.tieWordEmbeddings);
  EXPECT_EQ(checkpoint->tensors.count("head.weight"), 0u);
}

TEST_F(Folder, UntiedEmbeddingsNeedAHead) {
  folder.write("model.safetensors",
               buildSafetensors(without(tinyTensors(), "lm_head.weight")));
  EXPECT_THAT(refusal(), HasSubstr("'lm_head.weight' is missing"));
}

TEST_F(Folder, OpensShards) {
  writeShards(weightMap());
  std::unique_ptr<Checkpoint> checkpoint = open();
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->files.size(), 2u);
  EXPECT_EQ(checkpoint->tensors.at("head.weight").file, 0u);
  EXPECT_EQ(checkpoint->tensors.at("final_norm.weight").file, 1u);
}

TEST_F(Folder, RefusesShardNamesThatLeadElsewhere) {
  for (const char *name :
       {"../a.safetensors", "/etc/a.safetensors", "x/a.safetensors",
        "..\\\\a.safetensors", ".safetensors", ".a.safetensors", "a.bin", "",
        "a.safetensors\\u0000.bin"}) {
    writeShards("\"lm_head.weight\":\"" + std::string(name) + "\"");
    EXPECT_THAT(refusal(), HasSubstr("accepted: the plain name")) << name;
  }
  writeShards("\"lm_head.weight\":7");
  EXPECT_THAT(refusal(), HasSubstr("a number; accepted: the plain name"));
}

TEST_F(Folder, RefusesAnIndexThatDisagreesWithItsShards) {
  writeShards("\"model.norm.weight\":\"a.safetensors\"," +
              weightMap().substr(0, weightMap().rfind(',')));
  EXPECT_THAT(refusal(), HasSubstr("'model.norm.weight' is in b.safetensors; "
                                   "the index says a.safetensors"));
  writeShards(weightMap() + ",\"extra\":\"a.safetensors\"");
  EXPECT_THAT(refusal(),
              HasSubstr("'extra' is not in a.safetensors, where the index"));
  writeShards(weightMap().substr(0, weightMap().rfind(',')));
  EXPECT_THAT(refusal(),
              HasSubstr("'model.norm.weight' of b.safetensors is not in the "
                        "index"));
}

TEST_F(Folder, RefusesABrokenIndex) {
  writeShards(weightMap());
  folder.remove("b.safetensors");
  EXPECT_THAT(refusal(), HasSubstr("b.safetensors: cannot be opened"));
  folder.write("model.safetensors.index.json", "{\"weight_map\":{}}");
  EXPECT_THAT(refusal(), HasSubstr("names 0 files"));
  folder.write("model.safetensors.index.json", "{}");
  EXPECT_THAT(refusal(), HasSubstr("'weight_map' is missing"));
}

TEST_F(Folder, RefusesPickledWeights) {
  folder.remove("model.safetensors");
  for (const char *name : {"pytorch_model.bin", "model.pt", "x.pth"}) {
    folder.write(name, "x");
    EXPECT_THAT(refusal(), HasSubstr("pickled only ('" + std::string(name)));
    folder.remove(name);
  }
  EXPECT_THAT(refusal(), HasSubstr("holds no model.safetensors"));
}

TEST_F(Folder, RefusesQuantizedFoldersByMethod) {
  folder.write("config.json",
               tinyConfig(",\"quantization_config\":{\"quant_method\":"
                          "\"gptq\",\"bits\":4}"));
  EXPECT_THAT(refusal(), HasSubstr("not supported yet: weights quantized by "
                                   "method 'gptq'"));
  folder.write("config.json", tinyConfig(",\"quantization_config\":null"));
  open();
}

TEST_F(Folder, RefusesAdapters) {
  folder.write("adapter_config.json", "{}");
  EXPECT_THAT(refusal(), HasSubstr("not supported yet: adapters"));
}

TEST_F(Folder, PointsAtTheGgufInAFolder) {
  folder.remove("config.json");
  EXPECT_THAT(refusal(), HasSubstr("holds no config.json"));
  folder.write("m.gguf", "GGUF");
  EXPECT_THAT(refusal(), HasSubstr("give that file"));
}

// The hub's cache is made of links.
TEST_F(Folder, WeightsMayBeALink) {
  std::filesystem::rename(folder.path + "/model.safetensors",
                          folder.path + "/blob");
  std::filesystem::create_symlink("blob", folder.path + "/model.safetensors");
  open();
}

TEST_F(Folder, AFileThatIsNoRegularFileIsRefused) {
  folder.remove("model.safetensors");
  ASSERT_EQ(mkfifo((folder.path + "/model.safetensors").c_str(), 0600), 0);
  EXPECT_THAT(refusal(), HasSubstr("not a regular file"));
}

TEST_F(Folder, ReadsTokenizerFiles) {
  folder.write("tokenizer.json", "{\"any\": \"bytes\"}");
  folder.write("tokenizer_config.json",
               "{\"model_max_length\":1000000000000000019884624838656,"
               "\"bos_token\":{\"content\":\"<s>\",\"lstrip\":false},"
               "\"eos_token\":\"</s>\",\"chat_template\":\"{{ x }}\","
               "\"added_tokens_decoder\":{\"4\":{\"content\":\"</s>\"}}}");
  std::unique_ptr<Checkpoint> checkpoint = open();
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->tokenizerJson, "{\"any\": \"bytes\"}");
  EXPECT_EQ(checkpoint->bosToken, "<s>");
  EXPECT_EQ(checkpoint->eosToken, "</s>");
  EXPECT_EQ(checkpoint->chatTemplate, "{{ x }}");
  // No config names an id: the tokenizer's own end token is taken.
  EXPECT_THAT(checkpoint->endTokens, ElementsAre(4));

  folder.write("chat_template.jinja", "{{ y }}");
  EXPECT_EQ(open()->chatTemplate, "{{ y }}");
  folder.write("chat_template.jinja", "\xff");
  EXPECT_THAT(refusal(), HasSubstr("chat_template.jinja is not UTF-8"));
}

TEST_F(Folder, SpecialTokensMapFillsInTexts) {
  folder.write("tokenizer_config.json", "{\"bos_token\":\"a\"}");
  folder.write("special_tokens_map.json",
               "{\"bos_token\":\"b\",\"eos_token\":{\"content\":\"c\"}}");
  std::unique_ptr<Checkpoint> checkpoint = open();
  EXPECT_EQ(checkpoint->bosToken, "a");
  EXPECT_EQ(checkpoint->eosToken, "c");
}

TEST_F(Folder, GenerationConfigHasTheSayOverEndTokens) {
  folder.write("config.json",
               tinyConfig(",\"bos_token_id\":1,\"eos_token_id\":2"));
  EXPECT_THAT(open()->endTokens, ElementsAre(2));
  folder.write("generation_config.json", "{\"eos_token_id\":[3,4,3]}");
  std::unique_ptr<Checkpoint> checkpoint = open();
  EXPECT_THAT(checkpoint->endTokens, ElementsAre(3, 4));
  EXPECT_EQ(checkpoint->bos, 1);
  folder.write("generation_config.json", "{\"eos_token_id\":[3,5]}");
  EXPECT_THAT(refusal(), HasSubstr("'eos_token_id' is 5; accepted: an id from "
                                   "0 to 4"));
  folder.write("generation_config.json", "{\"eos_token_id\":-1}");
  EXPECT_THAT(open()->endTokens, ElementsAre(2));
}

TEST(OpenCheckpoint, SaysWhatAFileSeemsToBe) {
  TempFolder folder;
  auto refusal = [&](const std::string &bytes) {
    std::string error;
    EXPECT_FALSE(openCheckpoint(folder.write("file", bytes), error));
    return error;
  };
  EXPECT_THAT(refusal("PK\3\4xxxxxxxx"), HasSubstr("pickled PyTorch"));
  EXPECT_THAT(refusal("lmggxxxxxxxx"), HasSubstr("before GGUF"));
  EXPECT_THAT(refusal(buildSafetensors({})), HasSubstr("a safetensors file"));
  EXPECT_THAT(refusal(tinyConfig()), HasSubstr("a JSON file"));
  EXPECT_THAT(refusal("hello"), HasSubstr("not a model file we know"));
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  std::string error;
  EXPECT_FALSE(openCheckpoint(folder.path + "/nothing", error));
  EXPECT_THAT(error, HasSubstr("No such file"));
}

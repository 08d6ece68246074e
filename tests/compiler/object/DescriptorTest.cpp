//===- DescriptorTest.cpp - The constant that a compiled object exports
//----===//

#include "compiler/object/Descriptor.h"
#include "compiler/object/WeightSegment.h"
#include "runtime/lib/ObjectCheck.h"
#include "runtime/lib/ObjectFile.h"
#include "tests/compiler/object/LoadedObject.h"
#include "tests/compiler/object/ToyModel.h"

#include "llvm/IR/Verifier.h"

using namespace llvm;
using namespace llmrt;
using toy::says;

/// A description with every field told apart from every other.
static llm::ObjectDescription full() {
  llm::ObjectDescription model = toy::description();
  model.facts = {};
  model.facts.vocabSize = 101;
  model.facts.hiddenSize = 102;
  model.facts.layers = 103;
  model.facts.maxContext = 104;
  model.facts.maxBatch = 5;
  model.facts.maxRows = 106;
  model.facts.bosCount = 1;
  model.facts.bos = 7;
  model.facts.weightBytesRead = uint64_t(1) << 40;
  model.facts.stateBytesPerToken = 109;
  model.facts.prefillFlopsPerToken = 110;
  model.facts.headFlops = 111;
  model.facts.attentionFlopsPerPair = 112;
  model.facts.weightType = ElementType::I8;
  model.endTokens = {2, 50, 99};
  model.arguments[0].required = false;
  model.groups.push_back({"full", 30, 16, 6144, 0, 3, 64, ElementType::BF16});
  model.groups.push_back({"window", 2, 32, 128, 4096, 1, 32, ElementType::I8});
  model.levels.insert(model.levels.begin(),
                      {"x86-64-v4", "avx512f avx512bw", "toy_step", 1024, 192,
                       ElementType::BF16});
  for (int i = 0; i < 100000; ++i)
    model.tokenizer.push_back(i * 7);
  model.chatTemplate = {1, 0, 2, 0};
  return model;
}

/// A graph with arguments of every sort.
static llm::ObjectDescription graph() {
  llm::ObjectDescription model = toy::description();
  model.facts = {};
  model.arguments.clear();
  llm::GraphArgumentDescription image, parts, scalar, any;
  image.name = "image";
  image.type = ElementType::F8E5M2;
  image.dims = {-1, 3, -1, 0};
  image.dimNames = {"batch", "", "height", ""};
  parts.name = "parts";
  parts.kind = GraphValueKind::Sequence;
  parts.optional = true;
  parts.type = ElementType::String;
  parts.dims = {7};
  scalar.name = "image"; // an output may be named as an input is
  scalar.type = ElementType::Bool;
  scalar.isOutput = true;
  any.name = "any";
  any.anyRank = true;
  any.isOutput = true;
  model.graphArguments = {image, parts, scalar, any};
  return model;
}

static std::string write(const toy::Folder &folder,
                         const llm::ObjectDescription &model) {
  toy::Bytes descriptor = toy::describe(model);
  toy::Bytes code = toy::compile(toy::kAddWeight), image;
  std::string path = folder.file("model.so");
  cantFail(llm::linkSharedObject(
      {toy::buffer(descriptor, "descriptor.o"), toy::buffer(code, "step.o")},
      llm::descriptorSymbol(model.name), image));
  auto writer = cantFail(llm::WeightSegmentWriter::create(
      path, image, llm::descriptorSymbol(model.name), 64));
  cantFail(writer->finish(1));
  return path;
}

TEST(Descriptor, ArrivesAsDescribed) {
  toy::Folder folder;
  llm::ObjectDescription model = full();
  toy::LoadedObject object(write(folder, model));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->magic, kObjectMagic);
  EXPECT_EQ(object->version, kObjectVersion);
  EXPECT_EQ(object->descriptorBytes, sizeof(ObjectDescriptor));
  EXPECT_EQ(object->self, object.operator->());
  EXPECT_STREQ(object->name, "toy");
  EXPECT_STREQ(object->provenance, "llm-compile toy");

  const ModelFacts &facts = object->facts;
  ASSERT_EQ(facts.endCount, 3u);
  EXPECT_EQ(std::vector<int32_t>(facts.endTokens, facts.endTokens + 3),
            model.endTokens);
  ModelFacts expected = model.facts;
  expected.endCount = facts.endCount;
  expected.endTokens = facts.endTokens;
  EXPECT_EQ(memcmp(&facts, &expected, sizeof(facts)), 0);

  ASSERT_EQ(object->argumentCount, 2u);
  const StepArgument &hidden = object->arguments[0];
  EXPECT_STREQ(hidden.name, "hidden");
  EXPECT_EQ(hidden.type, ElementType::F32);
  EXPECT_EQ(hidden.isOutput, 0u);
  EXPECT_EQ(hidden.required, 0u);
  EXPECT_EQ(hidden.rank, 1u);
  EXPECT_EQ(hidden.dims[0].symbol, int32_t(DimSymbol::Rows));
  const StepArgument &logits = object->arguments[1];
  EXPECT_STREQ(logits.name, "logits");
  EXPECT_EQ(logits.isOutput, 1u);
  EXPECT_EQ(logits.required, 1u);
  EXPECT_EQ(logits.rank, 2u);
  EXPECT_EQ(logits.dims[0].symbol, int32_t(DimSymbol::Outputs));
  EXPECT_EQ(logits.dims[1].symbol, -1);
  EXPECT_EQ(logits.dims[1].size, 16);

  ASSERT_EQ(object->groupCount, 2u);
  const StateGroup &window = object->groups[1];
  EXPECT_STREQ(object->groups[0].name, "full");
  EXPECT_EQ(object->groups[0].pageBytes, 30u * 6144u);
  EXPECT_STREQ(window.name, "window");
  EXPECT_EQ(window.layers, 2u);
  EXPECT_EQ(window.pageTokens, 32u);
  EXPECT_EQ(window.layerPageBytes, 128u);
  EXPECT_EQ(window.pageBytes, 256u);
  EXPECT_EQ(window.window, 4096u);
  EXPECT_EQ(window.keyValueHeads, 1u);
  EXPECT_EQ(window.headDim, 32u);
  EXPECT_EQ(window.type, ElementType::I8);

  ASSERT_EQ(object->levelCount, 2u);
  EXPECT_STREQ(object->levels[0].name, "x86-64-v4");
  EXPECT_STREQ(object->levels[0].features, "avx512f avx512bw");
  EXPECT_EQ(object->levels[0].arenaBytes, 1024u);
  EXPECT_EQ(object->levels[0].scratchBytes, 192u);
  EXPECT_EQ(object->levels[0].computeType, ElementType::BF16);
  EXPECT_STREQ(object->levels[1].name, "x86-64");
  EXPECT_STREQ(object->levels[1].features, "");
  EXPECT_NE(object->levels[1].step, nullptr);

  auto bytes = [](ByteSpan span) {
    return std::vector<uint8_t>(span.data, span.data + span.size);
  };
  EXPECT_EQ(bytes(object->tokenizer), model.tokenizer);
  EXPECT_EQ(bytes(object->chatTemplate), model.chatTemplate);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(object->tokenizer.data) % 64, 0u);
  EXPECT_EQ(checkDescriptor(*object.operator->()), LLMRT_OK) << lastError();
}

TEST(Descriptor, AGraphArrivesAsDescribed) {
  toy::Folder folder;
  std::string path = write(folder, graph()), bytes = toy::contents(path);
  EXPECT_EQ(checkObjectBytes(reinterpret_cast<const uint8_t *>(bytes.data()),
                             bytes.size()),
            LLMRT_OK)
      << lastError();
  toy::LoadedObject object(path);
  ASSERT_TRUE(object);
  EXPECT_EQ(checkDescriptor(*object.operator->()), LLMRT_OK) << lastError();
  EXPECT_EQ(object->argumentCount, 0u);
  ASSERT_EQ(object->graphArgumentCount, 4u);
  const GraphArgument &image = object->graphArguments[0];
  EXPECT_STREQ(image.name, "image");
  EXPECT_EQ(image.kind, GraphValueKind::Tensor);
  EXPECT_EQ(image.optional, 0u);
  EXPECT_EQ(image.type, ElementType::F8E5M2);
  EXPECT_EQ(image.isOutput, 0u);
  ASSERT_EQ(image.rank, 4u);
  EXPECT_EQ(std::vector<int64_t>(image.dims, image.dims + 4),
            (std::vector<int64_t>{-1, 3, -1, 0}));
  EXPECT_STREQ(image.dimNames[0], "batch");
  EXPECT_EQ(image.dimNames[1], nullptr);
  EXPECT_STREQ(image.dimNames[2], "height");
  EXPECT_EQ(image.dimNames[3], nullptr);
  const GraphArgument &parts = object->graphArguments[1];
  EXPECT_STREQ(parts.name, "parts");
  EXPECT_EQ(parts.kind, GraphValueKind::Sequence);
  EXPECT_EQ(parts.optional, 1u);
  EXPECT_EQ(parts.type, ElementType::String);
  ASSERT_EQ(parts.rank, 1u);
  EXPECT_EQ(parts.dims[0], 7);
  EXPECT_EQ(parts.dimNames, nullptr);
  const GraphArgument &scalar = object->graphArguments[2];
  EXPECT_STREQ(scalar.name, "image");
  EXPECT_EQ(scalar.type, ElementType::Bool);
  EXPECT_EQ(scalar.isOutput, 1u);
  EXPECT_EQ(scalar.rank, 0u);
  EXPECT_EQ(scalar.dims, nullptr);
  const GraphArgument &any = object->graphArguments[3];
  EXPECT_EQ(any.rank, kAnyRank);
  EXPECT_EQ(any.dims, nullptr);
}

TEST(Descriptor, LeavesOutWhatTheModelLacks) {
  toy::Folder folder;
  toy::LoadedObject object(write(folder, toy::description()));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->facts.endCount, 0u);
  EXPECT_EQ(object->facts.endTokens, nullptr);
  EXPECT_EQ(object->groupCount, 0u);
  EXPECT_EQ(object->groups, nullptr);
  EXPECT_EQ(object->tokenizer.size, 0u);
  EXPECT_EQ(object->tokenizer.data, nullptr);
}

TEST(Descriptor, IsTheSameBytesEachTime) {
  EXPECT_EQ(toy::describe(full()), toy::describe(full()));
}

TEST(Descriptor, IsAValidModule) {
  LLVMContext context;
  auto module = cantFail(llm::buildDescriptorModule(full(), context));
  EXPECT_FALSE(verifyModule(*module, &errs()));
  EXPECT_NE(module->getNamedAlias("llmrt_model_toy"), nullptr);
}

/// Why a description is refused, "" where it is not.
static std::string refusal(const llm::ObjectDescription &model) {
  auto object = llm::emitDescriptorObject(model);
  return object ? "" : toy::message(object.takeError());
}

TEST(Descriptor, RefusesANameThatNoSymbolCanHave) {
  llm::ObjectDescription model = toy::description();
  for (const char *name : {"", "7b", "a-b", "a.b", "a b", "é"}) {
    model.name = name;
    EXPECT_TRUE(says(refusal(model), "cannot name an object")) << name;
  }
  model.name = std::string(129, 'a');
  EXPECT_TRUE(says(refusal(model), "cannot name an object"));
  model.name = "SmolLM2_135M";
  EXPECT_EQ(refusal(model), "");
}

TEST(Descriptor, RefusesAFifthDimension) {
  llm::ObjectDescription model = toy::description();
  model.arguments[1].dims.resize(5);
  EXPECT_TRUE(says(refusal(model), "'logits' has 5 dimensions; at most 4"));
}

TEST(Descriptor, RefusesAGraphThatNoObjectCanDescribe) {
  llm::ObjectDescription model = graph();
  model.graphArguments[0].dimNames.pop_back();
  EXPECT_TRUE(says(refusal(model),
                   "graph argument 'image' has 4 dimensions and 3 names"));
  model = graph();
  std::swap(model.graphArguments[1], model.graphArguments[2]);
  EXPECT_TRUE(
      says(refusal(model), "graph input 'parts' comes after an output"));
}

TEST(Descriptor, RefusesATextThatWouldBeCut) {
  llm::ObjectDescription model = toy::description();
  model.levels[0].features = std::string("avx2\0fma", 8);
  EXPECT_TRUE(says(refusal(model), "holds a zero byte: 'avx2'"));
}

TEST(Descriptor, RefusesPagesBeyondTheAddressSpace) {
  llm::ObjectDescription model = full();
  model.groups[1].layerPageBytes = uint64_t(1) << 63;
  EXPECT_TRUE(says(refusal(model), "state group 'window'"));
}

TEST(Descriptor, RefusesAnObjectWithoutCode) {
  llm::ObjectDescription model = toy::description();
  model.levels[0].stepSymbol.clear();
  EXPECT_TRUE(says(refusal(model), "'x86-64' names no step function"));
  model.levels.clear();
  EXPECT_TRUE(says(refusal(model), "no CPU level"));
}

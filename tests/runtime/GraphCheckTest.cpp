//===- GraphCheckTest.cpp - Is a table of graph arguments one to run? -----===//

#include "runtime/lib/GraphCheck.h"
#include "runtime/lib/ElementTypes.h"
#include "runtime/lib/ObjectFile.h"
#include "tests/runtime/ObjectEditor.h"

#include <gtest/gtest.h>

using namespace llmrt;

namespace {

/// The toy graph's object, changed in one place.
class GraphCheckTest : public testing::Test {
protected:
  ObjectEditor object;

  void SetUp() override { ASSERT_TRUE(object.load(TOY_GRAPH)); }

  GraphArgument &argument(unsigned index) {
    uint64_t table =
        uint64_t(object.pointer(offsetof(ObjectDescriptor, graphArguments)));
    return object.at<GraphArgument>(object.offsetOf(table) +
                                    index * sizeof(GraphArgument));
  }
  Elf64_Sxword &pointer(unsigned index, size_t field) {
    uint64_t table =
        uint64_t(object.pointer(offsetof(ObjectDescriptor, graphArguments)));
    return object.relocation(table + index * sizeof(GraphArgument) + field)
        .r_addend;
  }
  /// Of the check of the file.
  std::string refusal() {
    object.sealCode();
    Status status = checkObjectBytes(object.bytes.data(), object.bytes.size());
    return status ? lastError() : "";
  }
};

bool contains(const std::string &text, const char *part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_F(GraphCheckTest, TheWholeObjectIsAccepted) { EXPECT_EQ(refusal(), ""); }

TEST_F(GraphCheckTest, PointersLeadIntoTheFile) {
  // The last eight bytes of the object are no zero.
  Elf64_Phdr &weights = object.program(PT_LOAD, 3);
  object.at<int64_t>(weights.p_offset + weights.p_filesz - 8) = -1;
  Elf64_Sxword last = Elf64_Sxword(weights.p_vaddr + weights.p_filesz - 8);
  ObjectEditor whole = object;
  pointer(1, offsetof(GraphArgument, name)) = last;
  EXPECT_TRUE(contains(refusal(), "a graph argument's name does not end"))
      << refusal();
  object = whole;
  pointer(1, offsetof(GraphArgument, dims)) = last;
  EXPECT_TRUE(contains(refusal(), "a graph argument's dimensions: "))
      << refusal();
  object = whole;
  pointer(1, offsetof(GraphArgument, dimNames)) = last;
  EXPECT_TRUE(contains(refusal(), "a graph argument's names of dimensions: "))
      << refusal();
  object = whole;
  object.pointer(offsetof(ObjectDescriptor, graphArguments)) += 4;
  EXPECT_TRUE(contains(refusal(), "not aligned"));
  object = whole;
  object.pointer(offsetof(ObjectDescriptor, graphArguments)) = 8;
  EXPECT_NE(refusal(), "");
}

TEST_F(GraphCheckTest, CountsAreBounded) {
  ObjectEditor whole = object;
  object.descriptor().graphArgumentCount = kMaxGraphArguments + 1;
  EXPECT_TRUE(contains(refusal(), "graphArgumentCount = 16385"));
  object = whole;
  object.descriptor().graphArgumentCount = kMaxGraphArguments;
  EXPECT_TRUE(contains(refusal(), "graphArguments"));
  object = whole;
  argument(1).rank = kMaxGraphRank + 1;
  EXPECT_TRUE(contains(refusal(), "has rank 65; 64 are accepted"));
  object = whole;
  argument(1).rank = 64; // more than lie there
  EXPECT_NE(refusal(), "");
  object = whole;
  object.descriptor().groupCount = 1;
  EXPECT_TRUE(contains(refusal(), "groupCount = 1; 0 to 0"));
  object = whole;
  object.descriptor().argumentCount = 1;
  EXPECT_TRUE(contains(refusal(), "argumentCount = 1; 0 to 0"));
  object = whole;
  object.descriptor().facts.endCount = 1;
  EXPECT_TRUE(contains(refusal(), "endCount = 1; 0 to 0"));
}

TEST(GraphArguments, ValuesAreOnesToWorkWith) {
  static const int64_t dims[] = {-1, 2}, wrong[] = {3, -2};
  const GraphArgument input = {
      "a", GraphValueKind::Tensor, 0, ElementType::F32, 2, 0, 0, dims, nullptr};
  GraphArgument output = input;
  output.isOutput = 1;
  auto refusal = [](std::vector<GraphArgument> arguments) -> std::string {
    Status status = checkGraphArguments(arguments.data(), arguments.size());
    return status ? lastError() : "";
  };
  EXPECT_EQ(refusal({input, output}), "");
  EXPECT_EQ(refusal({input, input}), "the graph has two inputs named 'a'");
  EXPECT_EQ(refusal({output, output}), "the graph has two outputs named 'a'");
  EXPECT_EQ(refusal({output, input}),
            "the graph's input 'a' comes after an output");
  GraphArgument changed = input;
  changed.kind = GraphValueKind::Absent;
  EXPECT_EQ(refusal({changed}), "the graph argument 'a' is of kind 2, neither "
                                "tensor nor sequence");
  changed = input;
  changed.type = ElementType(26);
  EXPECT_EQ(refusal({changed}), "the graph argument 'a' has type 26");
  changed = input;
  changed.rank = 65;
  EXPECT_EQ(refusal({changed}),
            "the graph argument 'a' has rank 65; 64 are accepted");
  changed = input;
  changed.dims = wrong;
  EXPECT_EQ(refusal({changed}), "dimension 1 of the graph argument 'a' is -2");
  changed = input;
  changed.optional = 2;
  EXPECT_EQ(refusal({changed}), "the graph argument 'a' has isOutput = 0 and "
                                "optional = 2; 0 and 1 are accepted");
  changed = input;
  changed.rank = kAnyRank;
  changed.dims = nullptr;
  EXPECT_EQ(refusal({changed}), "");
}

TEST(ElementTypes, EveryTypeHasANameAndASize) {
  for (uint32_t type = 0; type <= uint32_t(ElementType::String); ++type) {
    EXPECT_NE(elementBytes(ElementType(type)), 0u);
    EXPECT_NE(elementName(ElementType(type)), nullptr);
  }
  EXPECT_EQ(elementBytes(ElementType(26)), 0u);
  EXPECT_EQ(elementName(ElementType(26)), nullptr);
  EXPECT_EQ(elementBytes(ElementType::F64), 8u);
  EXPECT_EQ(elementBytes(ElementType::I4), 1u);
  EXPECT_STREQ(elementName(ElementType::F8E5M2FNUZ), "f8e5m2fnuz");
}

//===- OnnxOpTest.cpp - Ops read and made by their schema -----------------===//

#include "dialects/onnx/OnnxOp.h"

#include "dialects/onnx/ONNXDialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace llm::onnx;

namespace {
class OnnxOpTest : public ::testing::Test {
protected:
  OnnxOpTest()
      : module(ModuleOp::create(UnknownLoc::get(&context))), builder(&context) {
    context.loadDialect<ONNXDialect>();
    builder.setInsertionPointToEnd(module->getBody());
  }

  Value constant(ArrayRef<int64_t> shape) {
    auto type = RankedTensorType::get(shape, builder.getF32Type());
    Attribute value = DenseElementsAttr::get(type, 1.0f);
    return createOnnxOp(builder, builder.getUnknownLoc(), "onnx.Constant.13",
                        {}, {{type}}, {builder.getNamedAttr("value", value)})
        ->getResult(0);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  OpBuilder builder;
};
} // namespace

TEST_F(OnnxOpTest, ReadsInputsOutputsAndAttributesByName) {
  Value x = constant({1, 1, 4, 4}), w = constant({1, 1, 2, 2});
  auto strides =
      builder.getNamedAttr("strides", builder.getDenseI64ArrayAttr({2, 2}));
  Operation *made =
      createOnnxOp(builder, builder.getUnknownLoc(), "onnx.Conv.11", {{x}, {w}},
                   {{x.getType()}}, {strides});
  EXPECT_TRUE(succeeded(verify(made)));
  std::optional<OnnxOp> op = OnnxOp::from(made);
  ASSERT_TRUE(op);
  EXPECT_EQ(op->domain(), "");
  EXPECT_EQ(op->type(), "Conv");
  EXPECT_EQ(op->version(), 11);
  EXPECT_EQ(op->input("X"), x);
  EXPECT_EQ(op->input("W"), w);
  EXPECT_FALSE(op->input("B"));
  EXPECT_EQ(op->output("Y"), made->getResult(0));
  EXPECT_EQ(op->integers("strides"), (SmallVector<int64_t>{2, 2}));
  EXPECT_TRUE(op->integers("pads").empty());
  EXPECT_FALSE(op->has("pads"));
}

TEST_F(OnnxOpTest, AnswersWithTheSchemasDefaults) {
  Value x = constant({1, 1, 4, 4});
  OnnxOp op =
      *OnnxOp::from(createOnnxOp(builder, builder.getUnknownLoc(),
                                 "onnx.Conv.11", {{x}, {x}}, {{x.getType()}}));
  EXPECT_EQ(op.integer("group"), 1);
  EXPECT_EQ(op.string("auto_pad"), "NOTSET");
  EXPECT_TRUE(op.has("group"));
  EXPECT_EQ(op.integer("no_such", 7), 7);
  OnnxOp elu = *OnnxOp::from(createOnnxOp(builder, builder.getUnknownLoc(),
                                          "onnx.LSTM.14", {{x}, {x}, {x}},
                                          {{}, {}, {}}));
  EXPECT_EQ(elu.string("direction"), "forward");
  EXPECT_EQ(elu.real("clip", 2.5), 2.5);
}

TEST_F(OnnxOpTest, ReadsVariadicValues) {
  Value x = constant({2}), y = constant({3});
  auto type = RankedTensorType::get({5}, builder.getF32Type());
  auto axis = builder.getNamedAttr("axis", builder.getI64IntegerAttr(0));
  OnnxOp op =
      *OnnxOp::from(createOnnxOp(builder, builder.getUnknownLoc(),
                                 "onnx.Concat.13", {{x, y}}, {{type}}, {axis}));
  ASSERT_EQ(op.inputs("inputs").size(), 2u);
  EXPECT_EQ(op.inputs("inputs")[1], y);
  EXPECT_EQ(op.outputs("concat_result").size(), 1u);
}

TEST_F(OnnxOpTest, FindsRegionsByTheNameOfTheirGraph) {
  auto condition = RankedTensorType::get({}, builder.getI1Type());
  Value c = createOnnxOp(builder, builder.getUnknownLoc(), "onnx.Constant.13",
                         {}, {{condition}},
                         {builder.getNamedAttr(
                             "value", DenseElementsAttr::get(condition, true))})
                ->getResult(0);
  Operation *branch = createOnnxOp(builder, builder.getUnknownLoc(),
                                   "onnx.If.16", {{c}}, {{}}, {}, 2);
  for (Region &region : branch->getRegions()) {
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&region);
    ReturnOp::create(builder, builder.getUnknownLoc(), ValueRange());
  }
  EXPECT_TRUE(succeeded(verify(branch)));
  OnnxOp op = *OnnxOp::from(branch);
  EXPECT_EQ(op.region("else_branch"), &branch->getRegion(0));
  EXPECT_EQ(op.region("then_branch"), &branch->getRegion(1));
  EXPECT_FALSE(op.region("body"));
}

TEST_F(OnnxOpTest, IsNoneOfOtherOps) {
  EXPECT_FALSE(OnnxOp::from(module->getOperation()));
}

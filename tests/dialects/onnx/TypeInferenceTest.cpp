//===- TypeInferenceTest.cpp - Types of results ---------------------------===//

#include "dialects/onnx/TypeInference.h"

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/ProtoConversion.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include "onnx/onnx_pb.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace llm::onnx;

namespace {
class TypeInferenceTest : public ::testing::Test {
protected:
  TypeInferenceTest() { context.loadDialect<ONNXDialect>(); }

  /// The types inferred for the last op before the return; else the error.
  std::string infer(StringRef body) {
    std::string text = ("onnx.graph @g(%x: tensor<2x3xf32>, "
                        "%n: tensor<?xi64>, %any: tensor<*xf32>) {\n" +
                        body + "\nonnx.return }")
                           .str();
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return "does not parse";
    auto graph = *module->getOps<GraphOp>().begin();
    Operation *last = graph.getBody().front().getTerminator()->getPrevNode();
    std::string result;
    llvm::FailureOr<SmallVector<Type>> types =
        inferTypes(*OnnxOp::from(last), result);
    if (failed(types))
      return result;
    llvm::raw_string_ostream out(result);
    llvm::interleaveComma(*types, out);
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

TEST_F(TypeInferenceTest, FollowsOperands) {
  EXPECT_EQ(infer(R"(%y = "onnx.Transpose.13"(%x) {operandSegmentSizes =
      array<i32: 1>, resultSegmentSizes = array<i32: 1>} :
      (tensor<2x3xf32>) -> tensor<*xf32>)"),
            "tensor<3x2xf32>");
}

TEST_F(TypeInferenceTest, ReadsConstants) {
  EXPECT_EQ(infer(R"(%s = "onnx.Constant.13"() {value = dense<[3, -1]> :
      tensor<2xi64>, operandSegmentSizes = array<i32>,
      resultSegmentSizes = array<i32: 1>} : () -> tensor<2xi64>
    %y = "onnx.Reshape.14"(%x, %s) {operandSegmentSizes = array<i32: 1, 1>,
      resultSegmentSizes = array<i32: 1>} :
      (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>)"),
            "tensor<3x2xf32>");
}

TEST_F(TypeInferenceTest, KeepsWhatIsKnownAlready) {
  EXPECT_EQ(infer(R"(%y = "onnx.Relu.14"(%any) {operandSegmentSizes =
      array<i32: 1>, resultSegmentSizes = array<i32: 1>} :
      (tensor<*xf32>) -> tensor<4x?xf32>)"),
            "tensor<4x?xf32>");
  EXPECT_EQ(infer(R"(%y = "onnx.Reshape.14"(%x, %n) {operandSegmentSizes =
      array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} :
      (tensor<2x3xf32>, tensor<?xi64>) -> tensor<?x6xf32>)"),
            "tensor<?x6xf32>");
}

TEST_F(TypeInferenceTest, SkipsAbsentValues) {
  EXPECT_EQ(infer(R"(%a = "onnx.RandomNormal.1"() {shape = array<i64: 5, 2, 4>,
      operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>}
      : () -> tensor<5x2x4xf32>
    %w = "onnx.RandomNormal.1"() {shape = array<i64: 1, 16, 4>,
      operandSegmentSizes = array<i32>, resultSegmentSizes = array<i32: 1>}
      : () -> tensor<1x16x4xf32>
    %y = "onnx.LSTM.14"(%a, %w, %w) {hidden_size = 4 : i64,
      operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>,
      resultSegmentSizes = array<i32: 0, 1, 0>} :
      (tensor<5x2x4xf32>, tensor<1x16x4xf32>, tensor<1x16x4xf32>)
      -> tensor<*xf32>)"),
            "tensor<1x2x4xf32>");
}

TEST_F(TypeInferenceTest, SaysWhatDoesNotFit) {
  EXPECT_EQ(infer(R"(%y = "onnx.Transpose.13"(%x) {operandSegmentSizes =
      array<i32: 1>, resultSegmentSizes = array<i32: 1>} :
      (tensor<2x3xf32>) -> tensor<2x3xf32>)"),
            "result 0 is tensor<2x3xf32>; inferred: tensor<3x2xf32>");
}

TEST_F(TypeInferenceTest, ConvertsEveryTypeThereAndBack) {
  for (const char *text :
       {"tensor<2x?xf16>", "tensor<*xi1>", "tensor<ui4>",
        "tensor<1x!onnx.string>", "tensor<3xcomplex<f64>>",
        "tensor<2xf8E8M0FNU>", "!onnx.sequence<tensor<?xi64>>",
        "!onnx.optional<!onnx.sequence<tensor<*xui8>>>",
        "!onnx.map<i64, tensor<f32>>"}) {
    Type type = parseType(text, &context);
    ASSERT_TRUE(type) << text;
    ::onnx::TypeProto proto;
    ASSERT_TRUE(toProto(type, proto)) << text;
    EXPECT_EQ(fromProto(proto, &context), type) << text;
  }
  ::onnx::TypeProto none;
  EXPECT_FALSE(toProto(IndexType::get(&context), none));
  EXPECT_FALSE(fromProto(::onnx::TypeProto(), &context));
}

TEST_F(TypeInferenceTest, ConvertsValues) {
  auto value = cast<DenseElementsAttr>(
      parseAttribute("dense<[1, -2]> : tensor<2xi32>", &context));
  ::onnx::TensorProto proto;
  ASSERT_TRUE(toProto(value, proto));
  EXPECT_EQ(proto.data_type(), ::onnx::TensorProto::INT32);
  ASSERT_EQ(proto.raw_data().size(), 8u);
  EXPECT_EQ(proto.raw_data(), std::string("\1\0\0\0\xfe\xff\xff\xff", 8));
  ::onnx::TensorProto bits;
  ASSERT_TRUE(toProto(cast<DenseElementsAttr>(parseAttribute(
                          "dense<[true, false]> : tensor<2xi1>", &context)),
                      bits));
  EXPECT_EQ(bits.raw_data(), std::string("\1\0", 2));
}

TEST_F(TypeInferenceTest, NumbersEveryElementTypeAndNoOther) {
  for (int number = 1; number <= 28; ++number)
    EXPECT_EQ(dataType(elementType(number, &context)), number);
  EXPECT_FALSE(elementType(0, &context));
  EXPECT_FALSE(elementType(29, &context));
  for (const char *text : {"index", "si8", "ui1", "i3", "f128", "complex<f16>"})
    EXPECT_EQ(dataType(parseType(text, &context)), 0) << text;
}

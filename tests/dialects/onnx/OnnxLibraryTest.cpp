//===- OnnxLibraryTest.cpp - Schemas, inference, bodies, conversion -------===//

#include "dialects/onnx/OnnxLibrary.h"

#include "onnx/onnx_pb.h"

#include "gtest/gtest.h"
#include <gmock/gmock.h>

#include <map>

using namespace llm::onnx;
using ::onnx::TensorProto;
using ::testing::HasSubstr;

static ::onnx::TypeProto tensorType(int element, std::vector<int64_t> dims) {
  ::onnx::TypeProto type;
  type.mutable_tensor_type()->set_elem_type(element);
  auto *shape = type.mutable_tensor_type()->mutable_shape();
  for (int64_t dim : dims) {
    auto *added = shape->add_dim();
    if (dim >= 0)
      added->set_dim_value(dim);
  }
  return type;
}

static ::onnx::NodeProto makeNode(const char *type,
                                  std::vector<const char *> inputs,
                                  std::vector<const char *> outputs) {
  ::onnx::NodeProto node;
  node.set_op_type(type);
  for (const char *name : inputs)
    node.add_input(name);
  for (const char *name : outputs)
    node.add_output(name);
  return node;
}

static void setInteger(::onnx::NodeProto &node, const char *name,
                       int64_t value) {
  auto *attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(::onnx::AttributeProto::INT);
  attribute->set_i(value);
}

static ::onnx::ModelProto modelOf(const ::onnx::NodeProto &node, int opset) {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  model.mutable_graph()->set_name("graph");
  *model.mutable_graph()->add_node() = node;
  for (const std::string &name : node.input()) {
    auto *input = model.mutable_graph()->add_input();
    input->set_name(name);
    *input->mutable_type() = tensorType(TensorProto::FLOAT, {2, 3});
  }
  for (const std::string &name : node.output()) {
    auto *output = model.mutable_graph()->add_output();
    output->set_name(name);
    *output->mutable_type() = tensorType(TensorProto::FLOAT, {-1, -1});
  }
  return model;
}

TEST(OnnxLibrary, FindsTheVersionThatAModelMeans) {
  const Schema *schema = findSchema("", "Conv", 17);
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->name, "onnx.Conv.11");
  EXPECT_EQ(schema, findSchema("ai.onnx", "Conv", 11));
  EXPECT_EQ(findSchema("", "Conv", 10)->version, 1);
  EXPECT_EQ(findSchema("ai.onnx.ml", "TreeEnsemble", 5)->name,
            "onnx.ml.TreeEnsemble.5");
}

TEST(OnnxLibrary, FindsNothingWhereThereIsNothing) {
  EXPECT_FALSE(findSchema("", "Convolution", 17));
  EXPECT_FALSE(findSchema("", "Gelu", 19)); // since version 20
  EXPECT_FALSE(findSchema("org.example", "Conv", 17));
}

TEST(OnnxLibrary, KnowsTheNewestVersionOfADomain) {
  EXPECT_EQ(newestOpset(""), 28);
  EXPECT_EQ(newestOpset("ai.onnx"), 28);
  EXPECT_EQ(newestOpset("ai.onnx.ml"), 5);
  EXPECT_EQ(newestOpset("com.microsoft"), 1);
  EXPECT_EQ(newestOpset("org.example"), 0);
}

TEST(OnnxLibrary, TakesSchemasApart) {
  const Schema &schema = *findSchema("", "Conv", 11);
  ASSERT_EQ(schema.inputs.size(), 3u);
  EXPECT_EQ(schema.inputs[2].name, "B");
  EXPECT_EQ(schema.inputs[2].option, SchemaParameter::Option::Optional);
  EXPECT_EQ(schema.inputs[2].types->tensors, 1u << TensorProto::FLOAT |
                                                 1u << TensorProto::FLOAT16 |
                                                 1u << TensorProto::DOUBLE);
  const SchemaAttribute *group = schema.attribute("group");
  ASSERT_TRUE(group && group->hasDefault);
  EXPECT_EQ(group->integers, std::vector<int64_t>{1});
  EXPECT_FALSE(schema.attribute("strides")->hasDefault);
  EXPECT_FALSE(schema.attribute("no_such"));
  EXPECT_EQ(findSchema("", "If", 16)->regions, 2u);
}

TEST(OnnxLibrary, ChecksModels) {
  EXPECT_EQ(checkModel(modelOf(makeNode("Relu", {"x"}, {"y"}), 14)), "");
  EXPECT_THAT(checkModel(modelOf(makeNode("Rleu", {"x"}, {"y"}), 14)),
              HasSubstr("Rleu"));
}

TEST(OnnxLibrary, InfersTheTypesOfAModel) {
  ::onnx::ModelProto model = modelOf(makeNode("Transpose", {"x"}, {"y"}), 13);
  ASSERT_EQ(inferShapes(model), "");
  const auto &shape = model.graph().output(0).type().tensor_type().shape();
  ASSERT_EQ(shape.dim_size(), 2);
  EXPECT_EQ(shape.dim(0).dim_value(), 3);
  EXPECT_EQ(shape.dim(1).dim_value(), 2);
}

TEST(OnnxLibrary, LeavesATypeThatContradictsInference) {
  ::onnx::ModelProto model = modelOf(makeNode("Transpose", {"x"}, {"y"}), 13);
  *model.mutable_graph()->mutable_output(0)->mutable_type() =
      tensorType(TensorProto::INT64, {2});
  EXPECT_EQ(inferShapes(model), "");
  EXPECT_EQ(model.graph().output(0).type().tensor_type().elem_type(),
            TensorProto::INT64);
}

TEST(OnnxLibrary, InfersANodeFromTheValueOfAnInput) {
  ::onnx::NodeProto node = makeNode("Reshape", {"x", "shape"}, {"y"});
  ::onnx::TypeProto x = tensorType(TensorProto::FLOAT, {2, 3});
  ::onnx::TypeProto shape = tensorType(TensorProto::INT64, {1});
  TensorProto value;
  value.set_data_type(TensorProto::INT64);
  value.add_dims(1);
  value.add_int64_data(-1);
  std::vector<::onnx::TypeProto> outputs;
  ASSERT_EQ(inferNode(node, *findSchema("", "Reshape", 21),
                      {{&x, nullptr}, {&shape, &value}}, outputs),
            "");
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].tensor_type().shape().dim_size(), 1);
  EXPECT_EQ(outputs[0].tensor_type().shape().dim(0).dim_value(), 6);
}

TEST(OnnxLibrary, InferenceOfABadNodeGivesAnError) {
  ::onnx::NodeProto node = makeNode("MatMul", {"a", "b"}, {"y"});
  ::onnx::TypeProto a = tensorType(TensorProto::FLOAT, {2, 3});
  std::vector<::onnx::TypeProto> outputs;
  EXPECT_NE(inferNode(node, *findSchema("", "MatMul", 13),
                      {{&a, nullptr}, {&a, nullptr}}, outputs),
            "");
}

TEST(OnnxLibrary, GivesTheBodyOfAFunctionInTheOpsOfItsVersion) {
  ::onnx::NodeProto node = makeNode("LeakyRelu", {"x"}, {"y"});
  const Schema &schema = *findSchema("", "LeakyRelu", 16);
  ASSERT_TRUE(schema.hasFunctionBody);
  ::onnx::FunctionProto function;
  ASSERT_EQ(functionBody(node, schema, 27, {}, function), "");
  ASSERT_FALSE(function.node().empty());
  ASSERT_EQ(function.opset_import_size(), 1);
  EXPECT_EQ(function.opset_import(0).version(), 16);

  // alpha is left at the schema's default, which is a reference inside.
  ::onnx::GraphProto nodes;
  expandFunction(node, function, "here/", nodes);
  bool foundDefault = false;
  for (const ::onnx::NodeProto &inner : nodes.node())
    for (const auto &attribute : inner.attribute()) {
      EXPECT_EQ(attribute.ref_attr_name(), "");
      foundDefault |= attribute.type() == ::onnx::AttributeProto::FLOAT &&
                      attribute.f() == 0.01f;
    }
  EXPECT_TRUE(foundDefault);
  EXPECT_EQ(nodes.node(nodes.node_size() - 1).output(0), "y");
  for (const std::string &name : nodes.node(0).output())
    EXPECT_THAT(name, HasSubstr("here/"));
}

TEST(OnnxLibrary, GivesABodyThatDependsOnTheInputs) {
  // Without weights and ignore_index the body is shorter.
  ::onnx::NodeProto node =
      makeNode("NegativeLogLikelihoodLoss", {"x", "target"}, {"y"});
  const Schema &schema = *findSchema("", "NegativeLogLikelihoodLoss", 22);
  ASSERT_TRUE(schema.hasFunctionBody);
  std::vector<::onnx::TypeProto> types = {
      tensorType(TensorProto::FLOAT, {2, 3}),
      tensorType(TensorProto::INT64, {2})};
  ::onnx::FunctionProto plain, weighted;
  ASSERT_EQ(functionBody(node, schema, 22, types, plain), "");
  node.add_input("weight");
  types.push_back(tensorType(TensorProto::FLOAT, {3}));
  ASSERT_EQ(functionBody(node, schema, 22, types, weighted), "");
  ASSERT_FALSE(plain.node().empty());
  EXPECT_GT(weighted.node_size(), plain.node_size());
}

TEST(OnnxLibrary, ExpandsNestedGraphsAndAbsentValues) {
  ::onnx::FunctionProto function;
  for (const char *name : {"condition", "a", "b"})
    function.add_input(name);
  for (const char *name : {"r", "a"})
    function.add_output(name);
  ::onnx::NodeProto &branch = *function.add_node();
  branch = makeNode("If", {"condition"}, {"r"});
  for (const char *name : {"then_branch", "else_branch"}) {
    auto *attribute = branch.add_attribute();
    attribute->set_name(name);
    attribute->set_type(::onnx::AttributeProto::GRAPH);
    *attribute->mutable_g()->add_node() =
        makeNode("Clip", {"a", "b"}, {"inside"});
    attribute->mutable_g()->add_output()->set_name("inside");
  }
  ::onnx::GraphProto nodes;
  expandFunction(makeNode("F", {"c", "x"}, {"y", "z"}), function, "f/", nodes);
  ASSERT_EQ(nodes.node_size(), 2);
  EXPECT_EQ(nodes.node(0).input(0), "c");
  EXPECT_EQ(nodes.node(0).output(0), "y");
  const ::onnx::GraphProto &inner = nodes.node(0).attribute(1).g();
  EXPECT_EQ(inner.node(0).input(0), "x");
  EXPECT_EQ(inner.node(0).input(1), "");
  EXPECT_EQ(inner.node(0).output(0), "f/inside");
  EXPECT_EQ(inner.output(0).name(), "f/inside");
  // An input that is an output too.
  EXPECT_EQ(nodes.node(1).op_type(), "Identity");
  EXPECT_EQ(nodes.node(1).input(0), "x");
  EXPECT_EQ(nodes.node(1).output(0), "z");
}

TEST(OnnxLibrary, ConvertsANodeToAnotherVersion) {
  // Until 12, axes of Squeeze were an attribute.
  ::onnx::NodeProto node = makeNode("Squeeze", {"x"}, {"y"});
  auto *axes = node.add_attribute();
  axes->set_name("axes");
  axes->set_type(::onnx::AttributeProto::INTS);
  axes->add_ints(0);
  ::onnx::TypeProto x = tensorType(TensorProto::FLOAT, {1, 3});
  ::onnx::GraphProto converted;
  ASSERT_EQ(convertNode(node, {{&x, nullptr}}, 11, 13, converted), "");
  ASSERT_FALSE(converted.node().empty());
  const ::onnx::NodeProto &last = converted.node(converted.node_size() - 1);
  EXPECT_EQ(last.op_type(), "Squeeze");
  EXPECT_EQ(last.input_size(), 2);
  EXPECT_EQ(last.output(0), "y");
}

TEST(OnnxLibrary, ConvertingWithinAVersionChangesNothing) {
  ::onnx::NodeProto node = makeNode("Gemm", {"a", "b"}, {"y"});
  setInteger(node, "transB", 1);
  ::onnx::GraphProto converted;
  ASSERT_EQ(convertNode(node, {}, 13, 17, converted), "");
  ASSERT_EQ(converted.node_size(), 1);
  EXPECT_EQ(converted.node(0).attribute(0).i(), 1);
}

TEST(OnnxLibrary, SaysWhereThereIsNoRuleOfConversion) {
  ::onnx::NodeProto node = makeNode("Resize", {"x", "", "s"}, {"y"});
  ::onnx::TypeProto x = tensorType(TensorProto::FLOAT, {1, 1, 2, 2});
  ::onnx::TypeProto scales = tensorType(TensorProto::FLOAT, {4});
  ::onnx::GraphProto converted;
  EXPECT_NE(convertNode(node, {{&x, nullptr}, {}, {&scales, nullptr}}, 11, 7,
                        converted),
            "");
}

TEST(OnnxLibrary, BodiesOfOtherDomainsSayTheVersionOfTheirOps) {
  ::onnx::NodeProto node = makeNode("FlexAttention", {"q", "k", "v"}, {"y"});
  node.set_domain("ai.onnx.preview");
  std::vector<::onnx::TypeProto> types(
      3, tensorType(TensorProto::FLOAT, {1, 2, 3, 4}));
  ::onnx::FunctionProto function;
  ASSERT_EQ(functionBody(node,
                         *findSchema("ai.onnx.preview", "FlexAttention", 1), 1,
                         types, function),
            "");
  ASSERT_FALSE(function.node().empty());
  std::map<std::string, int64_t> imports;
  for (const auto &import : function.opset_import())
    imports[import.domain()] = import.version();
  EXPECT_EQ(imports, (std::map<std::string, int64_t>{{"", newestOpset("")},
                                                     {"ai.onnx.preview", 1}}));
}

// libonnx 1.23 never returns from these by itself.
TEST(OnnxLibrary, ComesBackFromEquationsThatAreNotLettersAlone) {
  for (auto [equation, isGood] :
       {std::pair("i j -> j i", true), std::pair("ij->ji", true),
        std::pair("...j -> ...", true), std::pair("i+j->ij", false),
        std::pair("i.j", false), std::pair("......", false)}) {
    ::onnx::NodeProto node = makeNode("Einsum", {"x"}, {"y"});
    auto *attribute = node.add_attribute();
    attribute->set_name("equation");
    attribute->set_type(::onnx::AttributeProto::STRING);
    attribute->set_s(equation);
    ::onnx::ModelProto model = modelOf(node, 12);
    EXPECT_EQ(inferShapes(model).empty(), isGood) << equation;
    ::onnx::TypeProto x = tensorType(TensorProto::FLOAT, {2, 3});
    std::vector<::onnx::TypeProto> outputs;
    EXPECT_EQ(
        inferNode(node, *findSchema("", "Einsum", 12), {{&x, nullptr}}, outputs)
            .empty(),
        isGood)
        << equation;
  }
}

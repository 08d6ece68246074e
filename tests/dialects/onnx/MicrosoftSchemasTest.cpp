//===- MicrosoftSchemasTest.cpp - Schemas of com.microsoft ----------------===//

#include "dialects/onnx/MicrosoftSchemas.h"

#include "dialects/onnx/OnnxLibrary.h"

#include "onnx/onnx_pb.h"

#include "gtest/gtest.h"

using namespace llm::onnx;
using ::onnx::TensorProto;

namespace {

using Dims = std::vector<int64_t>; // -1: unknown

struct Input {
  int element = 0; ///< 0: absent
  Dims dims;
};

class Node {
public:
  explicit Node(const char *type) {
    node.set_op_type(type);
    node.set_domain("com.microsoft");
    node.set_name(type);
  }
  Node &integer(const char *name, int64_t value) {
    auto *attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(::onnx::AttributeProto::INT);
    attribute->set_i(value);
    return *this;
  }
  Node &input(int element, Dims dims) {
    inputs.push_back({element, dims});
    return *this;
  }
  Node &absent(int count = 1) {
    inputs.resize(inputs.size() + count);
    return *this;
  }

  /// A model of this node alone; each output is a graph output.
  ::onnx::ModelProto model(int outputs) {
    ::onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(17);
    auto *import = model.add_opset_import();
    import->set_domain(node.domain());
    import->set_version(1);
    ::onnx::GraphProto &graph = *model.mutable_graph();
    graph.set_name("graph");
    for (const Input &given : inputs) {
      std::string name =
          given.element ? "in" + std::to_string(node.input_size()) : "";
      node.add_input(name);
      if (!given.element)
        continue;
      auto *input = graph.add_input();
      input->set_name(name);
      auto *type = input->mutable_type()->mutable_tensor_type();
      type->set_elem_type(given.element);
      for (int64_t dim : given.dims)
        if (dim < 0)
          type->mutable_shape()->add_dim();
        else
          type->mutable_shape()->add_dim()->set_dim_value(dim);
    }
    for (int index = 0; index < outputs; ++index) {
      node.add_output("out" + std::to_string(index));
      graph.add_output()->set_name(node.output(index));
    }
    *graph.add_node() = node;
    return model;
  }

private:
  ::onnx::NodeProto node;
  std::vector<Input> inputs;
};

/// Element type and extents of each output.
std::vector<std::pair<int, Dims>> infer(Node node, int outputs) {
  ::onnx::ModelProto model = node.model(outputs);
  EXPECT_EQ(inferShapes(model), "");
  std::vector<std::pair<int, Dims>> result;
  for (const auto &output : model.graph().output()) {
    const auto &type = output.type().tensor_type();
    Dims dims;
    for (const auto &dim : type.shape().dim())
      dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    result.emplace_back(type.elem_type(), dims);
  }
  return result;
}

using Types = std::vector<std::pair<int, Dims>>;
constexpr int f32 = TensorProto::FLOAT, f16 = TensorProto::FLOAT16,
              u8 = TensorProto::UINT8, i8 = TensorProto::INT8,
              i32 = TensorProto::INT32;

} // namespace

TEST(MicrosoftSchemas, AreKnownWithTheirDefaults) {
  const Schema *schema = findSchema("com.microsoft", "MatMulNBits", 1);
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->name, "onnx.microsoft.MatMulNBits.1");
  ASSERT_EQ(schema->inputs.size(), 6u);
  EXPECT_EQ(schema->inputs[1].name, "B");
  EXPECT_EQ(schema->inputs[1].types->tensors, 1u << u8);
  EXPECT_EQ(schema->inputs[3].option, SchemaParameter::Option::Optional);
  EXPECT_TRUE(schema->attribute("block_size")->required);
  EXPECT_EQ(schema->attribute("bits")->integers, std::vector<int64_t>{4});
  EXPECT_FLOAT_EQ(findSchema("com.microsoft", "QuickGelu", 1)
                      ->attribute("alpha")
                      ->reals.front(),
                  1.702f);
  EXPECT_EQ(findSchema("com.microsoft", "PagedAttention", 1)
                ->attribute("kv_cache_layout")
                ->strings.front(),
            "SEPARATE");
  const Schema *concat = findSchema("com.microsoft", "QLinearConcat", 1);
  EXPECT_EQ(concat->inputs[2].option, SchemaParameter::Option::Variadic);
  EXPECT_FALSE(concat->inputs[2].homogeneous);
}

TEST(MicrosoftSchemas, AreInTheDomainsThatModelsUse) {
  for (const char *domain : {"", "com.microsoft"})
    EXPECT_TRUE(findSchema(domain, "SimplifiedLayerNormalization", 17));
  EXPECT_EQ(findSchema("", "LayerNormalization", 16)->version, 1);
  EXPECT_EQ(findSchema("", "LayerNormalization", 17)->version, 17);
}

TEST(MicrosoftSchemas, PassTheChecker) {
  ::onnx::ModelProto model = Node("FastGelu").input(f32, {2, 8}).model(1);
  ASSERT_EQ(inferShapes(model), "");
  EXPECT_EQ(checkModel(model), "");
  model.mutable_graph()->mutable_node(0)->clear_input();
  EXPECT_NE(checkModel(model), "");
}

TEST(MicrosoftSchemas, InferQuantizedProducts) {
  EXPECT_EQ(infer(Node("MatMulNBits")
                      .integer("K", 64)
                      .integer("N", 32)
                      .integer("block_size", 32)
                      .input(f16, {2, -1, 64})
                      .input(u8, {32, 2, 16})
                      .input(f16, {64}),
                  1),
            (Types{{f16, {2, -1, 32}}}));
  EXPECT_EQ(infer(Node("MatMulIntegerToFloat")
                      .input(u8, {2, 3, 4})
                      .input(i8, {4, 5})
                      .input(f32, {})
                      .input(f32, {}),
                  1),
            (Types{{f32, {2, 3, 5}}}));
  Node gemm("QGemm");
  gemm.integer("transB", 1).input(u8, {3, 4}).input(f32, {}).input(u8, {});
  gemm.input(i8, {5, 4}).input(f32, {}).input(i8, {});
  EXPECT_EQ(infer(gemm, 1), (Types{{f32, {3, 5}}}));
  gemm.absent().input(f32, {}).input(u8, {});
  EXPECT_EQ(infer(gemm, 1), (Types{{u8, {3, 5}}}));
}

TEST(MicrosoftSchemas, InferTransposedProducts) {
  EXPECT_EQ(infer(Node("FusedMatMul")
                      .integer("transA", 1)
                      .input(f32, {7, 1, 4, 3})
                      .input(f32, {2, 4, 5}),
                  1),
            (Types{{f32, {7, 2, 3, 5}}}));
}

TEST(MicrosoftSchemas, InferAttentionOfGroups) {
  Node separate("GroupQueryAttention");
  separate.integer("num_heads", 6).integer("kv_num_heads", 2);
  separate.input(f32, {1, -1, 48}).input(f32, {1, -1, 16});
  separate.input(f32, {1, -1, 16}).input(f32, {1, 2, -1, 8});
  separate.input(f32, {1, 2, -1, 8}).input(i32, {1}).input(i32, {});
  Types expected = {
      {f32, {1, -1, 48}}, {f32, {1, 2, -1, 8}}, {f32, {1, 2, -1, 8}}};
  EXPECT_EQ(infer(separate, 3), expected);
  Node packed("GroupQueryAttention");
  packed.integer("num_heads", 6).integer("kv_num_heads", 2);
  packed.input(f32, {1, -1, 80}).absent(4).input(i32, {1}).input(i32, {});
  EXPECT_EQ(infer(packed, 3), expected);
}

TEST(MicrosoftSchemas, InferAttentionOfEqualHeads) {
  EXPECT_EQ(
      infer(Node("MultiHeadAttention")
                .integer("num_heads", 4)
                .input(f32, {2, 5, 32})
                .input(f32, {2, 7, 32})
                .input(f32, {2, 7, 64}),
            3),
      (Types{{f32, {2, 5, 64}}, {f32, {2, 4, -1, 8}}, {f32, {2, 4, -1, 16}}}));
  EXPECT_EQ(infer(Node("Attention")
                      .integer("num_heads", 4)
                      .input(f32, {2, 5, 16})
                      .input(f32, {16, 96}),
                  2),
            (Types{{f32, {2, 5, 32}}, {f32, {2, 2, 4, -1, 8}}}));
}

TEST(MicrosoftSchemas, InferNormalizations) {
  EXPECT_EQ(infer(Node("SkipSimplifiedLayerNormalization")
                      .input(f16, {2, 3, 8})
                      .input(f16, {2, 3, 8})
                      .input(f16, {8}),
                  4),
            (Types{{f16, {2, 3, 8}},
                   {f32, {2, 3, 1}},
                   {f32, {2, 3, 1}},
                   {f16, {2, 3, 8}}}));
  EXPECT_EQ(infer(Node("EmbedLayerNormalization")
                      .input(i32, {2, 3})
                      .absent()
                      .input(f32, {100, 8})
                      .input(f32, {16, 8})
                      .absent()
                      .input(f32, {8})
                      .input(f32, {8}),
                  2),
            (Types{{f32, {2, 3, 8}}, {i32, {2}}}));
}

TEST(MicrosoftSchemas, InferQuantizedElementwiseOps) {
  EXPECT_EQ(infer(Node("QLinearAdd")
                      .input(u8, {2, 3})
                      .input(f32, {})
                      .absent()
                      .input(u8, {1, 3})
                      .input(f32, {})
                      .absent()
                      .input(f32, {}),
                  1),
            (Types{{u8, {2, 3}}}));
  EXPECT_EQ(infer(Node("QuantizeLinear").input(f32, {4}).input(f32, {}), 1),
            (Types{{u8, {4}}}));
}

TEST(MicrosoftSchemas, KnowTheElementTypeWhereTheShapeIsNot) {
  EXPECT_EQ(infer(Node("QLinearGlobalAveragePool")
                      .input(i8, {1, 2, 3, 3})
                      .input(f32, {})
                      .input(i8, {})
                      .input(f32, {})
                      .input(i8, {}),
                  1),
            (Types{{i8, {}}}));
}

//===- MicrosoftInference.cpp - Types of com.microsoft's outputs ----------===//

#include "dialects/onnx/MicrosoftInference.h"

#include "onnx/defs/data_type_utils.h"
#include "onnx/defs/math/utils.h"
#include "onnx/defs/schema.h"

#include <optional>

using ::onnx::InferenceContext;
using ::onnx::TensorProto;
using ::onnx::TensorShapeProto;
using ::onnx::TypeProto;
using Dim = TensorShapeProto::Dimension;

namespace llm::onnx {

int elementNamed(const std::string &name) {
  const TypeProto &type = ::onnx::Utils::DataTypeUtils::ToTypeProto(
      ::onnx::Utils::DataTypeUtils::ToType(name));
  return type.tensor_type().elem_type();
}

/// 0: the input is absent, or of a type that is not known.
static int elementOf(InferenceContext &context, size_t input) {
  const TypeProto *type =
      context.hasInput(input) ? context.getInputType(input) : nullptr;
  return type && type->has_tensor_type() ? type->tensor_type().elem_type() : 0;
}

static bool hasElement(InferenceContext &context, size_t output) {
  return context.getOutputType(output)->tensor_type().elem_type() != 0;
}

static void setElement(InferenceContext &context, size_t output, int element) {
  if (output < context.getNumOutputs() && !hasElement(context, output) &&
      element)
    ::onnx::updateOutputElemType(context, output, element);
}

void inferElements(InferenceContext &context,
                   const std::vector<ElementSource> &sources) {
  size_t outputs = std::min(sources.size(), context.getNumOutputs());
  for (size_t output = 0; output < outputs; ++output) {
    for (size_t input : sources[output].inputs)
      setElement(context, output, elementOf(context, input));
    setElement(context, output, sources[output].only);
  }
}

/// The shape of an input if it is known and, where asked for, has this rank.
static const TensorShapeProto *shapeOf(InferenceContext &context, size_t input,
                                       int rank = -1) {
  if (!context.hasInput(input) || !::onnx::hasInputShape(context, input))
    return nullptr;
  const TensorShapeProto &shape = ::onnx::getInputShape(context, input);
  return rank < 0 || shape.dim_size() == rank ? &shape : nullptr;
}

static void setShape(InferenceContext &context, size_t output,
                     const std::vector<Dim> &dims) {
  if (output >= context.getNumOutputs() || !hasElement(context, output))
    return;
  TensorShapeProto shape;
  for (const Dim &dim : dims)
    *shape.add_dim() = dim;
  ::onnx::updateOutputShape(context, output, shape);
}

static Dim known(int64_t value) {
  Dim dim;
  dim.set_dim_value(value);
  return dim;
}

static int64_t integer(InferenceContext &context, const char *name,
                       int64_t otherwise) {
  return ::onnx::getAttribute(context, name, otherwise);
}

static std::vector<Dim> dimsOf(const TensorShapeProto &shape) {
  return std::vector<Dim>(shape.dim().begin(), shape.dim().end());
}

void inferLikeFirst(InferenceContext &context) {
  setElement(context, 0, elementOf(context, 0));
  if (const TensorShapeProto *shape = shapeOf(context, 0))
    setShape(context, 0, dimsOf(*shape));
}

/// Divides where it comes out even.
static Dim divided(const Dim &dim, int64_t by) {
  return dim.has_dim_value() && by > 0 && dim.dim_value() % by == 0
             ? known(dim.dim_value() / by)
             : Dim();
}

/// (batch, rows, columns of values); present is (2, batch, heads, ?, head).
void inferFusedProjection(InferenceContext &context) {
  const TensorShapeProto *input = shapeOf(context, 0, 3);
  const TensorShapeProto *weights = shapeOf(context, 1, 2);
  if (!input || !weights)
    return;
  std::vector<int64_t> sizes;
  Dim columns =
      ::onnx::getRepeatedAttribute(context, "qkv_hidden_sizes", sizes) &&
              sizes.size() == 3
          ? known(sizes[2])
          : divided(weights->dim(1), 3);
  setShape(context, 0, {input->dim(0), input->dim(1), columns});
  int64_t heads = integer(context, "num_heads", 0);
  setShape(
      context, 1,
      {known(2), input->dim(0), known(heads), Dim(), divided(columns, heads)});
}

void inferSameHeads(InferenceContext &context) {
  for (size_t output = 1; output < context.getNumOutputs(); ++output)
    setElement(context, output, elementOf(context, 0));
  const TensorShapeProto *query = shapeOf(context, 0);
  if (!query)
    return;
  int64_t heads = integer(context, "num_heads", 0);
  Dim batch = query->dim_size() ? query->dim(0) : Dim(), keyHead, valueHead;
  if (query->dim_size() == 5) { // (batch, rows, heads, 3, head)
    keyHead = valueHead = query->dim(4);
  } else if (query->dim_size() == 3) {
    keyHead = divided(query->dim(2), heads);
    const TensorShapeProto *value = shapeOf(context, 2);
    if (!context.hasInput(2)) // packed keys and values, or as in the query
      valueHead = keyHead;
    else if (value && value->dim_size() == 3)
      valueHead = divided(value->dim(2), heads);
    else if (value && value->dim_size() == 4)
      valueHead = value->dim(3);
  } else {
    return;
  }
  setShape(context, 0, {batch, query->dim(1), valueHead * heads});
  setShape(context, 1, {batch, known(heads), Dim(), keyHead});
  setShape(context, 2, {batch, known(heads), Dim(), valueHead});
}

void inferGroupQueryAttention(InferenceContext &context) {
  for (size_t output = 1; output < context.getNumOutputs(); ++output)
    setElement(context, output, elementOf(context, 0));
  const TensorShapeProto *query = shapeOf(context, 0, 3);
  if (!query)
    return;
  int64_t heads = integer(context, "num_heads", 0);
  int64_t keyHeads = integer(context, "kv_num_heads", 0);
  // Without keys the query holds them and the values as well.
  int64_t inQuery = context.hasInput(1) ? heads : heads + 2 * keyHeads;
  Dim head = divided(query->dim(2), inQuery);
  setShape(context, 0, {query->dim(0), query->dim(1), head * heads});
  for (size_t output : {1, 2}) {
    // A quantized cache holds several numbers a byte.
    bool sameElements =
        output < context.getNumOutputs() &&
        context.getOutputType(output)->tensor_type().elem_type() ==
            elementOf(context, 0);
    const TensorShapeProto *past = shapeOf(context, output + 2, 4);
    Dim inCache = past ? past->dim(3) : sameElements ? head : Dim();
    setShape(context, output, {query->dim(0), known(keyHeads), Dim(), inCache});
  }
}

void inferPagedAttention(InferenceContext &context) {
  if (const TensorShapeProto *query = shapeOf(context, 0, 2)) {
    int64_t heads = integer(context, "num_heads", 0);
    int64_t inQuery = context.hasInput(1)
                          ? heads
                          : heads + 2 * integer(context, "kv_num_heads", 0);
    Dim head = divided(query->dim(1), inQuery);
    if (int64_t ofValues = integer(context, "v_head_size", 0))
      head = known(ofValues);
    setShape(context, 0, {query->dim(0), head * heads});
  }
  for (size_t output : {1, 2})
    if (const TensorShapeProto *cache = shapeOf(context, output + 2))
      setShape(context, output, dimsOf(*cache));
}

void inferNormalization(InferenceContext &context) {
  for (size_t output : {1, 2})
    setElement(context, output, TensorProto::FLOAT);
  const TensorShapeProto *input = shapeOf(context, 0);
  int64_t rank = input ? input->dim_size() : 0;
  int64_t axis = integer(context, "axis", -1);
  if (axis < -rank || axis >= rank)
    return;
  std::vector<Dim> whole = dimsOf(*input), reduced = whole;
  for (int64_t dim = axis < 0 ? axis + rank : axis; dim < rank; ++dim)
    reduced[dim] = known(1);
  setShape(context, 0, whole);
  setShape(context, 1, reduced);
  setShape(context, 2, reduced);
  setShape(context, 3, whole);
}

void inferEmbedding(InferenceContext &context) {
  const TensorShapeProto *ids = shapeOf(context, 0, 2);
  const TensorShapeProto *table = shapeOf(context, 2, 2);
  if (!ids || !table)
    return;
  for (size_t output : {0, 2})
    setShape(context, output, {ids->dim(0), ids->dim(1), table->dim(1)});
  setShape(context, 1, {ids->dim(0)});
}

void inferFusedMatMul(InferenceContext &context) {
  const TensorShapeProto *a = shapeOf(context, 0), *b = shapeOf(context, 1);
  if (!a || !b || a->dim_size() < 2 || b->dim_size() < 2 ||
      integer(context, "transBatchA", 0) || integer(context, "transBatchB", 0))
    return;
  int aRank = a->dim_size(), bRank = b->dim_size();
  TensorShapeProto aBatch, bBatch, result;
  for (int dim = 0; dim < aRank - 2; ++dim)
    *aBatch.add_dim() = a->dim(dim);
  for (int dim = 0; dim < bRank - 2; ++dim)
    *bBatch.add_dim() = b->dim(dim);
  ::onnx::bidirectionalBroadcastShapeInference(aBatch, bBatch, result);
  *result.add_dim() = a->dim(aRank - (integer(context, "transA", 0) ? 1 : 2));
  *result.add_dim() = b->dim(bRank - (integer(context, "transB", 0) ? 2 : 1));
  setShape(context, 0, dimsOf(result));
}

void inferMatMul(InferenceContext &context) {
  ::onnx::defs::math::utils::MatMulShapeInference(context, 0, 1);
}

void inferMatMulN(InferenceContext &context) {
  const TensorShapeProto *input = shapeOf(context, 0);
  if (!input || !input->dim_size())
    return;
  std::vector<Dim> dims = dimsOf(*input);
  dims.back() = known(integer(context, "N", 0));
  setShape(context, 0, dims);
}

void inferQGemm(InferenceContext &context) {
  setElement(context, 0,
             context.hasInput(8) ? elementOf(context, 8)
                                 : int(TensorProto::FLOAT));
  const TensorShapeProto *a = shapeOf(context, 0, 2);
  const TensorShapeProto *b = shapeOf(context, 3, 2);
  if (a && b)
    setShape(context, 0,
             {a->dim(integer(context, "transA", 0) ? 1 : 0),
              b->dim(integer(context, "transB", 0) ? 0 : 1)});
}

void inferQuantized(InferenceContext &context) {
  setElement(context, 0, TensorProto::UINT8);
  inferLikeFirst(context);
}

void inferBroadcast(InferenceContext &context) {
  const TensorShapeProto *a = shapeOf(context, 0), *b = shapeOf(context, 3);
  if (!a || !b)
    return;
  TensorShapeProto result;
  ::onnx::bidirectionalBroadcastShapeInference(*a, *b, result);
  setShape(context, 0, dimsOf(result));
}

static void inferAs(InferenceContext &context, const char *name, int version) {
  ::onnx::OpSchemaRegistry::Schema(name, version, "")
      ->GetTypeAndShapeInferenceFunction()(context);
}

void inferConv(InferenceContext &context) { inferAs(context, "Conv", 11); }
void inferGemm(InferenceContext &context) { inferAs(context, "Gemm", 13); }
void inferLSTM(InferenceContext &context) { inferAs(context, "LSTM", 14); }

} // namespace llm::onnx

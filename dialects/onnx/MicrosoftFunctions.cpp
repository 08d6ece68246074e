//===- MicrosoftFunctions.cpp - com.microsoft in ONNX's words -------------===//
//
// See MicrosoftFunctions.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftFunctions.h"

#include "onnx/defs/function.h"
#include "onnx/defs/schema.h"

#include <string>

using ::onnx::FunctionBodyBuildContext;
using ::onnx::FunctionBuilder;
using ::onnx::FunctionProto;
using ::onnx::OpSchema;

namespace {

/// Whose DequantizeLinear takes halves as scales.
constexpr int kOpset = 21;

/// One call to be written out.
struct Call {
  const FunctionBodyBuildContext &context;
  std::string text; ///< nodes
  int opset = kOpset;

  void add(const std::string &nodes) { text += nodes + "\n"; }
  bool has(const char *attribute) const {
    return context.getAttribute(attribute) != nullptr;
  }
  int64_t integer(const char *attribute) const {
    return has(attribute) ? context.getAttribute(attribute)->i() : 0;
  }
  /// Of the first input; -1: not known.
  int rank() const {
    const ::onnx::TypeProto *type = context.getInputType(0);
    return type && type->tensor_type().has_shape()
               ? type->tensor_type().shape().dim_size()
               : -1;
  }
};

/// Writes a call's nodes; false: there is no function for it.
using Writer = bool (*)(Call &);

struct Function {
  const char *name;
  Writer write;
};

/// Moves channels from the end to the second place, or back.
bool moveChannels(Call &call, const char *to, const char *from, bool toEnd) {
  int rank = call.rank();
  if (rank < 2)
    return false;
  std::string permutation = toEnd ? "0" : "0, " + std::to_string(rank - 1);
  for (int axis = toEnd ? 2 : 1; axis < rank - (toEnd ? 0 : 1); ++axis)
    permutation += ", " + std::to_string(axis);
  if (toEnd)
    permutation += ", 1";
  call.add(std::string(to) + " = Transpose <perm = [" + permutation + "]> (" +
           from + ")");
  return true;
}

bool writeSoftmax(Call &call) {
  call.opset = call.integer("opset") < 13 ? 11 : 13;
  call.add("x = DequantizeLinear (X, X_scale, x_zero_point)"
           "y = Softmax <axis: int = @axis> (x)"
           "Y = QuantizeLinear (y, y_scale, y_zero_point)");
  return true;
}

bool writeReduceMean(Call &call) {
  call.add("x = DequantizeLinear (data, data_scale, data_zero_point)"
           "axes = Constant <value_ints: ints = @axes> ()"
           "mean = ReduceMean <keepdims: int = @keepdims> (x, axes)"
           "reduced = QuantizeLinear"
           " (mean, reduced_scale, reduced_zero_point)");
  return true;
}

bool writeAveragePool(Call &call) {
  bool channelsLast = call.integer("channels_last") != 0;
  call.add("x = DequantizeLinear (X, x_scale, x_zero_point)");
  if (channelsLast && !moveChannels(call, "moved", "x", /*toEnd=*/false))
    return false;
  call.add("mean = AveragePool <auto_pad: string = @auto_pad,"
           " ceil_mode: int = @ceil_mode,"
           " count_include_pad: int = @count_include_pad,"
           " kernel_shape: ints = @kernel_shape, pads: ints = @pads,"
           " strides: ints = @strides> (" +
           std::string(channelsLast ? "moved" : "x") + ")");
  if (channelsLast)
    moveChannels(call, "y", "mean", /*toEnd=*/true);
  call.add("Y = QuantizeLinear (" + std::string(channelsLast ? "y" : "mean") +
           ", y_scale, y_zero_point)");
  return true;
}

bool writeMaxPool(Call &call) {
  if (!moveChannels(call, "moved", "x", /*toEnd=*/false))
    return false;
  call.add("most = MaxPool <auto_pad: string = @auto_pad,"
           " ceil_mode: int = @ceil_mode, dilations: ints = @dilations,"
           " kernel_shape: ints = @kernel_shape, pads: ints = @pads,"
           " strides: ints = @strides> (moved)");
  return moveChannels(call, "y", "most", /*toEnd=*/true);
}

bool writeAttention(Call &call) {
  call.add("x = DequantizeLinear (input, input_scale, input_zero_point)"
           "w = DequantizeLinear <axis = 1>"
           " (weight, weight_scale, weight_zero_point)");
  call.add(
      std::string(call.context.hasOutput(1) ? "output, present" : "output") +
      " = com.microsoft.Attention <do_rotary: int = @do_rotary,"
      " mask_filter_value: float = @mask_filter_value,"
      " num_heads: int = @num_heads,"
      " past_present_share_buffer: int = @past_present_share_buffer,"
      " scale: float = @scale, unidirectional: int = @unidirectional>"
      " (x, w, bias, mask_index, past)");
  return true;
}

/// Rows are made real after they have been chosen, not whole tables before.
bool writeEmbedding(Call &call) {
  call.add("words = Gather (word_embedding_quant, input_ids)"
           "w = DequantizeLinear"
           " (words, word_embedding_scale, word_embedding_zero_point)"
           "axis = Constant <value_ints = [1]> ()"
           "zero = Constant <value_int = 0> ()"
           "one = Constant <value_int = 1> ()"
           "shape = Shape (input_ids)"
           "length = Gather <axis = 0> (shape, one)"
           "places = Range (zero, length, one)"
           "positions = Gather (position_embedding_quant, places)"
           "p = DequantizeLinear (positions, position_embedding_scale,"
           " position_embedding_zero_point)"
           "sum = Add (w, p)");
  bool hasSegments = call.context.hasInput(1) && call.context.hasInput(4);
  if (hasSegments)
    call.add("segments = Gather (segment_embedding, segment_ids)"
             "s = DequantizeLinear (segments, segment_embedding_scale,"
             " segment_embedding_zero_point)"
             "whole = Add (sum, s)");
  call.add("scale = DequantizeLinear (gamma, gamma_scale, gamma_zero_point)"
           "bias = DequantizeLinear (beta, beta_scale, beta_zero_point)"
           "layernorm_out = LayerNormalization"
           " <axis = -1, epsilon: float = @epsilon> (" +
           std::string(hasSegments ? "whole" : "sum") + ", scale, bias)");
  if (!call.context.hasOutput(1))
    return true;
  if (call.context.hasInput(7))
    call.add("mask_index_out = ReduceSum <keepdims = 0> (mask, axis)");
  else
    call.add("batch = Shape <start = 0, end = 1> (input_ids)"
             "mask_index_out = ConstantOfShape"
             " <value = int32[1] {0}> (batch)");
  return true;
}

bool writeGemm(Call &call) {
  const auto *given = call.context.getAttribute("activation");
  std::string activation = given ? given->s() : "";
  std::string parameters;
  if (activation == "LeakyRelu" || activation == "Elu")
    parameters = " <alpha: float = @activation_alpha>";
  else if (activation == "HardSigmoid")
    parameters = " <alpha: float = @activation_alpha,"
                 " beta: float = @activation_beta>";
  else if (activation != "Relu" && activation != "Sigmoid" &&
           activation != "Tanh" && activation != "Softplus" &&
           activation != "Softsign")
    return false;
  call.add("y = Gemm <alpha: float = @alpha, beta: float = @beta,"
           " transA: int = @transA, transB: int = @transB> (A, B, C)"
           "Y = " +
           activation + parameters + " (y)");
  return true;
}

// Those that ONNX got later.

bool writeExpandDims(Call &call) {
  call.add("one = Constant <value_ints = [1]> ()"
           "wide = Cast <to = 7> (axis)"
           "axes = Reshape (wide, one)"
           "Y = Unsqueeze (X, axes)");
  return true;
}

bool writeGatherND(Call &call) {
  call.add("wide = Cast <to = 7> (indices)"
           "output = GatherND (data, wide)");
  return true;
}

bool writePad(Call &call) {
  call.add("output = Pad <mode: string = @mode> (data, pads, value)");
  return true;
}

bool writeRange(Call &call) {
  if (!call.context.hasInput(2))
    call.add("one = Constant <value_int = 1> ()"
             "step = CastLike (one, start)"
             "Y = Range (start, limit, step)");
  else
    call.add("Y = Range (start, limit, delta)");
  return true;
}

bool writeTrilu(Call &call) {
  call.add("Y = Trilu <upper: int = @upper> (X, k)");
  return true;
}

bool writeUnique(Call &call) {
  call.add("y, first, idx, counts = Unique <sorted = 0> (x)");
  return true;
}

constexpr Function kFunctions[] = {
    {"ExpandDims", writeExpandDims},
    {"FusedGemm", writeGemm},
    {"GatherND", writeGatherND},
    {"NhwcMaxPool", writeMaxPool},
    {"Pad", writePad},
    {"QAttention", writeAttention},
    {"QEmbedLayerNormalization", writeEmbedding},
    {"QLinearAveragePool", writeAveragePool},
    {"QLinearReduceMean", writeReduceMean},
    {"QLinearSoftmax", writeSoftmax},
    {"Range", writeRange},
    {"Trilu", writeTrilu},
    {"Unique", writeUnique},
};

} // namespace

void llm::onnx::addMicrosoftFunction(OpSchema &schema) {
  for (const Function &function : kFunctions) {
    if (schema.Name() != function.name)
      continue;
    schema.SetContextDependentFunctionBodyBuilder(
        [write = function.write](const FunctionBodyBuildContext &context,
                                 const OpSchema &schema, FunctionProto &body) {
          Call call{context, {}};
          if (!write(call))
            return false;
          FunctionBuilder builder(body);
          builder.Add(call.text.c_str());
          builder.AddOpset("", call.opset);
          builder.AddOpset("com.microsoft", 1);
          schema.BuildFunction(body);
          return true;
        },
        /*opset_version=*/1);
  }
}

//===- RotaryTables.cpp - Tables of cosines and sines as constants --------===//
//
// See RotaryTables.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/RotaryTables.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "frontends/PlainTensor.h"
#include "frontends/onnx/importer/Constants.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;

/// A table of a context of 131072 for heads of 128.
constexpr uint64_t kMostBytes = uint64_t(32) << 20;

static bool reads(OnnxOp op, StringRef name, Value value) {
  return llvm::any_of(op.schema().inputs, [&](const SchemaParameter &input) {
    return StringRef(input.name) == name && op.input(name) == value;
  });
}

static bool isTable(Value value) {
  return !value.use_empty() &&
         llvm::all_of(value.getUsers(), [&](Operation *user) {
           std::optional<OnnxOp> op = OnnxOp::from(user);
           return op && (reads(*op, "cos_cache", value) ||
                         reads(*op, "sin_cache", value));
         });
}

void llm::onnx::makeRotaryTablesConstant(ModuleOp module,
                                         const OnnxModel &model) {
  SmallVector<WeightOp> tables;
  module.walk([&](WeightOp weight) {
    if (isTable(weight.getResult()))
      tables.push_back(weight);
  });
  for (WeightOp weight : tables) {
    const SourceTensor &source =
        model.weights.tensors.find(weight.getParameter().str())->second;
    auto type = cast<RankedTensorType>(weight.getType());
    if (source.field || source.bytes > kMostBytes ||
        elementBits(source.type) < 8)
      continue;
    const auto *bytes = reinterpret_cast<const char *>(
        model.weights.files[source.file]->data() + source.offset);
    OpBuilder builder(weight);
    Value constant = Constants::value(builder, weight.getLoc(),
                                      DenseElementsAttr::getFromRawBuffer(
                                          type, ArrayRef(bytes, source.bytes)));
    weight.replaceAllUsesWith(constant);
  }
}

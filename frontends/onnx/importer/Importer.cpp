//===- Importer.cpp - From an ONNX file to IR -----------------------------===//
//
// See Importer.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/Importer.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "frontends/onnx/importer/GraphImporter.h"
#include "frontends/onnx/importer/PinShapes.h"
#include "frontends/onnx/importer/RotaryTables.h"
#include "frontends/onnx/importer/UnsupportedOps.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;

/// Removes constants and weights that nothing reads, and their parameters.
static void removeUnread(ModuleOp module, OnnxModel &model) {
  SmallVector<Operation *> unread;
  llvm::StringSet<> read;
  module.walk([&](Operation *op) {
    auto schemaOp = OnnxOp::from(op);
    bool isConstant = schemaOp && schemaOp->domain().empty() &&
                      schemaOp->type() == "Constant";
    if ((isConstant || isa<WeightOp>(op)) && op->use_empty())
      unread.push_back(op);
    else if (auto weight = dyn_cast<WeightOp>(op))
      read.insert(weight.getParameter());
  });
  for (Operation *op : unread)
    op->erase();
  for (auto op : llvm::make_early_inc_range(module.getOps<ParameterOp>()))
    if (!read.contains(op.getSymName())) {
      model.weights.tensors.erase(op.getSymName().str());
      op.erase();
    }
}

OwningOpRef<ModuleOp> llm::importOnnx(MLIRContext &context, OnnxModel &model,
                                      const OnnxImportOptions &options) {
  context.loadDialect<LLMDialect, ONNXDialect>();
  Location unknown = UnknownLoc::get(&context);
  ::onnx::ModelProto proto;
  std::string reason = proto.ParseFromString(model.bytes)
                           ? pinShapes(options.shapes, proto)
                           : "is no ModelProto of ONNX";
  if (!reason.empty()) {
    mlir::emitError(unknown) << model.path << ": " << reason;
    return nullptr;
  }
  UnsupportedOps unsupported = findUnsupported(proto, options);
  if (!unsupported.empty()) {
    mlir::emitError(unknown) << model.path << ": " << unsupported.text();
    return nullptr;
  }
  model.weights.tensors.clear();
  OwningOpRef<ModuleOp> module = ModuleOp::create(unknown);
  if (failed(GraphImporter(*module, model, proto, options).run()))
    return nullptr;
  makeRotaryTablesConstant(*module, model);
  removeUnread(*module, model);
  if (failed(verify(*module)))
    return nullptr;
  return module;
}

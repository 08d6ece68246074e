//===- GraphResults.h - What graphs inside an op tell of it ----*- C++ -*-===//
//
// libonnx infers results of If and Loop before the graphs inside are looked at
// closely, and knows no shape of a value that a Loop carries. Once they are
// imported, the values that they return tell more.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_GRAPHRESULTS_H
#define LLM_FRONTENDS_ONNX_IMPORTER_GRAPHRESULTS_H

#include "dialects/onnx/ScopeInference.h"

#include "mlir/IR/Operation.h"

namespace llm::onnx {

/// Gives inputs of a Loop's body, where the model leaves their shape open, the
/// rank of the values that enter it. Returns which: the body is to be inferred
/// anew without them where carriedRanksHold() says no.
std::vector<int> assumeCarriedRanks(::onnx::NodeProto &node,
                                    const ScopeInference &types);

/// Whether the body, if it was inferred, returns values of the ranks assumed.
/// Forgets what was assumed, and all that followed from it, if not.
bool carriedRanksHold(::onnx::NodeProto &node, const std::vector<int> &assumed,
                      bool inferred);

/// Narrows the op's result types to what the graphs inside, and the initial
/// values of a Loop, return.
void narrowResults(mlir::Operation *op);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_GRAPHRESULTS_H

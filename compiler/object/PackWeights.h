//===- PackWeights.h - Stream a checkpoint through packing code -*- C++ -*-===//

#ifndef LLM_COMPILER_OBJECT_PACKWEIGHTS_H
#define LLM_COMPILER_OBJECT_PACKWEIGHTS_H

#include "frontends/Checkpoint.h"

#include "mlir/IR/BuiltinOps.h"

namespace llm {

class WeightSegmentWriter;

/// Packs every parameter that the module declares from the mapped files into
/// the segment, panel by panel, on `threads` threads; a tensor of the source's
/// own element type is copied as it is. The packing code is compiled for this
/// machine. Memory beside the mapping: some panels a thread.
/// `progress` is called now and then with the share done.
mlir::LogicalResult packWeights(mlir::ModuleOp module,
                                const WeightSource &source,
                                WeightSegmentWriter &segment, unsigned threads,
                                llvm::function_ref<void(double)> progress);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_PACKWEIGHTS_H

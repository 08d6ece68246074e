//===- Pipelines.cpp - The stages of a compilation ------------------------===//
//
// The only list of pass order.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines.h"

#include "compiler/targets/X86.h"
#include "passes/cpu/Passes.h"
#include "passes/model/Passes.h"
#include "passes/onnx/Passes.h"
#include "passes/tile/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/BufferizationToMemRef/BufferizationToMemRef.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace llm {

static void buildImport(OpPassManager &, const PipelineOptions &) {}

static void buildModel(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(createCSEPass());
  pm.addPass(createRollLayers());
  if (options.dtype == "bf16" || options.dtype == "f16") {
    NarrowWeightsOptions narrow;
    narrow.element = options.dtype;
    pm.addPass(createNarrowWeights(narrow));
  }
  if (!options.quantize.empty())
    pm.addPass(createQuantizeWeights({options.quantize}));
  pm.addPass(createFuseGatedLinear());
  pm.addPass(createMergeProjections());
  pm.addPass(createFuseResidualLinear());
  InsertPagedKVOptions kv;
  kv.element = options.kvElement;
  kv.pageTokens = options.pageTokens;
  pm.addPass(createInsertPagedKV(kv));
  pm.addPass(createCSEPass());
}

/// Matrix instructions add in an order of their own, and few rows are not worth
/// them.
static bool useMatrices(const PipelineOptions &options) {
  return options.target->bf16Tiles && !options.batchInvariant;
}

static void buildPhases(OpPassManager &pm, const PipelineOptions &options) {
  const TileChoices &tiles = options.target->tiles;
  QuantizeActivationsOptions rounding;
  rounding.int8 = options.target->byteDot && options.roundToInt8;
  rounding.bf16 = options.target->bf16Dot && options.roundToBF16;
  pm.addPass(createQuantizeActivations(rounding));
  SpecializeRowsOptions rows;
  for (int64_t last : tiles.classes)
    if (last < options.maxRows)
      rows.classes.push_back(last);
  rows.classes.push_back(options.maxRows);
  pm.addPass(createSpecializeRows(rows));
  TileLinearOptions linear;
  linear.registerRows.assign(tiles.registerRows.begin(),
                             tiles.registerRows.end());
  linear.panels.assign(tiles.panels.begin(), tiles.panels.end());
  linear.integerSums = tiles.integerSums;
  linear.matrixRows = useMatrices(options) ? tiles.matrixRows : 0;
  linear.chunkRows = tiles.chunkRows;
  pm.addPass(createTileLinear(linear));
  TileMoeOptions experts;
  experts.chunkRows = tiles.chunkRows;
  pm.addPass(createTileMoe(experts));
  TileFlashAttentionOptions attention;
  attention.registerRows = tiles.attentionRows;
  attention.spanTokens = tiles.spanTokens;
  attention.maxContext = options.maxContext;
  pm.addPass(createTileFlashAttention(attention));
  TileKVAppendOptions append;
  append.blockRows = tiles.blockRows;
  pm.addPass(createTileKVAppend(append));
  TileRowsOptions other;
  other.blockRows = tiles.blockRows;
  pm.addPass(createTileRows(other));
  pm.addPass(createFusePhases());
}

static void buildLoops(OpPassManager &pm, const PipelineOptions &options) {
  LowerStepsOptions steps;
  steps.maxRows = options.maxRows;
  pm.addPass(createLowerSteps(steps));
  ExpandWeightTilesOptions weights;
  weights.prefetchBytes = options.target->tiles.prefetchBytes;
  weights.bf16Dot = options.target->bf16Dot;
  weights.bf16Tiles = useMatrices(options);
  weights.byteDot = options.target->byteDot;
  pm.addPass(createExpandWeightTiles(weights));
  pm.addPass(createExpandMath());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void addConversionToLLVM(OpPassManager &pm, bool barePointers) {
  // Few levels round to bf16 by an instruction; LLVM would call a library.
  arith::ArithExpandOpsPassOptions narrowing;
  narrowing.includeBf16 = true;
  // Function by function, for as many threads as there are.
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(arith::createArithExpandOpsPass(narrowing));
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createSCFToControlFlowPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  ConvertVectorToLLVMPassOptions vectors;
  vectors.x86Vector = true;
  pm.addPass(createConvertVectorToLLVMPass(vectors));
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions calls;
  calls.useBarePtrCallConv = barePointers;
  pm.addPass(createConvertFuncToLLVMPass(calls));
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

static void buildGraphModel(OpPassManager &pm, const PipelineOptions &) {
  pm.addPass(createLowerOnnx());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createPackGraphWeights());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createSymbolDCEPass());
}

static void buildGraphPhases(OpPassManager &pm, const PipelineOptions &) {
  pm.addPass(createFuseElementwise());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void buildGraphLoops(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(createSeparateReads());
  pm.addPass(createBindGraph());
  pm.addPass(createSeparateInits());
  // Parts of a concatenation are computed in their place.
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions memory;
  memory.bufferizeFunctionBoundaries = true;
  memory.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  memory.allowReturnAllocsFromLoops = true;
  pm.addPass(bufferization::createOneShotBufferizePass(memory));
  pm.addPass(createReleaseBuffers());
  bufferization::BufferDeallocationPipelineOptions release;
  bufferization::buildBufferDeallocationPipeline(pm, release);
  // Not at the end: what was read last is free for what comes next.
  pm.addNestedPass<func::FuncOp>(
      bufferization::createOptimizeAllocationLivenessPass());
  pm.addPass(createConvertBufferizationToMemRefPass());
  pm.addPass(createLinalgGeneralizeNamedOpsPass());
  OutlineKernelsOptions kernels;
  // Products of graphs have no fixed number of rows: a power of two leaves
  // fewest over.
  kernels.registerRows =
      llvm::bit_floor<uint64_t>(options.target->tiles.registerRows.back());
  kernels.registerPanels = options.target->tiles.panels.back();
  kernels.byteDot = options.target->byteDotBits;
  kernels.wordVectors = options.target->wordVectors;
  kernels.noPlainLoops = options.noPlainLoops;
  pm.addPass(createOutlineKernels(kernels));
  pm.addPass(createExpandMath());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSplitGraph());
}

static void buildGraphLLVM(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(createLowerTeam());
  LowerGraphOptions graph;
  graph.symbol = options.stepSymbol;
  pm.addPass(createLowerGraph(graph));
  addConversionToLLVM(pm, /*barePointers=*/false);
}

static void buildLLVM(OpPassManager &pm, const PipelineOptions &options) {
  LowerTeamOptions team;
  team.symbol = options.stepSymbol;
  pm.addPass(createLowerTeam(team));
  addConversionToLLVM(pm, /*barePointers=*/false);
}

llvm::ArrayRef<Stage> stages() {
  static const Stage table[] = {
      {"import", "the model as its file describes it", buildImport, false},
      {"model", "fused and incremental, with a paged KV cache", buildModel,
       false},
      {"phases", "steps of tiled phases", buildPhases, true},
      {"loops", "loops on memory, run by a team of threads", buildLoops, true},
      {"llvm", "LLVM dialect", buildLLVM, true},
  };
  return table;
}

llvm::ArrayRef<Stage> graphStages() {
  static const Stage table[] = {
      {"import", "the graph as its file describes it", buildImport, false},
      {"model", "functions of tensors", buildGraphModel, false},
      {"phases", "fused loops over tensors", buildGraphPhases, true},
      {"loops", "loops on memory, run by a team of threads", buildGraphLoops,
       true},
      {"llvm", "LLVM dialect", buildGraphLLVM, true},
  };
  return table;
}

} // namespace llm

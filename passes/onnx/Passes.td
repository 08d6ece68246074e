//===- Passes.td - From ONNX's ops to linalg and llm -----------*- tablegen -*-===//

#ifndef LLM_PASSES_ONNX
#define LLM_PASSES_ONNX

include "mlir/Pass/PassBase.td"

def LowerOnnx : Pass<"llm-lower-onnx", "::mlir::ModuleOp"> {
  let summary = "Turn an onnx.graph into a function of tensors";
  let description = [{
    Each schema op is written out by the lowering that the table of its category
    names (passes/onnx/lowering/<Category>.cpp) in linalg, tensor, scf, arith and math.
    Dimensions are values; a dimension that is computed by ops (Shape, Gather, Concat
    ...) stays one, so that equal sizes are seen to be equal. What only the run can
    tell becomes `llm.require` and `llm.check_index`. Ops without a lowering are all
    named in one error.
    Example: tests/passes/onnx/lower-onnx-doc.mlir
  }];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::complex::ComplexDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def RaiseDecoder : Pass<"llm-raise-decoder", "::mlir::ModuleOp"> {
  let summary = "Turn an exported decoder into a model of tokens";
  let description = [{
    A graph from `input_ids` to `logits` is run on five tokens whose values are not
    known. Masks, positions and tables come out as numbers; all else as linear
    functions of rows, in which attention, rotary embedding, norms and gated layers are
    found by what they compute. The graph becomes `@forward` of the llm dialect, as a
    checkpoint's frontend writes it; small weights go into `llm.constants`. Existing
    caches are taken to be empty. Declines, with a remark that names the op, what is
    no causal decoder of known parts; leaves other graphs alone.
    Example: tests/passes/onnx/raise-decoder-doc.mlir
  }];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::math::MathDialect"];
}

#endif

//===- LLMInterfaces.td - What passes ask of encodings and ops --*- tablegen -*-===//

#ifndef LLM_INTERFACES
#define LLM_INTERFACES

include "mlir/IR/OpBase.td"

def LLM_EncodingInterface : AttrInterface<"EncodingInterface"> {
  let cppNamespace = "::llm";
  let description = [{
    How the numbers of a weight matrix (N out features by K in features) lie in
    memory. Every encoding cuts the matrix into panels of 16 out features (the
    last one padded with zero weights) and each panel into blocks along K; a
    panel is contiguous, and so is a block. One layout serves every CPU level,
    prefill and decode. The block is written down once, in Encodings.cpp: `expandRun` reads it in
    kernels, packing (PackWeights) writes it while the model is compiled.
  }];
  let methods = [
    InterfaceMethod<"In features that one block spans.",
      "int64_t", "getBlockSpan">,
    InterfaceMethod<"Bytes of one block (16 out features).",
      "int64_t", "getBlockBytes">,
    InterfaceMethod<"In features that `expandRun` reads; divides the block's span.",
      "int64_t", "getRunSpan">,
    InterfaceMethod<[{
        Bytes that `elements` weights take as files store them, without padding and
        repacking. Reports and shares of the ceiling count these.
      }], "int64_t", "getStoredBytes", (ins "int64_t":$elements)>,
    InterfaceMethod<[{
        Emits code that reads run `run` (index) of the block at `offset` (index, in
        bytes) of `bytes` (a one-dimensional memref of i8). Returns one
        vector<16xf32> for each in feature of the run: the panel's 16 weights there.
      }], "::llvm::SmallVector<::mlir::Value>", "expandRun",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$bytes, "::mlir::Value":$offset, "::mlir::Value":$run)>,
    InterfaceMethod<[{
        Emits code that reads one weight (f32): row `lane` (index, 0 to 15) of the
        panel at in feature `k` (index) of the block at `offset`.
      }], "::mlir::Value", "expandElement",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$bytes, "::mlir::Value":$offset,
           "::mlir::Value":$lane, "::mlir::Value":$k)>,
  ];
}

def LLM_IncrementalOpInterface : OpInterface<"IncrementalOpInterface"> {
  let cppNamespace = "::llm";
  let description = [{
    An op that mixes tokens of a sequence and knows how to do so a step at a
    time. All that KV insertion knows of such an op.
  }];
  let methods = [
    InterfaceMethod<[{
        The kind of state the op keeps for each sequence. Ops of equal kinds share
        a state group.
      }], "::mlir::Type", "getStateType", (ins "::mlir::Type":$elementType,
        "int64_t":$pageTokens)>,
    InterfaceMethod<[{
        Rewrites the op into its incremental form: appends this step's tokens to
        `state` and computes the op's result for them from the state.
        Returns the value that replaces the op's result.
      }], "::mlir::Value", "buildStep",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$state)>,
  ];
}

#endif

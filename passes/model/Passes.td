//===- Passes.td - From llm to llm: fuse, cache, encode --------*- tablegen -*-===//

#ifndef LLM_PASSES_MODEL
#define LLM_PASSES_MODEL

include "mlir/Pass/PassBase.td"

def RollLayers : Pass<"llm-roll-layers", "::mlir::ModuleOp"> {
  let summary = "Roll the copies of a layer into llm.repeat";
  let description = [{
    Saves code: what a graph holds N times, as an ONNX file does, becomes one region
    for each kind of layer, with a schedule and tables of weights. Layers are of one
    kind when their ops, attributes and shapes agree, they read the same values from
    outside (a rotary table), and their weights have equal encodings and source types.
    Needs a function without `llm.repeat`, whose weights are parameters of one entry;
    common subexpressions should be gone. Leaves `llm.repeat`. Declines a graph
    whose layers hang together by more than one value, such as one that the first
    layer hands to all others, and one that would not become smaller.
    Example: tests/passes/model/roll-layers-doc.mlir
  }];
  let dependentDialects = ["::llm::LLMDialect"];
}

def FuseResidualLinear : Pass<"llm-fuse-residual-linear"> {
  let summary = "Fold a residual add into the linear layer that feeds it";
  let description = [{
    Saves one write and one read of the hidden state. Needs `llm.linear` and
    `arith.addf` on tensors. Leaves a linear layer with a residual operand.
    Declines a product that something else reads, and one that has a residual.
    Example: tests/passes/model/fuse-residual-linear-doc.mlir
  }];
}

def FuseGatedLinear : Pass<"llm-fuse-gated-linear"> {
  let summary = "Compute gate and up projection of an MLP together";
  let description = [{
    Saves writing and reading both projections. Needs `llm.silu`,
    `llm.gelu` or `llm.relu` of a linear layer times a linear layer of the same input. Leaves `llm.gated_linear`. Declines
    projections that something else reads, and weights of which one alone could be
    multiplied as integers or bf16.
    Example: tests/passes/model/fuse-gated-linear-doc.mlir
  }];
}

def MergeProjections : Pass<"llm-merge-projections"> {
  let summary = "Put linear layers of the same input into one";
  let description = [{
    Saves reading the input again, and a barrier for each layer merged. The
    weights stay apart, encodings may differ but not in what they are multiplied
    in (integers, bf16, f32). Needs `llm.linear` ops in one block
    that read one value. Leaves one `llm.linear` and a column slice for each.
    Declines layers with a residual, and biases on some but not all.
    Example: tests/passes/model/merge-projections-doc.mlir
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def QuantizeWeights : Pass<"llm-quantize-weights", "::mlir::ModuleOp"> {
  let summary = "Store weights of linear layers as small integers";
  let description = [{
    Saves memory and the time to read it: dense parameters of linear layers become
    `#llm.grouped`; the packer rounds their sources to nearest. Linear layers in
    `llm.repeat` get the scheme asked for; the head, and an embedding that shares
    its parameter, get 8 bits in groups of 32 whatever the scheme. Norms, biases
    and an embedding of its own stay as they are. Declines, with a remark,
    parameters that are grouped already and those that another op reads.
    Example: tests/passes/model/quantize-weights-doc.mlir
  }];
  let options = [
    Option<"scheme", "scheme", "std::string", "\"int8\"",
           "int8 or int4, then -g32, -g64 or -g128 (default: -g32), then -asym or "
           "nothing">,
  ];
  let dependentDialects = ["::llm::LLMDialect"];
}

def InsertPagedKV : Pass<"llm-insert-paged-kv", "::mlir::ModuleOp"> {
  let summary = "Derive the incremental program with a paged KV cache";
  let description = [{
    Turns `@forward`, a function of whole sequences, into `@step`, a function of
    the tokens that are new, over a ragged batch: its arguments are the step's
    inputs of runtime/lib/ObjectFormat.h. Ops that mix tokens become incremental
    by IncrementalOpInterface; positions become an argument; the rows whose
    logits are wanted are gathered as early as ops on rows allow. Declines a
    model with an op that mixes tokens and is not incremental, naming it.
    Example: tests/passes/model/insert-paged-kv-doc.mlir
  }];
  let options = [
    Option<"element", "element", "std::string", "\"f32\"",
           "Element type of keys and values: f32, bf16, f16 or i8">,
    Option<"pageTokens", "page-tokens", "int64_t", "32", "Tokens of a page">,
  ];
  let dependentDialects = ["::llm::LLMDialect"];
}

def QuantizeActivations : Pass<"llm-quantize-activations"> {
  let summary = "Round the inputs of linear layers to what their weights multiply";
  let description = [{
    Inputs of layers whose weights are all grouped become 8-bit integers
    (`llm.quantize_rows`), those whose weights are all bf16 become bf16, each if
    its option asks for it; the rounded value is shared by all readers. Needs
    `llm.linear` and `llm.gated_linear` on f32. Declines weights of mixed kinds,
    which go on with f32. Leaves the attribute `llm.compute_type`: the type in which
    a prompt's rows are multiplied most.
    Example: tests/passes/model/quantize-activations-doc.mlir
  }];
  let options = [
    Option<"int8", "int8", "bool", "false", "8-bit activations for grouped weights">,
    Option<"bf16", "bf16", "bool", "false", "bf16 activations for bf16 weights">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::arith::ArithDialect"];
}

def NarrowWeights : Pass<"llm-narrow-weights", "::mlir::ModuleOp"> {
  let summary = "Store matrices of floats in fewer bits";
  let description = [{
    Changes the encoding of every dense parameter to `#llm.dense<element>`; the
    packer rounds. Needs `llm.parameter`. Declines grouped weights, which stay as
    they are.
    Example: tests/passes/model/narrow-weights-doc.mlir
  }];
  let options = [
    Option<"element", "element", "std::string", "\"bf16\"", "bf16 or f16">,
  ];
  let dependentDialects = ["::llm::LLMDialect"];
}

def PackGraphWeights : Pass<"llm-pack-graph-weights", "::mlir::ModuleOp"> {
  let summary = "Store the weights of a graph's products as panels of 16 columns";
  let description = [{
    A `linalg.generic` that multiplies by a weight, whose columns are the result's
    last dimension, reads `llm.panels` of a packed parameter instead. Slices,
    transposes, reshapes and casts of floats on the way to the weight are done by
    the packer. Declines matrices that do not lie row by row or column by column in
    the file. Run before `canonicalize` and `symbol-dce`, which remove what nothing
    reads any more.
    Example: tests/passes/model/pack-graph-weights-doc.mlir
  }];
  let dependentDialects = ["::llm::LLMDialect"];
}

#endif

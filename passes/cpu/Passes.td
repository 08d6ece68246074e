//===- Passes.td - From phases to loops and LLVM ---------------*- tablegen -*-===//

#ifndef LLM_PASSES_CPU
#define LLM_PASSES_CPU

include "mlir/Pass/PassBase.td"

def LowerSteps : Pass<"llm-lower-steps", "::mlir::ModuleOp"> {
  let summary = "Turn steps into functions that a team of threads runs";
  let description = [{
    Plans the arena (passes/analysis/ArenaPlan.h), gives every weight its place in
    the weight segment, and turns each `llm.step` into a function: layers become
    a loop over tables, a phase a function in which threads claim runs of tiles,
    with a barrier after each call. Needs steps that consist of phases. Leaves scf, memref,
    vector and arith, the module's attributes `llm.arena_bytes` and
    `llm.scratch_bytes` saying what the host must bring.
    Example: tests/passes/cpu/lower-steps-doc.mlir
  }];
  let options = [
    Option<"maxRows", "max-rows", "int64_t", "512", "Rows of a step at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::func::FuncDialect", "::mlir::affine::AffineDialect",
    "::mlir::LLVM::LLVMDialect"];
}

def ExpandWeightTiles : Pass<"llm-expand-weight-tiles"> {
  let summary = "Write out how tiles read packed weights";
  let description = [{
    `llm.linear_tile` becomes a loop over in features that keeps all sums in
    vectors of 16, `llm.weight_element` a few loads. The encoding of the weight
    writes the code that reads it. With `bf16-dot` and `byte-dot`, rows of bf16 and
    i8 are multiplied by the dot-product instructions of the level; with
    `bf16-tiles`, tiles of 16 or 32 rows of bf16 by its matrix instructions, whose
    sums have an order of their own. Needs weights as bytes.
    Example: tests/passes/cpu/expand-weight-tiles-doc.mlir
  }];
  let options = [
    Option<"bf16Dot", "bf16-dot", "bool", "false",
           "The level multiplies pairs of bf16 (avx512_bf16)">,
    Option<"bf16Tiles", "bf16-tiles", "bool", "false",
           "The level multiplies matrices of bf16 (amx_bf16)">,
    Option<"byteDot", "byte-dot", "bool", "false",
           "The level multiplies quads of bytes (avx512_vnni)">,
    Option<"prefetchBytes", "prefetch-bytes", "int64_t", "0",
           "How far ahead tiles of few rows ask for weights; 0: not at all">,
  ];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect",
    "::mlir::memref::MemRefDialect", "::mlir::vector::VectorDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::x86vector::X86VectorDialect"];
}

def ExpandMath : Pass<"llm-expand-math"> {
  let summary = "Compute functions of floats without a math library";
  let description = [{
    Hot functions of f32 become polynomials, functions of f64 that LLVM libc
    lacks terms of what it has, and what LLVM has no intrinsic for calls of LLVM
    libc, which is linked into the object. Errors, measured over the stated
    ranges: see the table in ExpandMath.cpp.
    Example: tests/passes/cpu/expand-math-doc.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::func::FuncDialect"];
}

def LowerTeam : Pass<"llm-lower-team", "::mlir::ModuleOp"> {
  let summary = "Turn barriers, tile claims and context into LLVM";
  let description = [{
    Reads StepContext and speaks TeamSync's protocol (runtime/lib/ObjectFormat.h).
    Adds the function `@step` that the runtime calls: it branches on the row count to
    the function of its class.
    Example: tests/passes/cpu/lower-team-doc.mlir
  }];
  let options = [
    Option<"symbol", "symbol", "std::string", "\"step\"",
           "Name of the function that the runtime calls">,
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect",
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def BindGraph : Pass<"llm-bind-graph", "::mlir::ModuleOp"> {
  let summary = "Give a graph its team and its weights their place in memory";
  let description = [{
    The function marked `llm.graph` gets the team as its first argument; each
    `llm.weight` becomes a view of the weight segment that nothing may write to, and so
    are the inputs. Needs tensors; run it before bufferization.
    Example: tests/passes/cpu/bind-graph-doc.mlir
  }];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::memref::MemRefDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect"];
}

def SeparateReads : Pass<"llm-separate-reads", "::mlir::ModuleOp"> {
  let summary = "Let few ops of a graph share a constant or a weight";
  let description = [{
    Bufferization holds the readers of a tensor against one another, which is more than
    a graph of ten thousand nodes with one weight can wait for. In functions marked
    `llm.graph`, a constant or weight is made again for each `readers` of its readers.
    Nothing may write to them, so that one memory serves all.
    Example: tests/passes/cpu/separate-reads-doc.mlir
  }];
  let options = [
    Option<"readers", "readers", "unsigned", "16", "Readers of one value at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::arith::ArithDialect"];
}

def SeparateInits : Pass<"llm-separate-inits", "::mlir::ModuleOp"> {
  let summary = "Let each result of a graph start from a tensor of its own";
  let description = [{
    Equal `tensor.empty`s and fills have become one, which every result that starts from
    it would copy, and which bufferization would hold against each of them. Each op gets
    its own again, in functions marked `llm.graph`; a `linalg.generic` that goes element
    by element gets one that it reads and nothing else does, if there is one of its type.
    Run it before bufferization.
    Example: tests/passes/cpu/separate-inits-doc.mlir
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"];
}

def ReleaseBuffers : Pass<"llm-release-buffers", "::mlir::ModuleOp"> {
  let summary = "Release buffers of a graph after their last reader";
  let description = [{
    In functions marked `llm.graph`, a buffer that only linalg ops, loads, stores, copies
    and views name is released after the last op of its block that uses it. Marks it as
    released by hand, so that MLIR's deallocation leaves it alone and has the others
    to look after. Needs memory.
    Example: tests/passes/cpu/release-buffers-doc.mlir
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect",
    "::mlir::bufferization::BufferizationDialect"];
}

def OutlineKernels : Pass<"llm-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Turn loops over tensors of a graph into functions of tiles";
  let description = [{
    Each `linalg.generic` on memory becomes an `llm.launch` of a private function
    `kernel(team, first, end, operands...)` that runs a range of its tiles; ops that
    read the same share one. Reductions sum in registers, in one order. Products of
    f32, f64, i32 and bytes (matrices, convolutions; passes/cpu/kernels/Contraction.h) share
    kernels whatever their shapes are, and what goes element by element before and
    after them joins their tiles. Windows of one image (depthwise convolutions;
    passes/cpu/kernels/WindowKernel.h) are read where they lie, through margins of zeros
    that are not written then. The module's `llm.scratch_bytes` says what a
    thread needs for panels. Works on functions marked `llm.graph`; needs named ops
    generalized. Leaves other ops alone. A remark names sums of products that run as
    plain loops.
    Example: tests/passes/cpu/outline-kernels-doc.mlir
  }];
  let options = [
    Option<"registerRows", "register-rows", "int64_t", "8",
           "Rows whose sums registers hold; a power of two">,
    Option<"registerPanels", "register-panels", "int64_t", "2",
           "Panels of 16 columns whose sums registers hold">,
    Option<"byteDot", "byte-dot", "int64_t", "0",
           "Bits of the vectors in which the level multiplies quads of bytes; 0: "
           "it multiplies pairs of i16 instead">,
    Option<"wordVectors", "word-vectors", "bool", "false",
           "The level has vectors of 64 bytes of i16 and of bytes (avx512bw)">,
    Option<"noPlainLoops", "no-plain-loops", "bool", "false",
           "Refuse sums of products that no tile multiplies, but for small ones">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::func::FuncDialect", "::mlir::affine::AffineDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::vector::VectorDialect",
    "::mlir::LLVM::LLVMDialect"];
}

def SplitGraph : Pass<"llm-split-graph", "::mlir::ModuleOp"> {
  let summary = "Cut a long graph into functions of bounded size";
  let description = [{
    In functions marked `llm.graph`, runs of ops of a block that holds more than
    `max-ops` become private functions that take the team first, then what they read,
    and return what is read after them. Ops within ops count. Constants and views are
    made again where they are read. Needs teams and memory; run it when kernels are
    outlined, which look at what stands beside an op.
    Example: tests/passes/cpu/split-graph-doc.mlir
  }];
  let options = [
    Option<"maxOps", "max-ops", "int64_t", "1024", "Ops of a function at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::func::FuncDialect",
    "::mlir::memref::MemRefDialect", "::mlir::LLVM::LLVMDialect"];
}

def LowerGraph : Pass<"llm-lower-graph", "::mlir::ModuleOp"> {
  let summary = "Turn launches, checks and memory of a graph into calls of the host";
  let description = [{
    Adds the function that the runtime calls: thread 0 reads the inputs of
    StepContext (runtime/lib/ObjectFormat.h), runs the graph and writes its outputs,
    while other threads serve its kernels. `memref.alloc` and `dealloc` become calls of
    the host, with sizes checked for overflow; `llm.launch` stores its operands into a
    closure. Needs teams lowered (`--llm-lower-team`).
    Example: tests/passes/cpu/lower-graph-doc.mlir
  }];
  let options = [
    Option<"symbol", "symbol", "std::string", "\"step\"",
           "Name of the function that the runtime calls">,
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect",
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

#endif

//===- Passes.td - From llm ops to phases of tiles -------------*- tablegen -*-===//

#ifndef LLM_PASSES_TILE
#define LLM_PASSES_TILE

include "mlir/Pass/PassBase.td"

def SpecializeRows : Pass<"llm-specialize-rows", "::mlir::ModuleOp"> {
  let summary = "Make a step of its own for each class of row counts";
  let description = [{
    Replaces `func.func @step` by an `llm.step` for each class: one row, a few
    rows, many. Tiling then suits each class, and a call branches on nothing but
    its row count. Names: `@rows_to_<last>`.
    Example: tests/passes/tile/specialize-rows-doc.mlir
  }];
  let options = [
    ListOption<"classes", "classes", "int64_t",
               "Largest row count of each class, ascending">,
  ];
  let dependentDialects = ["::llm::LLMDialect"];
}

def TileLinear : Pass<"llm-tile-linear"> {
  let summary = "Turn linear layers into phases of register tiles";
  let description = [{
    A tile is a group of weight panels by a chunk of rows; inside it the rows go
    through registers a few at a time (`llm.linear_tile`), and bias, activation
    and residual are applied before anything is written. Weights are read once
    for each chunk of rows. Needs `llm.linear` and `llm.gated_linear` in an
    `llm.step`. Leaves `llm.phase`.
    Example: tests/passes/tile/tile-linear-doc.mlir
  }];
  let options = [
    ListOption<"registerRows", "register-rows", "int64_t",
               "Rows held in registers, one entry for each class; the largest that the step's rows fill is taken">,
    ListOption<"panels", "panels", "int64_t",
               "Weight panels held in registers, one entry for each class">,
    Option<"integerSums", "integer-sums", "int64_t", "12",
           "Sums held in registers at most where activations are integers">,
    Option<"matrixRows", "matrix-rows", "int64_t", "0",
           "Rows at once where matrix instructions multiply bf16; 0: there are none">,
    Option<"chunkRows", "chunk-rows", "int64_t", "96", "Rows of a tile at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::memref::MemRefDialect"];
}

def TileMoe : Pass<"llm-tile-moe"> {
  let summary = "Turn mixtures of experts into phases";
  let description = [{
    Rows choose their experts; then a tile is a group of panels by a chunk of rows,
    of which each reads the panels of its own experts, gate and up projections in
    one phase and down projections in another. Needs `llm.moe` in an `llm.step`.
    Leaves `llm.phase`.
    Example: tests/passes/tile/tile-moe-doc.mlir
  }];
  let options = [
    Option<"panels", "panels", "int64_t", "2", "Panels of a tile, of each weight">,
    Option<"chunkRows", "chunk-rows", "int64_t", "96", "Rows of a tile at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::memref::MemRefDialect"];
}

def TileFlashAttention : Pass<"llm-tile-flash-attention"> {
  let summary = "Turn paged attention into phases with an online softmax";
  let description = [{
    A tile is a block of rows by one key head, with all query heads that share it.
    It walks the pages of the row's sequence once, keeping maximum, sum and
    weighted values of each query (Dao et al. 2022; Milakov and Gimelshein 2018):
    scores never exist but for one page. Spans of `span-tokens` are summed up by
    themselves and added in ascending order, in steps of few rows by another phase
    (Flash-Decoding, Dao et al. 2023): a row's result does not depend on its
    neighbours nor on the tiles. Needs `llm.paged_attention` in an `llm.step`. Leaves `llm.phase`.
    Example: tests/passes/tile/tile-flash-attention-doc.mlir
  }];
  let options = [
    Option<"registerRows", "register-rows", "int64_t", "12",
           "Rows of scores held in registers at most">,
    Option<"splitRows", "split-rows", "int64_t", "4",
           "Up to so many rows a step, each span is a tile of its own">,
    Option<"spanTokens", "span-tokens", "int64_t", "128",
           "Tokens of a span at least; a context has 64 spans at most">,
    Option<"maxContext", "max-context", "int64_t", "8192",
           "Tokens of a context at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::memref::MemRefDialect"];
}

def FusePhases : Pass<"llm-fuse-phases"> {
  let summary = "Make one phase of phases with the same tiles";
  let description = [{
    A phase joins the one before it where both have the same tiles of rows, and
    each tile reads of the other's results only the rows that the same tile wrote:
    norm and rounding, rotary embedding and the cache's append. One barrier goes,
    and rows stay in the cache of the thread that wrote them. Needs `llm.phase` in
    an `llm.step`.
    Example: tests/passes/tile/fuse-phases-doc.mlir
  }];
  let dependentDialects = ["::llm::LLMDialect"];
}

def TileRows : Pass<"llm-tile-rows"> {
  let summary = "Turn ops on single rows into phases of blocks of rows";
  let description = [{
    Norms, rotary embedding, embedding, gathering, and elementwise arithmetic. Needs these ops in an `llm.step`. Leaves `llm.phase`.
    Example: tests/passes/tile/tile-rows-doc.mlir
  }];
  let options = [
    Option<"blockRows", "block-rows", "int64_t", "8", "Rows of a tile at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::memref::MemRefDialect"];
}

def TileKVAppend : Pass<"llm-tile-kv-append"> {
  let summary = "Turn appending to KV pages into phases of blocks of rows";
  let description = [{
    Keys are transposed on the way, so that attention reads 16 tokens as one
    vector. Needs `llm.kv_append` in an `llm.step`. Leaves `llm.phase`.
    Example: tests/passes/tile/tile-kv-append-doc.mlir
  }];
  let options = [
    Option<"blockRows", "block-rows", "int64_t", "8", "Rows of a tile at most">,
  ];
  let dependentDialects = ["::llm::LLMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::memref::MemRefDialect"];
}

def FuseElementwise : Pass<"llm-fuse-elementwise"> {
  let summary = "Compute what is done to one element after another in one loop nest";
  let description = [{
    A `linalg.generic` whose elements another one reads once each, and nothing else
    reads, moves into that one; so does one that only casts or spreads, where it is
    read more often. Sums of products stay as they are, for tiles to multiply.
    Example: tests/passes/tile/fuse-elementwise-doc.mlir
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif

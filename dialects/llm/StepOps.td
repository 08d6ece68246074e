//===- StepOps.td - Steps, phases and what tiles are made of ---*- tablegen -*-===//

#ifndef LLM_STEP_OPS
#define LLM_STEP_OPS

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_StepOp : LLM_Op<"step", [Symbol, SingleBlock, IsolatedFromAbove]> {
  let summary = "One step of a model for one class of row counts";
  let description = [{
    A list of phases, run one after the other by a team of threads or one grid.
    The region's arguments are the step's inputs, named by `arguments` (see
    StepArgument in runtime/lib/ObjectFormat.h); it yields the outputs named by
    `outputs`. `rows` = [first, last]: the row counts this step serves; the
    runtime's call branches on nothing else.

    * (C1) there is a name for each argument and each yielded value.
    * (C2) `rows` is a range of positive numbers.

    ```mlir
    llm.step @decode rows [1, 1] arguments ["tokens"] outputs ["logits"] {
    ^bb0(%tokens: tensor<?xi32>):
      ...
      llm.yield %logits : tensor<?x49152xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DenseI64ArrayAttr:$rows,
                       StrArrayAttr:$arguments, StrArrayAttr:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{ $sym_name `rows` $rows `arguments` $arguments `outputs` $outputs
    attr-dict-with-keyword $body }];
  let hasVerifier = 1;
}

def LLM_PhaseOp : LLM_Op<"phase", [SingleBlock, IsolatedFromAbove]> {
  let summary = "Tiles that may be computed in any order, by any thread";
  let description = [{
    `tiles` gives the extent of the tile space from the step's dimensions, its
    symbols being, in this order, rows, sequences, outputs, pages and the largest
    context (DimSymbol in runtime/lib/ObjectFormat.h). `accesses` has an entry for
    each input and then each result. The region computes one tile: its arguments
    are the tile's indices, a buffer for each input, for each result and for each
    entry of `scratch` (memory of the thread that runs the tile).

    A tensor of rows stands in the region as a buffer whose rows are padded to a
    multiple of 64 bytes, padding being zero; a vector likewise; packed weights
    and states stay what they are. Results that the step yields are not padded.
    A buffer has as many rows as any step has at most, so a tile may compute
    whole rows past the last one.

    `reuses` has an entry for each result: -1, or the input whose buffer the
    result may take, because each tile reads of it only what it writes.

    * (C1) there is an access for each input and result, of as many tile indices
      as `tiles` has extents.
    * (C2) the region's arguments are the tile indices, inputs, results and scratch.
    * (C3) `reuses` has an entry for each result: -1 or the number of an input.
    * (C4) `tiles` has no dimensions, the five symbols above and one extent or more.

    ```mlir
    %y = llm.phase "scale" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%x : tensor<?x64xf32>)
        accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
        reuses [0] scratch [] -> tensor<?x64xf32> {
    ^bb0(%t: index, %in: memref<?x64xf32>, %out: memref<?x64xf32>):
      ...
      llm.yield
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, AffineMapAttr:$tiles, Variadic<AnyType>:$inputs,
                       ArrayAttr:$accesses, DenseI64ArrayAttr:$reuses,
                       TypeArrayAttr:$scratch);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{ $name `tiles` $tiles (`inputs` `(` $inputs^ `:` type($inputs) `)`)?
    `accesses` $accesses `reuses` $reuses `scratch` $scratch attr-dict-with-keyword
    (`->` type($results)^)? $body }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    unsigned getTileRank() { return getTiles().getNumResults(); }
    ::mlir::BlockArgument getTileIndex(unsigned i) { return getBody().getArgument(i); }
    ::mlir::BlockArgument getInputBuffer(unsigned i) { return getBody().getArgument(getTileRank() + i); }
    ::mlir::BlockArgument getResultBuffer(unsigned i) {
      return getBody().getArgument(getTileRank() + getInputs().size() + i);
    }
    ::mlir::BlockArgument getScratchBuffer(unsigned i) {
      return getBody().getArgument(getTileRank() + getInputs().size() + getNumResults() + i);
    }
  }];
}

def LLM_Bytes : AnyTypeOf<[LLM_PackedType, MemRefRankOf<[I8], [1]>]>;

def LLM_LinearTileOp : LLM_Op<"linear_tile", [AttrSizedOperandSegments,
    MemoryEffects<[MemRead]>]> {
  let summary = "Rows times panels of weights, kept in registers";
  let description = [{
    Result i is `input[row : row + R] * panel_i^T`, where panel_i is panel
    `panels[i]` (16 out features) of `weights[i]` and R the rows of the result
    type. Accumulated in f32 over in features in ascending order, one chain for
    each element, so that a value does not depend on the tile's size.
    `types` keeps the packed type of each weight once it became bytes. Rows of i8
    come with the scales and sums of `llm.quantize_rows`.

    * (C1) there are as many panels, types and results as weights.
    * (C2) every weight has as many columns as every other.
    * (C3) a result has 16 columns and as many rows as every other.
    * (C4) an entry of `types` is a packed type, that of its weight while the
      weight is packed.
    * (C5) rows of i8, and no others, come with scales and sums.

    ```mlir
    %a, %b = llm.linear_tile %x[%row], [%w, %w], [%p0, %p1] types [!llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x64, #llm.dense<f32>>]
      : memref<?x64xf32>, !llm.packed<64x64, #llm.dense<f32>>, !llm.packed<64x64, #llm.dense<f32>> -> vector<12x16xf32>, vector<12x16xf32>
    ```
  }];
  let arguments = (ins MemRefRankOf<[F32, BF16, I8], [2]>:$input, Index:$row,
                       Variadic<LLM_Bytes>:$weights, Variadic<Index>:$panels,
                       Optional<MemRefRankOf<[F32], [2]>>:$scales,
                       Optional<MemRefRankOf<[I32], [2]>>:$sums,
                       TypeArrayAttr:$types);
  let results = (outs Variadic<VectorOfRankAndType<[2], [F32]>>:$results);
  let assemblyFormat = [{ $input `[` $row `]` `,` `[` $weights `]` `,` `[` $panels `]`
    (`scales` $scales^ `,` $sums `:` type($scales) `,` type($sums))? `types` $types attr-dict `:` type($input) `,` type($weights) `->` type($results) }];
  let hasVerifier = 1;
}

def LLM_WeightElementOp : LLM_Op<"weight_element", [MemoryEffects<[MemRead]>]> {
  let summary = "One weight as a number";
  let description = [{
    `type` keeps the packed type of the weight once it became bytes.

    * (C1) `type` is the type of the weight while the weight is packed.

    ```mlir
    %e = llm.weight_element %w[%row, %column] type !llm.packed<64x64, #llm.dense<f32>> : !llm.packed<64x64, #llm.dense<f32>>
    ```
  }];
  let arguments = (ins LLM_Bytes:$weight, Index:$row, Index:$column,
                       TypeAttrOf<LLM_PackedType>:$type);
  let results = (outs F32:$result);
  let assemblyFormat = "$weight `[` $row `,` $column `]` `type` $type attr-dict `:` type($weight)";
  let hasVerifier = 1;
}

def LLM_KeysOp : LLM_Op<"keys", [Pure]> {
  let summary = "The keys of one head in one page";
  let description = [{
    A buffer of [head_dim][page], head_dim padded to a multiple of 16.

    * (C1) the result is such a buffer of the state's element type.

    ```mlir
    %k = llm.keys %s[%page, %head] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> -> memref<64x32xf32>
    ```
  }];
  let arguments = (ins LLM_StateType:$state, Index:$page, Index:$head);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$state `[` $page `,` $head `]` attr-dict `:` type($state) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_ValuesOp : LLM_Op<"values", [Pure]> {
  let summary = "The values of one head in one page";
  let description = [{
    A buffer of [page][head_dim], head_dim padded to a multiple of 16.

    * (C1) the result is such a buffer of the state's element type.

    ```mlir
    %v = llm.values %s[%page, %head] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> -> memref<32x64xf32>
    ```
  }];
  let arguments = (ins LLM_StateType:$state, Index:$page, Index:$head);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$state `[` $page `,` $head `]` attr-dict `:` type($state) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_ScalesOp : LLM_Op<"scales", [Pure]> {
  let summary = "The scales of one head's keys or values in one page of i8";
  let description = [{
    A buffer of [page] f32: token t's keys (or values) are its integers times
    entry t.

    * (C1) the state holds i8, and `which` is "keys" or "values".

    ```mlir
    %k = llm.scales "keys" of %s[%page, %head] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = i8> -> memref<32xf32>
    ```
  }];
  let arguments = (ins StrAttr:$which, LLM_StateType:$state, Index:$page, Index:$head);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$which `of` $state `[` $page `,` $head `]` attr-dict `:` type($state) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_BarrierOp : LLM_Op<"barrier"> {
  let summary = "Wait until every thread of the team has arrived";
  let description = [{
    Spins inline for a bounded time, then parks in the host. Resets the tile
    counter for the next phase.

    ```mlir
    llm.barrier %team
    ```
  }];
  let arguments = (ins LLM_TeamType:$team);
  let assemblyFormat = "$team attr-dict";
}

def LLM_ClaimTilesOp : LLM_Op<"claim_tiles"> {
  let summary = "Take a run of unclaimed tiles of the phase";
  let description = [{
    Of `total` tiles, those from `first` up to `end` are the calling thread's;
    none are left when both are equal. Runs shrink as tiles run out (guided
    self-scheduling, Polychronopoulos and Kuck, 1987): neighbouring tiles, whose
    weights lie one after the other, go to one thread, and threads end together.

    ```mlir
    %first, %end = llm.claim_tiles %team of %total
    ```
  }];
  let arguments = (ins LLM_TeamType:$team, Index:$total);
  let results = (outs Index:$first, Index:$end);
  let assemblyFormat = "$team `of` $total attr-dict";
}

def LLM_ContextBufferOp : LLM_Op<"context_buffer", [Pure]> {
  let summary = "A piece of memory that the step was called with";
  let description = [{
    `source` is "arena", "weights", "scratch" (of this thread), "argument" (the
    step argument of number `index`) or "state" (the page pool of group `index`).
    `sizes` gives the dynamic dimensions.

    * (C1) `source` is one of these.
    * (C2) there is a size for each dynamic dimension.

    ```mlir
    %arena = llm.context_buffer %team "arena" 0 [%size] : memref<?xi8>
    ```
  }];
  let arguments = (ins LLM_TeamType:$team, StrAttr:$source, I64Attr:$index,
                       Variadic<Index>:$sizes);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$team $source $index (`[` $sizes^ `]`)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def LLM_ContextDimOp : LLM_Op<"context_dim", [Pure]> {
  let summary = "A dimension of this step";
  let description = [{
    `symbol` is a number of DimSymbol in runtime/lib/ObjectFormat.h.

    * (C1) `symbol` is 0 to 4.

    ```mlir
    %rows = llm.context_dim %team 0
    ```
  }];
  let arguments = (ins LLM_TeamType:$team, I64Attr:$symbol);
  let results = (outs Index:$result);
  let assemblyFormat = "$team $symbol attr-dict";
  let hasVerifier = 1;
}

def LLM_TeamSizeOp : LLM_Op<"team_size", [Pure]> {
  let summary = "How many threads run this step";
  let description = [{
    The same in every function that a step or a graph runs. For cutting work
    into tiles; results may not depend on it.

    ```mlir
    %threads = llm.team_size
    ```
  }];
  let results = (outs Index:$result);
  let assemblyFormat = "attr-dict";
}

#endif

//===- PagedOps.td - Paged KV caches ---------------------------*- tablegen -*-===//

#ifndef LLM_PAGED_OPS
#define LLM_PAGED_OPS

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_StateGroupOp : LLM_Op<"state_group", [Symbol]> {
  let summary = "Declares the state of layers of equal geometry";
  let description = [{
    A sequence has one block table for each group; page id b means page b of
    every layer of the group. `layers` lists the model's layers in the group.

    * (C1) `layers` ascends from 0 or more, and names at least one.

    ```mlir
    llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 1, 2]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<LLM_StateType>:$type,
                       DenseI64ArrayAttr:$layers);
  let assemblyFormat = "$sym_name `:` $type `layers` $layers attr-dict";
  let hasVerifier = 1;
}

def LLM_StateOp : LLM_Op<"state",
    [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The pages of one layer";
  let description = [{
    * (C1) the symbol names an `llm.state_group` of the result's type.
    * (C2) the layer is the index of an `llm.repeat` that has the group's layers.

    ```mlir
    %s = llm.state @kv[%layer] : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$group, Index:$layer);
  let results = (outs LLM_StateType:$result);
  let assemblyFormat = "$group `[` $layer `]` attr-dict `:` type($result)";
}

def LLM_KVAppendOp : LLM_Op<"kv_append", [MemoryEffects<[MemWrite]>,
    AllTypesMatch<["key", "value"]>]> {
  let summary = "Write keys and values of this step's tokens into their pages";
  let description = [{
    Row t goes to slot `slots[t]` of its sequence, found through the block table.

    * (C1) keys have heads * head_dim columns of the state.

    ```mlir
    llm.kv_append %k, %v into %s
      : tensor<?x192xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
    ```
  }];
  let arguments = (ins LLM_Rows:$key, LLM_Rows:$value, LLM_StateType:$state);
  let assemblyFormat = "$key `,` $value `into` $state attr-dict `:` type($key) `,` type($state)";
  let hasVerifier = 1;
}

def LLM_PagedAttentionOp : LLM_Op<"paged_attention", [MemoryEffects<[MemRead]>,
    AllTypesMatch<["query", "result"]>]> {
  let summary = "Attention of this step's tokens to the pages of their sequences";
  let description = [{
    Row t sees the tokens of its sequence in slots 0 to `slots[t]` (with a window,
    the last `window` of these); `soft_cap` and `sinks` as in `llm.attention`.
    Vaswani et al. 2017; pages as in Kwon et al. 2023.

    * (C1) query columns are `heads` times the state's head_dim.
    * (C2) `heads` is a positive multiple of the state's heads.
    * (C3) there are as many sinks as heads.

    ```mlir
    %y = llm.paged_attention %q, %s {heads = 9 : i64, scale = 0.125 : f32}
      : tensor<?x576xf32>, !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32>
    ```
  }];
  let arguments = (ins LLM_Rows:$query, LLM_StateType:$state, Optional<LLM_Vector>:$sinks,
                       I64Attr:$heads, F32Attr:$scale,
                       DefaultValuedAttr<F32Attr, "0.0f">:$soft_cap);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = [{ $query `,` $state (`sinks` `(` $sinks^ `:` type($sinks) `)`)? attr-dict
    `:` type($query) `,` type($state) }];
  let hasVerifier = 1;
}

def LLM_GatherRowsOp : LLM_Op<"gather_rows",
    [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "Pick the rows whose logits are wanted";
  let description = [{
    `result[i, :] = input[rows[i], :]`.

    ```mlir
    %y = llm.gather_rows %x, %output_rows : tensor<?x576xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input, LLM_Indices:$rows);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$input `,` $rows attr-dict `:` type($input) `,` type($rows)";
}

#endif

//===- AttentionOps.td - Attention over whole sequences --------*- tablegen -*-===//

#ifndef LLM_ATTENTION_OPS
#define LLM_ATTENTION_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_AttentionOp : LLM_Op<"attention",
    [Pure, AllTypesMatch<["query", "result"]>, AllTypesMatch<["key", "value"]>,
     DeclareOpInterfaceMethods<LLM_IncrementalOpInterface>]> {
  let summary = "Causal attention of a sequence to itself";
  let description = [{
    Heads lie side by side in the columns; query head h reads key and value head
    `h / (heads / kv_heads)`. `result = softmax(scale * q k^T + mask) v` by heads,
    where token t sees itself and all before it, or with `window` = w > 0 itself
    and the w - 1 before it. With `soft_cap` = c > 0 a score x, scaled but not yet
    masked, becomes `c tanh(x / c)` (Bello et al. 2016). `sinks` gives every query
    head the score of one more key, whose value is zero (Xiao et al. 2023).

    * (C1) query columns are a multiple of `heads`, key columns of `kv_heads`.
    * (C2) `heads` is a multiple of `kv_heads`.
    * (C3) a query head is as wide as a key head; so are value heads.
    * (C4) `window` and `soft_cap` are not negative.
    * (C5) there are as many sinks as query heads.

    ```mlir
    %y = llm.attention %q, %k, %v {heads = 9 : i64, kv_heads = 3 : i64, scale = 0.125 : f32}
      : tensor<?x576xf32>, tensor<?x192xf32>
    ```
  }];
  let arguments = (ins LLM_Rows:$query, LLM_Rows:$key, LLM_Rows:$value,
                       Optional<LLM_Vector>:$sinks,
                       I64Attr:$heads, I64Attr:$kv_heads, F32Attr:$scale,
                       DefaultValuedAttr<I64Attr, "0">:$window,
                       DefaultValuedAttr<F32Attr, "0.0f">:$soft_cap);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = [{ $query `,` $key `,` $value (`sinks` `(` $sinks^ `:` type($sinks) `)`)? attr-dict
    `:` type($query) `,` type($key) }];
  let hasVerifier = 1;
}

#endif

//===- ExpertOps.td - Mixtures of experts ----------------------*- tablegen -*-===//

#ifndef LLM_EXPERT_OPS
#define LLM_EXPERT_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_MoeOp : LLM_Op<"moe", [Pure, AllTypesMatch<["gate", "up"]>]> {
  let summary = "Each row goes through the gated MLPs that its router chooses";
  let description = [{
    The `top` experts of row t are those with the largest router[t, e], of equal
    ones the first; their shares s_e are the softmax of these numbers alone (which
    is the softmax of all, scaled to sum 1). `result[t] = sum_e s_e * down_e(
    activation(gate_e(input[t])) * up_e(input[t]))` in ascending rank of the
    experts (Jiang et al. 2024). A weight holds the experts' matrices one below
    the other; each begins at a multiple of 16 rows.

    * (C1) `activation` is "silu", "gelu_erf", "gelu_tanh" or "relu": `llm.silu`,
      `llm.gelu`, `llm.relu`.
    * (C2) the router has a column for each expert, of whom there are at least `top`,
      which is at least 1.
    * (C3) gate and up have the input's columns, and rows that are a multiple of 16
      for each expert.
    * (C4) down has, for each expert, the result's columns as rows, and as columns
      what fills the rows of gate's up to a multiple of 16.

    ```mlir
    %y = llm.moe "silu" %x by %router, %gate, %up, %down {top = 2 : i64}
      : tensor<?x64xf32>, tensor<?x4xf32>, !llm.packed<448x64, #llm.dense<f32>>, !llm.packed<256x112, #llm.dense<f32>> -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins StrAttr:$activation, LLM_Rows:$input, LLM_Rows:$router,
                       LLM_PackedType:$gate, LLM_PackedType:$up,
                       LLM_PackedType:$down, I64Attr:$top);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = [{ $activation $input `by` $router `,` $gate `,` $up `,` $down attr-dict
    `:` type($input) `,` type($router) `,` type($gate) `,` type($down) `->` type($result) }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getExperts() { return getRouter().getType().getDimSize(1); }
  }];
}

#endif

//===- LinearOps.td - Embedding and linear layers --------------*- tablegen -*-===//

#ifndef LLM_LINEAR_OPS
#define LLM_LINEAR_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_EmbeddingOp : LLM_Op<"embedding", [Pure]> {
  let summary = "Look up the row of each token";
  let description = [{
    `result[t, :] = table[tokens[t], :]`, as f32. A token outside the table gives
    zeros (the runtime refuses such tokens before the step).

    * (C1) the result has the table's columns.

    ```mlir
    %x = llm.embedding %tokens, %table
      : tensor<?xi32>, !llm.packed<49152x576, #llm.dense<bf16>> -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins LLM_Indices:$tokens, LLM_PackedType:$table);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$tokens `,` $table attr-dict `:` type($tokens) `,` type($table) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_QuantizeRowsOp : LLM_Op<"quantize_rows", [Pure]> {
  let summary = "Round activations to 8 bits, 32 columns to a scale";
  let description = [{
    For each row and each group g of 32 columns: `scales[t, g]` is the largest
    magnitude divided by 127, `result[t, k]` the nearest integer to
    `input[t, k] / scales[t, k / 32]`. `sums[t, h]` is the sum of the 16 integers
    from column 16 h on: what the zero points and minimums of weights are
    multiplied with.

    * (C1) the result has the input's columns, scales one for each 32 begun, sums
      one for each 16 begun.

    ```mlir
    %q, %s, %u = llm.quantize_rows %x : tensor<?x576xf32>
      -> tensor<?x576xi8>, tensor<?x18xf32>, tensor<?x36xi32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input);
  let results = (outs LLM_Rows:$result, LLM_Rows:$scales, LLM_SumRows:$sums);
  let assemblyFormat = [{ $input attr-dict `:` type($input) `->` type($result) `,`
    type($scales) `,` type($sums) }];
  let hasVerifier = 1;
}

def LLM_LinearOp : LLM_Op<"linear", [Pure, AttrSizedOperandSegments]> {
  let summary = "Multiply rows by weight matrices, side by side";
  let description = [{
    `result[t, n] = sum_k input[t, k] * W[n, k] (+ bias[n]) (+ residual[t, n])`,
    accumulated in f32, W being the weights one below the other (merged
    projections keep their own matrices and encodings).

    * (C1) there is a weight, and every weight has as many columns as the input.
    * (C2) the result has as many columns as the weights have rows together.
    * (C3) no bias, or one for each weight with as many elements as it has rows.
    * (C4) a residual has the result's columns.
    * (C5) an input of i8, and no other, comes with scales and sums as
      `llm.quantize_rows` makes them.

    ```mlir
    %y = llm.linear %x, %w : tensor<?x576xf32>, !llm.packed<1536x576, #llm.dense<f32>> -> tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input, Variadic<LLM_PackedType>:$weights,
                       Variadic<LLM_Vector>:$biases, Optional<LLM_Rows>:$residual,
                       Optional<LLM_Rows>:$scales, Optional<LLM_SumRows>:$sums);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = [{ $input `,` $weights (`bias` $biases^ `:` type($biases))? (`residual` $residual^ `:` type($residual))?
    (`scales` $scales^ `,` $sums `:` type($scales) `,` type($sums))? attr-dict
    `:` type($input) `,` type($weights) `->` type($result) }];
  let hasVerifier = 1;
}

def LLM_GatedLinearOp : LLM_Op<"gated_linear", [Pure, AttrSizedOperandSegments]> {
  let summary = "Two projections of the same rows, one gating the other";
  let description = [{
    `result = activation(input * gate^T + gate_bias) * (input * up^T + up_bias)`, the first half of a
    gated MLP (Shazeer 2020). Never written to memory before it is gated.

    * (C1) gate and up have equal rows, which are the result's columns, and the
      input's columns.
    * (C2) `activation` is "silu", "gelu_erf", "gelu_tanh" or "relu": `llm.silu`,
      `llm.gelu`, `llm.relu`.
    * (C3) there are no biases, or two with as many elements as the result has
      columns.
    * (C4) an input of i8, and no other, comes with scales and sums as
      `llm.quantize_rows` makes them.

    ```mlir
    %y = llm.gated_linear "silu" %x, %gate, %up : tensor<?x576xf32>,
      !llm.packed<1536x576, #llm.dense<f32>>, !llm.packed<1536x576, #llm.dense<f32>> -> tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins StrAttr:$activation, LLM_Rows:$input, LLM_PackedType:$gate,
                       LLM_PackedType:$up, Optional<LLM_Vector>:$gate_bias, Optional<LLM_Vector>:$up_bias,
                       Optional<LLM_Rows>:$scales, Optional<LLM_SumRows>:$sums);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = [{ $activation $input `,` $gate `,` $up
    (`bias` $gate_bias^ `,` $up_bias `:` type($gate_bias) `,` type($up_bias))?
    (`scales` $scales^ `,` $sums `:` type($scales) `,` type($sums))? attr-dict
    `:` type($input) `,` type($gate) `,` type($up) `->` type($result) }];
  let hasVerifier = 1;
}

#endif

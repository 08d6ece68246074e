//===- PositionOps.td - Positions and rotary embedding ---------*- tablegen -*-===//

#ifndef LLM_POSITION_OPS
#define LLM_POSITION_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_PositionsOp : LLM_Op<"positions",
    [Pure, AllTypesMatch<["tokens", "result"]>]> {
  let summary = "0, 1, 2, ...: the place of each token in its sequence";
  let description = [{
    ```mlir
    %p = llm.positions %tokens : tensor<?xi32>
    ```
  }];
  let arguments = (ins LLM_Indices:$tokens);
  let results = (outs LLM_Indices:$result);
  let assemblyFormat = "$tokens attr-dict `:` type($tokens)";
}

def LLM_RotaryTableOp : LLM_Op<"rotary_table", [Pure]> {
  let summary = "Cosines and sines of every position";
  let description = [{
    `result[t, i] = scale * cos(positions[t] * inverse_frequencies[i])`, then the
    sines in the second half of the columns (Su et al. 2021). Scaling kinds that
    do not depend on the length (linear, yarn, llama3) live in the frequencies.
    With `dynamic_maximum` = m > 0 (NTK-aware scaling that grows with the
    context) a token of a context of L > m tokens sees frequency i divided by
    `(f L / m - (f - 1)) ^ (2 i / (d - 2))`, f being `dynamic_factor` and d the
    columns; if there are `long_frequencies` it sees those instead (LongRoPE, Ding
    et al. 2024). As in the reference's cached generation L is the prompt's length
    for tokens of the prompt, and the token's position plus one after it.

    * (C1) the result has two columns for each frequency.
    * (C2) there are as many long frequencies as frequencies, or none; those come
      with a `dynamic_maximum`.

    ```mlir
    %t = llm.rotary_table %positions {inverse_frequencies = array<f32: 1.0, 0.1>, scale = 1.0 : f32}
      : tensor<?xi32> -> tensor<?x4xf32>
    ```
  }];
  let arguments = (ins LLM_Indices:$positions, DenseF32ArrayAttr:$inverse_frequencies,
                       F32Attr:$scale,
                       DefaultValuedAttr<F64Attr, "1.0">:$dynamic_factor,
                       DefaultValuedAttr<I64Attr, "0">:$dynamic_maximum,
                       DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$long_frequencies);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$positions attr-dict `:` type($positions) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_RopeOp : LLM_Op<"rope",
    [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "Rotate each head by the angles of its position";
  let description = [{
    For each head of `heads`, with h half the rotated columns and c, s the row's
    cosines and sines: `result[i] = x[i] c[i] - x[i+h] s[i]` and
    `result[i+h] = x[i+h] c[i] + x[i] s[i]` for i < h (the "rotate half" form);
    columns past the rotated ones pass through. If `interleaved`, columns 2 i and
    2 i + 1 take the places of i and i + h on both sides.

    * (C1) columns are a multiple of `heads`.
    * (C2) the table has at most as many columns as a head, an even number.

    ```mlir
    %y = llm.rope %x, %table {heads = 9 : i64} : tensor<?x576xf32>, tensor<?x64xf32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input, LLM_Rows:$table, I64Attr:$heads,
                       UnitAttr:$interleaved);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$input `,` $table attr-dict `:` type($input) `,` type($table)";
  let hasVerifier = 1;
}

#endif

//===- NormOps.td - Normalisation ------------------------------*- tablegen -*-===//

#ifndef LLM_NORM_OPS
#define LLM_NORM_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_RMSNormOp : LLM_Op<"rms_norm", [Pure]> {
  let summary = "Divide each row by its root mean square, then scale each column";
  let description = [{
    `result[t, j] = scale[j] * input[t, j] / sqrt(mean_j(input[t, j]^2) + epsilon)`,
    in f32 (Zhang and Sennrich 2019). With `groups` = g the columns are g heads
    that are normalised one by one with the same scale.

    * (C1) `scale` has as many elements as a group has columns.
    * (C2) `epsilon` is not negative.
    * (C3) input and result have equal columns, a multiple of `groups`.

    ```mlir
    %y = llm.rms_norm %x, %scale {epsilon = 1.0e-5 : f64} : tensor<?x576xf32>, tensor<576xf32> -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input, LLM_Vector:$scale, F64Attr:$epsilon,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$input `,` $scale attr-dict `:` type($input) `,` type($scale) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_LayerNormOp : LLM_Op<"layer_norm", [Pure, AllTypesMatch<["scale", "bias"]>]> {
  let summary = "Give each row mean 0 and variance 1, then scale and shift each column";
  let description = [{
    With m and v the mean and variance of row t (divided by the columns, not one
    fewer), `result[t, j] = scale[j] * (input[t, j] - m) / sqrt(v + epsilon) + bias[j]`,
    in f32 (Ba et al. 2016).

    * (C1) `scale` and `bias` have as many elements as the input has columns.
    * (C2) `epsilon` is not negative.
    * (C3) input and result have equal columns.

    ```mlir
    %y = llm.layer_norm %x, %scale, %bias {epsilon = 1.0e-5 : f64} : tensor<?x768xf32>, tensor<768xf32> -> tensor<?x768xf32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input, LLM_Vector:$scale, LLM_Vector:$bias,
                       F64Attr:$epsilon);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$input `,` $scale `,` $bias attr-dict `:` type($input) `,` type($scale) `->` type($result)";
  let hasVerifier = 1;
}

#endif

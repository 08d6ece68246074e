//===- ActivationOps.td - Activations --------------------------*- tablegen -*-===//

#ifndef LLM_ACTIVATION_OPS
#define LLM_ACTIVATION_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_SiluOp : LLM_Op<"silu", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "x / (1 + exp(-x))";
  let description = [{
    Also takes vectors, inside a tile.

    ```mlir
    %y = llm.silu %x : tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins AnyTypeOf<[LLM_Rows, VectorOfAnyRankOf<[F32]>]>:$input);
  let results = (outs AnyTypeOf<[LLM_Rows, VectorOfAnyRankOf<[F32]>]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def LLM_ReluOp : LLM_Op<"relu", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "x where it is positive, else 0";
  let description = [{
    A NaN stays one. Its square (So et al. 2021) is `arith.mulf` of two of these.
    Also takes vectors, inside a tile.

    ```mlir
    %y = llm.relu %x : tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins AnyTypeOf<[LLM_Rows, VectorOfAnyRankOf<[F32]>]>:$input);
  let results = (outs AnyTypeOf<[LLM_Rows, VectorOfAnyRankOf<[F32]>]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def LLM_GeluOp : LLM_Op<"gelu", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "x times the normal distribution's share below x";
  let description = [{
    With `kind` "erf", `0.5 x (1 + erf(x / sqrt(2)))` (Hendrycks and Gimpel 2016:
    "gelu" in transformers); with "tanh", what the same paper approximates it by,
    `0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))` ("gelu_new" and
    "gelu_pytorch_tanh" in transformers).

    * (C1) `kind` is "erf" or "tanh".

    ```mlir
    %y = llm.gelu "tanh" %x : tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins StrAttr:$kind, LLM_Rows:$input);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def LLM_ScaleOp : LLM_Op<"scale", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "Multiply every number of the rows by one factor";
  let description = [{
    Gemma's embeddings are scaled so.

    * (C1) `factor` is finite.

    ```mlir
    %y = llm.scale %x by 8.0 : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins LLM_Rows:$input, F32Attr:$factor);
  let results = (outs LLM_Rows:$result);
  let assemblyFormat = "$input `by` $factor attr-dict `:` type($input)";
  let hasVerifier = 1;
}

#endif

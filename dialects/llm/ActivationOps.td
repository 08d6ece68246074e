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

#endif

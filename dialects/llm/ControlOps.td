//===- ControlOps.td - Layers that repeat ----------------------*- tablegen -*-===//

#ifndef LLM_CONTROL_OPS
#define LLM_CONTROL_OPS

include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_RepeatOp : LLM_Op<"repeat", [RecursiveMemoryEffects, AllTypesMatch<["input", "result"]>,
    SingleBlock]> {
  let summary = "Run the layers of a model";
  let description = [{
    One region for each kind of layer; `kinds` gives the kind of every layer in
    order. A region takes the hidden state and the layer's index and yields the
    next hidden state. Code grows with kinds, not with layers.

    * (C1) every entry of `kinds` names a region.
    * (C2) every region takes the hidden state and an index, and yields one value
      of the hidden state's type.

    ```mlir
    %y = llm.repeat %x kinds [0, 0, 0] : tensor<?x576xf32> {
    ^bb0(%h: tensor<?x576xf32>, %layer: index):
      llm.yield %h : tensor<?x576xf32>
    }
    ```
  }];
  let arguments = (ins LLM_Rows:$input, DenseI64ArrayAttr:$kinds);
  let results = (outs LLM_Rows:$result);
  let regions = (region VariadicRegion<SizedRegion<1>>:$bodies);
  let assemblyFormat = "$input `kinds` $kinds attr-dict `:` type($input) $bodies";
  let hasVerifier = 1;
}

def LLM_YieldOp : LLM_Op<"yield", [Pure, ReturnLike, Terminator,
    ParentOneOf<["RepeatOp", "PhaseOp", "StepOp"]>]> {
  let summary = "Ends a layer or a tile";
  let description = [{
    ```mlir
    llm.yield %h : tensor<?x576xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif

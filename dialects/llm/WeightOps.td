//===- WeightOps.td - Parameters and their use -----------------*- tablegen -*-===//

#ifndef LLM_WEIGHT_OPS
#define LLM_WEIGHT_OPS

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_ParameterOp : LLM_Op<"parameter", [Symbol]> {
  let summary = "Declares a weight: its type, and the tensors of the checkpoint it comes from";
  let description = [{
    One table entry a layer: `sources` holds the checkpoint tensor of each layer,
    "" for a layer that has none; a weight outside layers has one entry. The type
    is what the program reads; the packer makes it from the source when the model
    is compiled, tile by tile, so weights never enter the IR.
    `source_type` is the element or block type in the file ("F32", "Q4_1", ...).

    * (C1) `sources` is not empty and names at least one tensor.
    * (C2) the type is a packed matrix or a tensor of known shape whose elements
      are numbers or truth values. A tensor lies in memory as its source does,
      one element after another; elements below 8 bits take a byte each.
    * (C3) a packed matrix may be a part of its source: its elements from number
      `first` on, which is not negative; `transposed` if they lie column by column.

    ```mlir
    llm.parameter @mlp.up : !llm.packed<1536x576, #llm.dense<bf16>>
      from "BF16" ["layers.0.mlp.up.weight", "layers.1.mlp.up.weight"]
    ...
    llm.parameter @conv1.weight : tensor<64x3x7x7xf16> from "F16" ["conv1.weight"]
    ...
    llm.parameter @gates : !llm.packed<1024x64, #llm.dense<f32>> from "F32" ["W"] first 65536 transposed
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type,
                       StrAttr:$source_type, StrArrayAttr:$sources,
                       DefaultValuedAttr<I64Attr, "0">:$first,
                       UnitAttr:$transposed);
  let assemblyFormat = [{
    $sym_name `:` $type `from` $source_type $sources (`first` $first^)?
    (`transposed` $transposed^)? attr-dict
  }];
  let hasVerifier = 1;
}

def LLM_WeightOp : LLM_Op<"weight",
    [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The value of a parameter";
  let description = [{
    Inside `llm.repeat` the layer index picks the entry of the parameter's table.

    * (C1) the symbol names an `llm.parameter` of the result's type.
    * (C2) a parameter with several entries is read at a layer index.
    * (C3) a layer index is that of an `llm.repeat`, and the parameter has an
      entry for each of its layers.

    ```mlir
    %w = llm.weight @mlp.up[%layer] : !llm.packed<1536x576, #llm.dense<bf16>>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter, Optional<Index>:$layer);
  let results = (outs AnyTypeOf<[LLM_PackedType, AnyStaticShapeTensor]>:$result);
  let assemblyFormat = "$parameter (`[` $layer^ `]`)? attr-dict `:` type($result)";
}

def LLM_PanelsOp : LLM_Op<"panels", [Pure]> {
  let summary = "A packed matrix as the tensor that it is in memory";
  let description = [{
    Element [p, k, i] is that of row 16 p + i and column k, of bytes element
    [p, k, i, j] that of row 16 p + i and column 4 k + j; rows and columns behind the
    matrix' last ones are 0.

    * (C1) the encoding is `#llm.dense<f32>` or `#llm.dense<i8>`.
    * (C2) the result is a tensor of panels x columns x 16 elements of f32, or of
      panels x columns / 4 (rounded up) x 16 x 4 of i8.

    ```mlir
    %p = llm.panels %w : !llm.packed<40x64, #llm.dense<f32>> -> tensor<3x64x16xf32>
    ```
  }];
  let arguments = (ins LLM_PackedType:$matrix);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$matrix attr-dict `:` qualified(type($matrix)) `->` type($result)";
  let hasVerifier = 1;
}

#endif

//===- ONNXTypes.td - Types that MLIR has not ------------------*- tablegen -*-===//

#ifndef ONNX_TYPES
#define ONNX_TYPES

include "mlir/IR/AttrTypeBase.td"
include "dialects/onnx/ONNXDialect.td"

class ONNX_Type<string name, string mnem> : TypeDef<ONNX_Dialect, name> {
  let mnemonic = mnem;
}

def ONNX_StringType : ONNX_Type<"String", "string"> {
  let summary = "An element of a tensor of strings: `tensor<2x!onnx.string>`";
}

def ONNX_SequenceType : ONNX_Type<"Sequence", "sequence"> {
  let summary = "Any number of values of a type: `!onnx.sequence<tensor<?xf32>>`";
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
}

def ONNX_OptionalType : ONNX_Type<"Optional", "optional"> {
  let summary = "A value or none: `!onnx.optional<tensor<?xf32>>`";
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
}

def ONNX_MapType : ONNX_Type<"Map", "map"> {
  let summary = "Values by key, of ai.onnx.ml: `!onnx.map<i64, tensor<f32>>`";
  let parameters = (ins "::mlir::Type":$key, "::mlir::Type":$value);
  let assemblyFormat = "`<` $key `,` $value `>`";
}

#endif

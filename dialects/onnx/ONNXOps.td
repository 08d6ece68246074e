//===- ONNXOps.td - What holds ops of ONNX's schemas -----------*- tablegen -*-===//

#ifndef ONNX_OPS
#define ONNX_OPS

include "dialects/onnx/ONNXDialect.td"
include "dialects/onnx/ONNXTypes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ONNX_GraphOp : ONNX_Op<"graph", [
    AffineScope, AutomaticAllocationScope, FunctionOpInterface,
    IsolatedFromAbove]> {
  let summary = "The graph of a model, from its inputs to its outputs";
  let description = [{
    `onnx.name` of an argument or result is its name in the model.

    * (C1) the body is one block.

    ```mlir
    onnx.graph @same(%x: tensor<?xf32> {onnx.name = "x"})
        -> (tensor<?xf32> {onnx.name = "y"}) {
      onnx.return %x : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }
  }];
}

def ONNX_ReturnOp : ONNX_Op<"return", [Pure, ReturnLike, Terminator]> {
  let summary = "Ends a graph, or the region of an op such as onnx.If.16";
  let description = [{
    * (C1) it ends an `onnx.graph` or a region of an op of a schema.
    * (C2) in an `onnx.graph` it returns values of the graph's result types.

    ```mlir
    onnx.return %x : tensor<?xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let hasVerifier = 1;
}

#endif

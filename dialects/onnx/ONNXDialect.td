//===- ONNXDialect.td - The onnx dialect -----------------------*- tablegen -*-===//

#ifndef ONNX_DIALECT
#define ONNX_DIALECT

include "mlir/IR/OpBase.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::llm::onnx";
  let summary = "Graphs of ONNX, op by op as its schemas define them";
  let description = [{
    Only the function `onnx.graph`, its terminator and types are defined here.
    Every op of ONNX's schemas is registered when the dialect is loaded, one for
    each version that changed it: `onnx.<Name>.<since_version>` for the domain
    ai.onnx, `onnx.ml.`, `onnx.preview.` and `onnx.training.` for ai.onnx.ml,
    ai.onnx.preview and ai.onnx.preview.training, and `onnx.microsoft.` for the
    com.microsoft ops that exporters emit.

    `operandSegmentSizes` and `resultSegmentSizes` hold one number a formal input
    or output of the schema: 0 for an optional one that is absent, else 1, and
    any number for a variadic one. An attribute left at the schema's default is
    absent. A graph attribute is a region, in the alphabetical order of their
    names; it uses outer values directly, and an absent one is an empty region.
    The verifier holds every op against its schema.

    ```mlir
    onnx.graph @main(%x: tensor<?x3xf32> {onnx.name = "x"})
        -> (tensor<?x3xf32> {onnx.name = "y"}) {
      %0 = "onnx.Relu.14"(%x) {operandSegmentSizes = array<i32: 1>,
                               resultSegmentSizes = array<i32: 1>}
          : (tensor<?x3xf32>) -> tensor<?x3xf32>
      onnx.return %0 : tensor<?x3xf32>
    }
    ```
  }];
  let useDefaultTypePrinterParser = 1;
  let hasOperationInterfaceFallback = 1;
  let extraClassDeclaration = [{
    /// The schema that an op of the dialect was registered from; null for the
    /// ops that TableGen defines.
    const ::llm::onnx::Schema *schemaOf(::mlir::OperationName name) const {
      return schemas.lookup(name.getTypeID());
    }

  private:
    void registerSchemaOps();

    ::mlir::TypeIDAllocator typeIDs;
    ::llvm::DenseMap<::mlir::TypeID, const ::llm::onnx::Schema *> schemas;

  public:
  }];
}

class ONNX_Op<string mnemonic, list<Trait> traits = []>
    : Op<ONNX_Dialect, mnemonic, traits>;

#endif
